package manifest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"slices"
	"sync"

	"crawl/files"
)

// Index finds records of a manifest by a text that its maker picks, such as their
// URL, in 16 bytes of memory a record; the records stay on disk. It is safe for
// concurrent use.
type Index struct {
	file files.File
	key  func(*Line) string
	seed maphash.Seed
	all  []position // sorted
}

// position is where the line of a key begins.
type position struct {
	hash uint64
	at   int64
}

// OpenIndex reads the manifest in the engine's root once. key returns the text
// that a record is found by, or "" for one that is not. Malformed lines are none,
// and lines that are appended later are not found.
func OpenIndex(ctx context.Context, eng files.Engine, key func(*Line) string) (*Index, error) {
	file, err := eng.Open(ctx, Name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	x := &Index{file: file, key: key, seed: maphash.MakeSeed()}
	if err := x.fill(withContext{ctx, file}); err != nil {
		file.Close() // only read
		return nil, fmt.Errorf("read %s: %w", Name, err)
	}
	return x, nil
}

func (x *Index) fill(r io.Reader) error {
	lines := newReader(r)
	for {
		at := lines.at
		l, err := lines.next()
		switch {
		case err == io.EOF:
			slices.SortFunc(x.all, func(a, b position) int {
				switch {
				case a.hash < b.hash, a.hash == b.hash && a.at < b.at:
					return -1
				}
				return 1
			})
			return nil
		case isLineError(err):
			continue
		case err != nil:
			return err
		}
		if key := x.key(l); key != "" {
			x.all = append(x.all, position{maphash.String(x.seed, key), at})
		}
	}
}

// Len returns how many records can be found.
func (x *Index) Len() int { return len(x.all) }

// Find returns the last record of a key, or nil when there is none.
func (x *Index) Find(key string) (*Line, error) {
	hash := maphash.String(x.seed, key)
	end, _ := slices.BinarySearchFunc(x.all, hash, func(p position, hash uint64) int {
		if p.hash <= hash {
			return -1
		}
		return 1
	})
	for end--; end >= 0 && x.all[end].hash == hash; end-- {
		l, err := x.read(x.all[end].at)
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
func (x *Index) read(at int64) (*Line, error) {
	buf := lineBuffers.Get().(*[4 << 10]byte)
	defer lineBuffers.Put(buf)
	data := buf[:]
	for {
		n, err := x.file.ReadAt(data, at)
		if end := bytes.IndexByte(data[:n], '\n'); end >= 0 {
			l := new(Line)
			return l, parseLine(string(data[:end]), l)
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

// Close closes the manifest.
func (x *Index) Close() error { return x.file.Close() }
