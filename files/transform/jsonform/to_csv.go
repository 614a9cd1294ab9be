package jsonform

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"crawl/files/transform"
)

// csvAhead is how many records toCSV sees before it writes the header, and csvAheadSize
// how many bytes of them.
const (
	csvAhead     = 1000
	csvAheadSize = 4 << 20
	fieldSize    = 32 // of a key and a field without any letters
)

// toCSV writes RFC 4180 with LF, from objects that are documents or in an array that is
// one. The header has the keys of the first 1,000 objects, or of those in the first 4 MiB,
// in the order in which they appear; a key that first comes later is Unsupported, as there
// is no going back. A key that an object lacks makes an empty field and so does null; of
// one that comes twice the last counts. Strings are written as text, numbers, true and
// false as they are, arrays and objects as compact JSON. Fields that begin as a formula
// stay so: a spreadsheet may take them for one.
func toCSV(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
	values := newJSONReader(in)
	rows := newCSVWriter(out)
	var ahead []record
	size := 0
	for {
		r, err := values.record()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if rows.header != nil {
			if err := rows.write(r); err != nil {
				return values.fault(transform.Unsupported, values.InputOffset(), err)
			}
			continue
		}
		ahead, size = append(ahead, r), size+r.size
		if len(ahead) == csvAhead || size >= csvAheadSize {
			if err := rows.begin(ahead); err != nil {
				return err
			}
		}
	}
	if rows.header == nil {
		if err := rows.begin(ahead); err != nil {
			return err
		}
	}
	return rows.flush()
}

// record is an object as fields.
type record struct {
	keys, fields []string
	size         int
}

// record reads the next object, and passes the array that it may be in.
func (r *jsonReader) record() (record, error) {
	token, err := r.next()
	for ; err == nil && r.outermost(token); token, err = r.next() {
	}
	if err != nil {
		return record{}, err
	}
	if token.Kind() != '{' {
		return record{}, r.fault(transform.Unsupported, r.InputOffset(), errors.New("a row of CSV can be made of an object only"))
	}
	var made record
	for {
		key, err := r.next()
		if err != nil || key.Kind() == '}' {
			return made, err
		}
		name := key.String()
		field, err := r.field()
		if err != nil {
			return record{}, err
		}
		made.keys, made.fields = append(made.keys, name), append(made.fields, field)
		if made.size += len(name) + len(field) + fieldSize; made.size > transform.MaxHeld {
			return record{}, r.fault(transform.TooLarge, r.InputOffset(), fmt.Errorf("a record takes more than %d MiB", transform.MaxHeld>>20))
		}
	}
}

// field reads a value as the text of a field.
func (r *jsonReader) field() (string, error) {
	switch r.PeekKind() {
	case '[', '{':
		return r.compact()
	}
	token, err := r.next()
	if err != nil || token.Kind() == 'n' {
		return "", err
	}
	return token.String(), nil
}

// compact reads a value as JSON on one line.
func (r *jsonReader) compact() (string, error) {
	value, err := r.ReadValue()
	if err != nil {
		return "", r.explain(err)
	}
	value = value.Clone()
	if err := value.Compact(written...); err != nil {
		return "", err
	}
	return string(value), nil
}

// csvWriter writes records under a header.
type csvWriter struct {
	out    *bufio.Writer
	csv    *csv.Writer
	header []string
	column map[string]int
	row    []string
}

func newCSVWriter(out io.Writer) *csvWriter {
	buffered := bufio.NewWriterSize(out, transform.BlockSize)
	return &csvWriter{out: buffered, csv: csv.NewWriter(buffered), column: map[string]int{}}
}

// begin writes the header and the records that it was made of.
func (w *csvWriter) begin(ahead []record) error {
	w.header = []string{}
	for _, r := range ahead {
		for _, key := range r.keys {
			if _, known := w.column[key]; !known {
				w.column[key] = len(w.header)
				w.header = append(w.header, key)
			}
		}
	}
	if len(w.header) == 0 {
		return nil
	}
	if err := w.line(w.header); err != nil {
		return err
	}
	w.row = make([]string, len(w.header))
	for _, r := range ahead {
		if err := w.write(r); err != nil {
			return err
		}
	}
	return nil
}

func (w *csvWriter) write(r record) error {
	clear(w.row)
	for i, key := range r.keys {
		column, known := w.column[key]
		if !known {
			return fmt.Errorf("the key %q is none of those of the first records, which make the header", key)
		}
		w.row[column] = r.fields[i]
	}
	if len(w.row) == 0 {
		return nil // of objects without any key
	}
	return w.line(w.row)
}

// line writes a row. One empty field alone is quoted: an empty line would be no row.
func (w *csvWriter) line(fields []string) error {
	if !slices.Equal(fields, []string{""}) {
		return w.csv.Write(fields)
	}
	w.csv.Flush()
	_, err := w.out.WriteString("\"\"\n")
	return err
}

func (w *csvWriter) flush() error {
	w.csv.Flush()
	return w.out.Flush()
}
