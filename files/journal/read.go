package journal

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"crawl/files"
)

// maxLine bounds a line: what [Journal.Append] writes is never longer.
const maxLine = 1 << 20

// blockSize is how much is read at once.
const blockSize = 64 << 10

// LineError is a line that is no record. Those around it may well be.
type LineError struct {
	Number int64 // from 1
	Err    error
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", Name, e.Number, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// SchemaError is a journal that a newer program wrote.
type SchemaError struct {
	Schema int // that it has
	Known  int // the newest that this program knows
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("%s has schema %d, and this program knows %d only", Name, e.Schema, e.Known)
}

// KindError is a journal of another kind.
type KindError struct {
	Kind string // that it is
	Want string // that it was taken for
}

func (e *KindError) Error() string {
	return fmt.Sprintf("%s is that of a %s, not of a %s", Name, e.Kind, e.Want)
}

var errTooLong = fmt.Errorf("longer than %d bytes", maxLine)

// head is what a first line says of the lines.
type head struct {
	Schema int    `json:"schema"`
	Kind   string `json:"kind"`
}

// readHead returns no schema for what is no first line.
func readHead(raw []byte) head {
	var h head
	if json.Unmarshal(raw, &h) != nil || h.Schema <= 0 {
		return head{}
	}
	h.Kind = cmp.Or(h.Kind, Crawl)
	return h
}

// KindOf returns the [Format].Kind of the journal in the engine's root, as its first
// line has it: "" when that does not tell.
func KindOf(ctx context.Context, eng files.Engine) (string, error) {
	file, err := eng.Open(ctx, Name, os.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer file.Close() // only read
	lines := newReader[head](withContext{ctx, file}, nil)
	raw, err := lines.raw()
	if err != nil && err != io.EOF && err != errTooLong {
		return "", err
	}
	return readHead(raw).Kind, nil
}

// Read iterates over the records of a journal in order. The line is reused by the
// next step; its texts are not, but each keeps its whole line in memory, so clone
// what is to be kept. A malformed line gives a [*LineError] and a nil line, and the
// iteration goes on; any other error ends it. A last line without newline is being
// written, or was torn, and is left out.
func Read[L any](r io.Reader, f *Format[L]) iter.Seq2[*L, error] {
	return func(yield func(*L, error) bool) {
		lines := newReader(r, f)
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

// Lines is [Read] of the journal in the engine's root.
func Lines[L any](ctx context.Context, eng files.Engine, f *Format[L]) iter.Seq2[*L, error] {
	return func(yield func(*L, error) bool) {
		file, err := eng.Open(ctx, Name, os.O_RDONLY)
		if err != nil {
			yield(nil, err)
			return
		}
		defer file.Close() // only read
		Read(withContext{ctx, file}, f)(yield)
	}
}

func isLineError(err error) bool {
	var malformed *LineError
	return errors.As(err, &malformed)
}

// reader cuts a journal into lines.
type reader[L any] struct {
	format   *Format[L]
	buffered *bufio.Reader
	long     []byte // a line that buffered has no room for
	at       int64  // where in the journal the next line begins
	number   int64  // of the last line
	head     head   // of the first one
	line     L
}

func newReader[L any](r io.Reader, f *Format[L]) *reader[L] {
	return &reader[L]{format: f, buffered: bufio.NewReaderSize(r, blockSize)}
}

// next returns the next record, valid until the call after. Its errors are
// io.EOF, *LineError, after which there may be more, or final.
func (r *reader[L]) next() (*L, error) {
	raw, err := r.raw()
	if err != nil && err != errTooLong {
		return nil, err
	}
	if r.number == 1 {
		r.head = readHead(raw)
		if r.head.Schema > 0 && r.head.Kind != r.format.Kind {
			return nil, &KindError{r.head.Kind, r.format.Kind}
		}
	}
	if err == nil {
		err = r.format.Parse(string(raw[:len(raw)-1]), &r.line)
	}
	if err != nil {
		return nil, &LineError{r.number, err}
	}
	if r.number == 1 && r.head.Schema > r.format.Schema {
		return nil, &SchemaError{r.head.Schema, r.format.Schema}
	}
	return &r.line, nil
}

// raw returns the next line with its newline, valid until the next call, or
// errTooLong for one that was skipped.
func (r *reader[L]) raw() ([]byte, error) {
	raw, err := r.buffered.ReadSlice('\n')
	size := int64(len(raw))
	if err == bufio.ErrBufferFull {
		raw, size, err = r.rest(raw)
	}
	if err != nil {
		return nil, err
	}
	r.at += size
	r.number++
	if size > maxLine {
		return nil, errTooLong
	}
	return raw, nil
}

// rest reads on in a line that buffered has no room for. What is too long is only measured.
func (r *reader[L]) rest(begin []byte) (raw []byte, size int64, err error) {
	r.long = append(r.long[:0], begin...)
	size = int64(len(begin))
	for err = bufio.ErrBufferFull; err == bufio.ErrBufferFull; {
		begin, err = r.buffered.ReadSlice('\n')
		if size += int64(len(begin)); size <= maxLine {
			r.long = append(r.long, begin...)
		}
	}
	return r.long, size, err
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

// interruptible is withContext for parts of a file.
type interruptible struct {
	ctx context.Context
	r   io.ReaderAt
}

func (c interruptible) ReadAt(p []byte, off int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.ReadAt(p, off)
}
