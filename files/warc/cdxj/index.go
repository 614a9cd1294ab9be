package cdxj

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	"crawl/files"
	"crawl/files/sorting"
)

// Indexer sorts lines, in memory as long as they fit into 64 MiB and in a temporary file
// beyond. It is safe for concurrent use.
type Indexer struct {
	mu     sync.Mutex // guards what follows
	sorter *sorting.Sorter
	buf    []byte
}

// NewIndexer makes an Indexer. [Indexer.Close] must end it.
func NewIndexer() *Indexer { return &Indexer{sorter: sorting.New(sorting.Options{})} }

// Add adds a line.
func (x *Indexer) Add(l Line) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.buf = l.Append(x.buf[:0])
	return x.sorter.Add(x.buf)
}

// Write writes the lines in order to the file name, whole or not at all; those that are
// the same once. No line can be added after.
func (x *Indexer) Write(ctx context.Context, eng files.Engine, name string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	d, err := eng.Draft(ctx, name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(d, 256<<10)
	var last []byte
	for line, err := range x.sorter.Iterate(ctx) {
		if err != nil {
			return errors.Join(err, d.Discard())
		}
		if bytes.Equal(line, last) {
			continue
		}
		last = append(last[:0], line...)
		if _, err := w.Write(line); err != nil {
			return errors.Join(err, d.Discard())
		}
	}
	if err := w.Flush(); err != nil {
		return errors.Join(err, d.Discard())
	}
	if err := d.Commit(ctx); err != nil {
		return errors.Join(err, d.Discard())
	}
	return nil
}

// Close gives memory and disk back, whatever has happened.
func (x *Indexer) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.sorter.Close()
}

// Index is a sorted index file. It is safe for concurrent use as its file is.
type Index struct {
	file io.ReaderAt
	size int64
}

// Open returns the index that the first size bytes of file are.
func Open(file io.ReaderAt, size int64) *Index { return &Index{file, size} }

// Lookup yields the captures under the key of a URL, the oldest first. It reads some
// twenty blocks of a large index, and then the lines. Lines that are none are yielded as an
// [*Error].
func (x *Index) Lookup(ctx context.Context, url string) iter.Seq2[Line, error] {
	prefix := []byte(SURT(url) + " ")
	return func(yield func(Line, error) bool) {
		at, err := x.find(ctx, prefix)
		if err != nil {
			yield(Line{}, err)
			return
		}
		lines := x.from(at)
		for {
			text, err := readLine(lines)
			if err == io.EOF || err == nil && bytes.Compare(text, prefix) > 0 && !bytes.HasPrefix(text, prefix) {
				return
			}
			if err == nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err != nil {
				yield(Line{}, err)
				return
			}
			if bytes.HasPrefix(text, prefix) && !yield(Parse(text)) {
				return
			}
		}
	}
}

// find returns where a line begins that is not behind the first that is prefix or more,
// and not far before it.
func (x *Index) find(ctx context.Context, prefix []byte) (int64, error) {
	low, high := int64(0), x.size // the line begins at low or behind, or at most at high
	for high-low > blockSize {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		middle := low + (high-low)/2
		lines := x.from(middle)
		skipped, err := readLine(lines) // the end of a line
		if err != nil && err != io.EOF {
			return 0, err
		}
		begin := middle + int64(len(skipped))
		text, err := readLine(lines)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if err == io.EOF || begin >= high || bytes.Compare(text, prefix) >= 0 {
			high = middle
		} else {
			low = begin
		}
	}
	return low, nil
}

// blockSize is what is read of an index at once.
const blockSize = 16 << 10

func (x *Index) from(at int64) *bufio.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(x.file, at, x.size-at), blockSize)
}

// maxLine bounds a line: far more than any URL.
const maxLine = 4 << 20

// readLine reads a line with its end, of which the last may have none.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if line = append(line, part...); len(line) > maxLine {
			return nil, &Error{string(line[:200]), bufio.ErrTooLong}
		}
		switch {
		case err == bufio.ErrBufferFull:
		case err == io.EOF && len(line) > 0:
			return line, nil
		default:
			return line, err
		}
	}
}
