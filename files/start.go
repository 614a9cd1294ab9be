package files

import (
	"context"
	"io"
	"os"
)

// ReadStart implements [Engine]. On Linux a file that ends within buf costs three
// bare calls, open, read and close, and no allocation: half the time of [os.ReadFile].
func (d *Direct) ReadStart(ctx context.Context, name string, buf []byte) (n int, rest File, err error) {
	if err := d.enter(ctx, "read", name); err != nil {
		return 0, nil, err
	}
	defer d.leave()
	n, f, known, err := d.startQuick(name, buf)
	if !known {
		n, f, err = d.start(name, buf)
	}
	if err != nil {
		return n, nil, asked("read", name, err)
	}
	if f != nil {
		rest = &file{engine: d, name: name, os: f}
	}
	return n, rest, nil
}

// start is the way that works for every file.
func (d *Direct) start(name string, buf []byte) (n int, rest *os.File, err error) {
	f, _, err := d.open(name, os.O_RDONLY)
	if err != nil {
		return 0, nil, err
	}
	if n, err = io.ReadFull(f, buf); err == nil {
		return n, f, nil
	}
	f.Close() // nothing was written
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return n, nil, err
}
