package fetch

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
)

// whole is a body that was read to its end.
type whole struct {
	*bytes.Reader
	data []byte
}

func (whole) Close() error { return nil }

// Bytes reads the body whole and closes it; [Decode] bounds how large that may be.
// It may be called again, as may Text and JSON after it. The bytes are not a copy.
func (r *Record) Bytes() ([]byte, error) {
	if w, ok := r.Body.(whole); ok {
		return w.data, nil
	}
	data, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return nil, err
	}
	r.Body = whole{bytes.NewReader(data), data}
	return data, nil
}

// Chunks reads the body in pieces of n bytes, only the last of which may be
// shorter, and closes it. A piece is valid until the next. An error comes last.
func (r *Record) Chunks(n int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		defer r.Body.Close()
		buf := make([]byte, max(n, 1))
		for {
			n, err := io.ReadFull(r.Body, buf)
			if _, cut := errors.AsType[*Error](err); n > 0 && !yield(buf[:n], nil) || err == io.EOF || !cut && errors.Is(err, io.ErrUnexpectedEOF) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// MaxLine bounds the lines of [Record.Lines]: 1 MiB.
const MaxLine = 1 << 20

// Lines reads the body line by line, without the LF or CRLF at each end, and closes
// it. A line is valid until the next, and in the encoding that the server sent. A
// line over [MaxLine] is an error of [ClassTooLarge]. An error comes last.
func (r *Record) Lines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		defer r.Body.Close()
		lines := bufio.NewScanner(r.Body)
		lines.Buffer(nil, MaxLine+2)
		for lines.Scan() {
			if !yield(lines.Bytes(), nil) {
				return
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(nil, r.fault(ClassTooLarge, err, "a line of more than %d bytes", MaxLine))
		case err != nil:
			yield(nil, err)
		}
	}
}

// Save writes the body to the file at path and closes it, and returns its size. The
// file is there whole or not at all: it is written under another name in the same
// folder, then renamed. It may be read by whom the system lets read new files. Its own
// errors are of [ClassDisk].
func (r *Record) Save(path string) (size int64, err error) {
	defer r.Body.Close()
	temp := filepath.Join(filepath.Dir(path), ".fetch-"+rand.Text())
	tmp, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) // os.CreateTemp's are its owner's only
	if err != nil {
		return 0, r.fault(ClassDisk, err, "save: %v", err)
	}
	size, err = io.Copy(tmp, r.Body)
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err == nil {
		return size, nil
	}
	os.Remove(temp)
	if _, ok := errors.AsType[*Error](err); !ok {
		err = r.fault(ClassDisk, err, "save: %v", err)
	}
	return 0, err
}

// fault is an error that belongs to r's URL.
func (r *Record) fault(class Class, err error, format string, args ...any) *Error {
	e := fault(class, err, format, args...)
	e.URL, e.Redirects = r.URL, r.Redirects
	return e
}
