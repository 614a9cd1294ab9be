package transform

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// maxWindow is the window that RFC 8878 section 3.1.1.1.2 recommends decoders to support.
const maxWindow = 8 << 20

// newUnzstd is the step that undoes [newZstd], and every other file of Zstandard frames,
// skippable ones among them, that was not made with a window of more than 8 MiB (zstd
// --ultra and --long do that) or with a dictionary: those are [Unsupported]. An empty file is
// an error. It needs up to 20 MiB of memory whatever comes. A name loses ".zst".
func newUnzstd(string) (Step, error) {
	return Step{
		Name:    "unzstd",
		Memory:  20 << 20,
		Becomes: unpacked(".zst", "application/zstd"),
		Run: func(_ context.Context, _ File, in io.Reader, out io.Writer) error {
			z := unzstds.Get().(*unzstd)
			defer unzstds.Put(z)
			z.in.Reset(in)
			defer z.in.Reset(nil)
			return z.run(out)
		},
	}, nil
}

var unzstds = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		panic(err) // these options do go together
	}
	return &unzstd{bufio.NewReaderSize(nil, 64<<10), d}
}}

type unzstd struct {
	in *bufio.Reader
	d  *zstd.Decoder
}

func (z *unzstd) run(out io.Writer) error {
	if _, err := z.in.Peek(1); err == io.EOF { // to the decoder that is no frame
		return undecodable(io.ErrUnexpectedEOF)
	}
	err := z.d.Reset(z.in)
	if err == nil {
		err = stream(out, z.d)
	}
	_ = z.d.Reset(nil) // which keeps nothing of the file
	switch {
	case err == nil:
		return nil
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return &Error{Kind: Unsupported, Err: fmt.Errorf("its window is over %d MiB", maxWindow>>20)}
	case errors.Is(err, zstd.ErrUnknownDictionary):
		return &Error{Kind: Unsupported, Err: errors.New("it needs a dictionary")}
	}
	return undecodable(err)
}
