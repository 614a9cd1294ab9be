package files

import (
	"context"
	"io"
	"os"
)

// ReadStart implements [Engine].
func (d *Direct) ReadStart(ctx context.Context, name string, buf []byte) (n int, rest File, err error) {
	if err := d.enter(ctx, "read", name); err != nil {
		return 0, nil, err
	}
	defer d.leave()
	f, _, err := d.open(name, os.O_RDONLY)
	if err != nil {
		return 0, nil, err
	}
	n, err = io.ReadFull(f, buf)
	if err == nil {
		return n, &file{engine: d, name: name, os: f}, nil
	}
	f.Close() // nothing was written
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return n, nil, asked("read", name, err)
}
