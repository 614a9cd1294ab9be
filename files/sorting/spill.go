package sorting

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
)

// spill is the temporary file.
type spill interface {
	io.Writer
	io.ReaderAt
	io.Closer
}

// run is a part of it that is sorted: lines, each behind its length as a varint.
type run struct{ start, end int64 }

// temporary is a file that is gone once it is closed.
type temporary struct {
	*os.File
	named bool // still: some systems remove no file that is open
}

func createTemp(dir string) (spill, error) {
	f, err := os.CreateTemp(dir, "crawl-sort-*")
	if err != nil {
		return nil, err
	}
	return &temporary{f, os.Remove(f.Name()) != nil}, nil
}

func (t *temporary) Close() error {
	err := t.File.Close()
	if t.named {
		if removed := os.Remove(t.Name()); err == nil {
			err = removed
		}
	}
	return err
}

// flush writes the lines in memory as a run, and takes their memory back.
func (s *Sorter) flush() error {
	if s.spill == nil {
		spill, err := s.create()
		if err != nil {
			return err
		}
		s.spill = spill
	}
	s.sort()
	w := newRunWriter(s.spill, s.size)
	for _, l := range s.lines {
		if err := w.add(l.text); err != nil {
			return err
		}
	}
	if err := s.close(w); err != nil {
		return err
	}
	clear(s.lines) // long lines have memory of their own
	s.lines = s.lines[:0]
	for _, block := range s.blocks {
		s.free = append(s.free, block[:0])
	}
	s.blocks = s.blocks[:0]
	s.used = 0
	return nil
}

// close ends a run.
func (s *Sorter) close(w *runWriter) error {
	if err := w.w.Flush(); err != nil {
		return err
	}
	s.runs = append(s.runs, w.run)
	s.size = w.run.end
	return nil
}

type runWriter struct {
	w   *bufio.Writer
	run run
}

func newRunWriter(w io.Writer, start int64) *runWriter {
	return &runWriter{bufio.NewWriterSize(w, bufferSize), run{start, start}}
}

func (w *runWriter) add(text []byte) error {
	var length [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(length[:], uint64(len(text)))
	_, _ = w.w.Write(length[:n]) // an error comes back from the next
	_, err := w.w.Write(text)
	w.run.end += int64(n + len(text))
	return err
}

// runReader reads a run line by line.
type runReader struct {
	r    *bufio.Reader
	line line // its text valid until the next
}

func newRunReader(r io.ReaderAt, run run, buffer int) *runReader {
	return &runReader{r: bufio.NewReaderSize(io.NewSectionReader(r, run.start, run.end-run.start), buffer)}
}

// next reads a line; [io.EOF] when there is none.
func (r *runReader) next() error {
	length, err := binary.ReadUvarint(r.r)
	if err != nil {
		return err
	}
	if uint64(cap(r.line.text)) < length {
		r.line.text = make([]byte, length)
	}
	r.line.text = r.line.text[:length]
	if _, err := io.ReadFull(r.r, r.line.text); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	r.line.head = head(r.line.text)
	return nil
}
