package manifest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"crawl/files"
)

// maxLine bounds a line: what [Manifest.Append] writes is never longer.
const maxLine = 1 << 20

// LineError is a line that is no record. Those around it may well be.
type LineError struct {
	Number int64 // from 1
	Err    error
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", Name, e.Number, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// SchemaError is a manifest that a newer program wrote.
type SchemaError struct{ Schema int }

func (e *SchemaError) Error() string {
	return fmt.Sprintf("%s has schema %d, and this program knows %d only", Name, e.Schema, Schema)
}

var (
	errTooLong  = fmt.Errorf("longer than %d bytes", maxLine)
	errNoRecord = errors.New("no url or no outcome")
)

// Read iterates over the records of a manifest in order. The Line is reused by the
// next step; its texts are not, but each keeps its whole line in memory, so clone
// what is to be kept. A malformed line gives a [*LineError] and a nil Line, and the
// iteration goes on; any other error ends it. A last line without newline is being
// written, or was torn, and is left out.
func Read(r io.Reader) iter.Seq2[*Line, error] {
	return func(yield func(*Line, error) bool) {
		lines := newReader(r)
		for {
			l, err := lines.next()
			if err == io.EOF || !yield(l, err) {
				return
			}
			if err != nil && !isLineError(err) {
				return
			}
		}
	}
}

// Lines is [Read] of the manifest in the engine's root.
func Lines(ctx context.Context, eng files.Engine) iter.Seq2[*Line, error] {
	return func(yield func(*Line, error) bool) {
		file, err := eng.Open(ctx, Name, os.O_RDONLY)
		if err != nil {
			yield(nil, err)
			return
		}
		defer file.Close() // only read
		Read(withContext{ctx, file})(yield)
	}
}

func isLineError(err error) bool {
	var malformed *LineError
	return errors.As(err, &malformed)
}

// reader cuts a manifest into lines.
type reader struct {
	buffered *bufio.Reader
	at       int64 // bytes of whole lines so far
	number   int64 // of the last line
	line     Line
}

func newReader(r io.Reader) *reader {
	return &reader{buffered: bufio.NewReaderSize(r, maxLine)}
}

// next returns the next record, valid until the call after. Its errors are
// io.EOF, *LineError, after which there may be more, or final.
func (r *reader) next() (*Line, error) {
	raw, err := r.raw()
	if err == nil {
		err = parseLine(string(raw[:len(raw)-1]), &r.line)
		if err == nil && (r.line.URL == "" || r.line.Outcome == "") {
			err = errNoRecord
		}
	} else if err != errTooLong {
		return nil, err
	}
	if err != nil {
		return nil, &LineError{r.number, err}
	}
	if r.number == 1 && r.line.Schema > Schema {
		return nil, &SchemaError{r.line.Schema}
	}
	return &r.line, nil
}

// raw returns the next line with its newline, valid until the next call, or
// errTooLong for one that was skipped.
func (r *reader) raw() ([]byte, error) {
	raw, err := r.buffered.ReadSlice('\n')
	if err == nil {
		r.at += int64(len(raw))
		r.number++
		return raw, nil
	}
	skipped := int64(len(raw))
	for err == bufio.ErrBufferFull {
		raw, err = r.buffered.ReadSlice('\n')
		skipped += int64(len(raw))
	}
	if err != nil {
		return nil, err
	}
	r.at += skipped
	r.number++
	return nil, errTooLong
}

// withContext ends a long read with its context.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (c withContext) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
