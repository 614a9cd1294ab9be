package transform

import (
	"bytes"
	"io"
	"sync"
)

// pieces are what bytes are carried in. A file that is small should not cost a new one.
var pieces = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// Stream carries all of in to out. Other than [io.Copy] it never asks the two what else
// they can do, for then each file would allocate.
func Stream(out io.Writer, in io.Reader) error {
	if whole, ok := in.(*bytes.Reader); ok { // and need not be carried
		_, err := whole.WriteTo(out)
		return err
	}
	piece := pieces.Get().(*[64 << 10]byte)
	defer pieces.Put(piece)
	for {
		n, err := in.Read(piece[:])
		if n > 0 {
			if _, err := out.Write(piece[:n]); err != nil {
				return err
			}
		}
		switch err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}
