package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"crawl/files"
)

// Index finds records of a journal by a text that its maker picks, such as their
// URL, in 16 bytes of memory a record; the records stay on disk. It is safe for
// concurrent use.
type Index[L any] struct {
	file   files.File
	format *Format[L]
	key    func(*L) string
	positions
}

// OpenIndex reads the journal in the engine's root once. key returns the text
// that a record is found by, or "" for one that is not. Malformed lines are none,
// and lines that are appended later are not found.
func OpenIndex[L any](ctx context.Context, eng files.Engine, f *Format[L], key func(*L) string) (*Index[L], error) {
	file, err := eng.Open(ctx, Name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	x := &Index[L]{file: file, format: f, key: key, positions: newPositions()}
	if err := x.fill(withContext{ctx, file}); err != nil {
		file.Close() // only read
		return nil, fmt.Errorf("read %s: %w", Name, err)
	}
	return x, nil
}

func (x *Index[L]) fill(r io.Reader) error {
	lines := newReader(r, x.format)
	for {
		at := lines.at
		l, err := lines.next()
		switch {
		case err == io.EOF:
			x.sort()
			return nil
		case isLineError(err):
			continue
		case err != nil:
			return err
		}
		if key := x.key(l); key != "" {
			x.add(key, at)
		}
	}
}

// Len returns how many records can be found.
func (x *Index[L]) Len() int { return len(x.all) }

// Find returns the last record of a key, or nil when there is none.
func (x *Index[L]) Find(key string) (*L, error) {
	for at := range x.find(key) {
		l, err := x.read(at)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", Name, err)
		}
		if x.key(l) == key {
			return l, nil
		}
	}
	return nil, nil
}

// lineBuffers fit nearly every line.
var lineBuffers = sync.Pool{New: func() any { return new([4 << 10]byte) }}

// read returns the record whose line begins at that byte.
func (x *Index[L]) read(at int64) (*L, error) {
	buf := lineBuffers.Get().(*[4 << 10]byte)
	defer lineBuffers.Put(buf)
	data := buf[:]
	for {
		n, err := x.file.ReadAt(data, at)
		if end := bytes.IndexByte(data[:n], '\n'); end >= 0 {
			l := new(L)
			return l, x.format.Parse(string(data[:end]), l)
		}
		switch {
		case err == io.EOF:
			return nil, io.ErrUnexpectedEOF // it was cut since
		case err != nil:
			return nil, err
		case len(data) > maxLine:
			return nil, errors.New("it changed since it was opened")
		}
		data = make([]byte, 16*len(data))
	}
}

// Close closes the journal.
func (x *Index[L]) Close() error { return x.file.Close() }
