package files

import (
	"context"
	"io"
	"os"
)

// ReadStart implements [Engine]. On Linux a file that ends within buf costs four
// bare calls, open, fstat, read and close, and no allocation: half the time of [os.ReadFile].
func (d *Direct) ReadStart(ctx context.Context, name string, buf []byte) (Start, error) {
	if err := d.enter(ctx, "read", name); err != nil {
		return Start{}, err
	}
	defer d.leave()
	s, rest, known, err := d.startQuick(name, buf)
	if !known {
		s, rest, err = d.start(name, buf)
	}
	if err == nil && rest != nil {
		s.Rest = &file{engine: d, name: name, os: rest}
	}
	return s, asked("read", name, err)
}

// start is the way that works for every file.
func (d *Direct) start(name string, buf []byte) (s Start, rest *os.File, err error) {
	f, info, err := d.open(name, os.O_RDONLY)
	if err != nil {
		return Start{}, nil, err
	}
	s.Mode = info.Mode().Perm()
	if s.N, err = io.ReadFull(f, buf); err == nil {
		return s, f, nil
	}
	f.Close() // nothing was written
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return s, nil, err
}
