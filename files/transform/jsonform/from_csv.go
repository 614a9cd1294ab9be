package jsonform

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"crawl/files/transform"

	"github.com/go-json-experiment/json/jsontext"
)

// longestRow is of CSV, in bytes. It may have as many fields, of 24 bytes each and more.
const longestRow = 4 << 20

// fromCSV reads RFC 4180, with CRLF or LF, and writes each row as an object whose keys
// are the fields of the first one, in its order. All values are strings: nobody can tell
// a number from a postal code. A row of another length than the header, a bare quote, and
// a name that the header has twice are Corrupt; a row of more than 4 MiB is TooLarge. The
// separator is the comma.
func fromCSV(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
	taken := &held{r: validUTF8(in), most: longestRow}
	rows := csv.NewReader(taken)
	taken.used = rows.InputOffset
	lines := bufio.NewWriterSize(out, transform.BlockSize)
	to := jsontext.NewEncoder(lines, written...)

	header, err := rows.Read()
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return explainCSV(err)
	}
	if twice, found := repeated(header); found {
		return &transform.Error{Kind: transform.Corrupt, Err: fmt.Errorf("line 1: the header has %q twice", twice)}
	}
	rows.ReuseRecord = true
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return lines.Flush()
		}
		if err != nil {
			return explainCSV(err)
		}
		if err := writeObject(to, header, row); err != nil {
			return err
		}
	}
}

func writeObject(to *jsontext.Encoder, keys, values []string) error {
	if err := to.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for i, key := range keys {
		if err := to.WriteToken(jsontext.String(key)); err != nil {
			return err
		}
		if err := to.WriteToken(jsontext.String(values[i])); err != nil {
			return err
		}
	}
	return to.WriteToken(jsontext.EndObject)
}

// repeated finds a name that is there twice.
func repeated(names []string) (name string, found bool) {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			return name, true
		}
		seen[name] = true
	}
	return "", false
}

func explainCSV(err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return &transform.Error{Kind: transform.Corrupt, Err: fmt.Errorf("line %d, byte %d of it: %w", e.Line, e.Column, e.Err)}
	}
	return err
}
