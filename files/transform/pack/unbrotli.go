package pack

import (
	"bufio"
	"context"
	"errors"
	"io"

	"crawl/files/coding"
	"crawl/files/transform"
)

// Unbrotli is the step that undoes [Brotli], and every other Brotli file; the format has no
// mark to know one by and no checksum. Anything behind the end is an error, as is an empty
// file. It needs up to 17 MiB of memory, which is what the format allows a window to be. A
// name loses ".br".
func Unbrotli() transform.Step {
	return transform.Step{
		Name:    "unbr",
		Memory:  17 << 20,
		Becomes: unpacked(".br", "application/x-br"),
		Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
			return decode(coding.Brotli, in, out, nothing)
		},
	}
}

// nothing finds fault with anything that stands behind the data.
func nothing(in *bufio.Reader) error {
	switch _, err := in.Peek(1); err {
	case io.EOF:
		return nil
	case nil:
		return &transform.Error{Kind: transform.Corrupt, Err: errors.New("there is something else behind the compressed data")}
	default:
		return err
	}
}
