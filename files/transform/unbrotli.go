package transform

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/molecule-man/go-brrr"
)

// newUnbrotli is the step that undoes [newBrotli], and every other Brotli file; the format
// has no mark to know one by and no checksum. Anything behind the end is an error, as is an
// empty file. It needs up to 17 MiB of memory, which is what the format allows a window to
// be. A name loses ".br".
func newUnbrotli(string) (Step, error) {
	return Step{
		Name:    "unbr",
		Memory:  17 << 20,
		Becomes: unpacked(".br", "application/x-br"),
		Run: func(_ context.Context, _ File, in io.Reader, out io.Writer) error {
			r := unbrotlis.Get().(*brrr.Reader)
			defer unbrotlis.Put(r)
			r.Reset(unending{in})
			defer r.Reset(nil)
			if err := stream(out, r); err != nil {
				return undecodable(err)
			}
			if n, err := io.ReadFull(in, make([]byte, 1)); n > 0 { // the decoder saw what it had read at most
				return undecodable(brrr.ErrExcessiveInput)
			} else if err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
				return err
			}
			return nil
		},
	}, nil
}

var unbrotlis = sync.Pool{New: func() any { return brrr.NewReader(nil) }}

// unending calls the end of what is read too early: the decoder has no other way to tell
// one within its data, and reads no further than those go.
type unending struct{ r io.Reader }

func (u unending) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	switch {
	case err == io.EOF && n > 0:
		return n, nil // these may be the last; the next call will meet it again
	case err == io.EOF:
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}
