// Package jsonform holds the step that gives JSON another form, CSV among them: json.
// Numbers and strings stay as they are written wherever the form can have them.
package jsonform

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"crawl/files/transform"

	"github.com/go-json-experiment/json/jsontext"
)

// Specs are the steps of this package.
func Specs() transform.Set {
	return transform.Set{
		{Name: "json", Arg: "FORM", Help: "JSON as pretty, compact, jsonl, array or csv, or from-csv", New: JSON},
	}
}

// JSON is the step that gives JSON (RFC 8259) another form. It takes one document
// or several one after another, as in JSON lines, and makes by its option
//
//	pretty    each document over many lines, two spaces a level; the name stays
//	compact   each document on a line of its own; the name stays
//	jsonl     each value on a line of its own, arrays opened: x.json -> x.jsonl
//	array     one array of all documents, on one line: x.jsonl -> x.json
//	csv       a header and a row for each object: x.json -> x.csv; see toCSV
//	from-csv  a line for each row under the header: x.csv -> x.jsonl; see fromCSV
//
// Numbers and strings stay as they are written, whatever their size and escapes, and so
// do the order of keys and those that come twice. A byte order mark is dropped.
//
// It streams; memory is for the longest string. What is cut short is Truncated, what is
// not UTF-8 is Encoding, and what is not JSON is Corrupt, each with its line; a string or
// number, or for csv a record, of more than 64 MiB is TooLarge, and values nested more
// than 1,000 deep are Unsupported.
//
// The library is the one that becomes encoding/json/v2 in Go 1.27: the encoding/json of
// today has no tokens that keep what was written.
func JSON(option string) (transform.Step, error) {
	s := transform.Step{Name: "json=" + option}
	switch option {
	case "pretty":
		s.Becomes = transform.Retyped("application/json")
		s.Run = reformat(false, jsontext.WithIndent("  "))
	case "compact":
		s.Becomes = transform.Retyped("application/json")
		s.Run = reformat(false)
	case "jsonl":
		s.Becomes = transform.Renamed(".jsonl", "application/x-ndjson", ".json", ".jsonl", ".ndjson")
		s.Run = reformat(true)
	case "array":
		s.Becomes = transform.Renamed(".json", "application/json", ".json", ".jsonl", ".ndjson")
		s.Run = toArray
	case "csv":
		s.Becomes = transform.Renamed(".csv", "text/csv; charset=utf-8", ".json", ".jsonl", ".ndjson")
		s.Run = toCSV
	case "from-csv":
		s.Becomes = transform.Renamed(".jsonl", "application/x-ndjson", ".csv")
		s.Run = fromCSV
	default:
		return transform.Step{}, fmt.Errorf("is pretty, compact, jsonl, array, csv or from-csv")
	}
	return s, nil
}

// written is how JSON is kept as it was written. Names that come twice are let through,
// for nobody can say which was meant; so are surrogates alone in an escape, while bytes
// that are not UTF-8 have been refused before.
var written = []jsontext.Options{
	jsontext.AllowDuplicateNames(true),
	jsontext.AllowInvalidUTF8(true),
	jsontext.PreserveRawStrings(true),
}

// reformat makes a Run that writes the documents one after another, and opens the arrays
// among them where asked to.
func reformat(open bool, form ...jsontext.Options) func(context.Context, transform.File, io.Reader, io.Writer) error {
	form = append(form, written...)
	return func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
		values := newJSONReader(in)
		lines := bufio.NewWriterSize(out, transform.BlockSize)
		to := jsontext.NewEncoder(lines, form...)
		for {
			token, err := values.next()
			switch {
			case err == io.EOF:
				return lines.Flush()
			case err != nil:
				return err
			case open && values.outermost(token):
				continue
			}
			if err := to.WriteToken(token); err != nil {
				return err
			}
		}
	}
}

func toArray(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
	values := newJSONReader(in)
	line := bufio.NewWriterSize(out, transform.BlockSize)
	to := jsontext.NewEncoder(line, written...)
	token, err := jsontext.BeginArray, error(nil)
	for ; err == nil; token, err = values.next() {
		if err := to.WriteToken(token); err != nil {
			return err
		}
	}
	if err != io.EOF {
		return err
	}
	if err := to.WriteToken(jsontext.EndArray); err != nil {
		return err
	}
	return line.Flush()
}
