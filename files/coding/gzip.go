package coding

import (
	"bufio"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// Gzip reads the gzip members (RFC 1952) that src begins with, one after the other. It
// ends before what does not begin as a member does, and leaves that in src. No member at
// all is an error.
func Gzip(src *bufio.Reader) (io.ReadCloser, error) {
	m := gzips.Get().(*members)
	m.src = src
	if err := m.begin(); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

var gzips = sync.Pool{New: func() any { return new(members) }}

// members reads one member after the other.
type members struct {
	z   gzip.Reader
	src *bufio.Reader
}

func (m *members) begin() error {
	err := m.z.Reset(m.src)
	m.z.Multistream(false)
	return unexpected(err)
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.z.Read(p)
		if err != io.EOF || n > 0 {
			if err == io.EOF {
				err = nil // the next call will meet it again
			}
			return n, err
		}
		magic, err := m.src.Peek(2)
		switch {
		case err != nil && err != io.EOF:
			return 0, err
		case string(magic) != "\x1f\x8b":
			return 0, io.EOF
		}
		if err := m.begin(); err != nil {
			return 0, err
		}
	}
}

func (m *members) Close() error {
	m.src = nil
	gzips.Put(m)
	return nil
}

// unexpected says that an end within coded data is one too early.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
