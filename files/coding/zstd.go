package coding

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// MaxWindow is the largest window of Zstandard that is decoded, in bytes: what RFC 8878,
// section 3.1.1.1.2, recommends decoders to support and RFC 9659 allows HTTP. More of it is
// memory that a stranger's data would make us spend.
const MaxWindow = 8 << 20

// Zstd reads all Zstandard frames (RFC 8878) in src, skippable ones among them, to the end
// of src. A window of more than 8 MiB, as zstd --ultra and --long make it, and a dictionary
// are an [*UnsupportedError].
func Zstd(src *bufio.Reader) (io.ReadCloser, error) {
	z := zstds.Get().(*frames)
	if err := z.d.Reset(src); err != nil {
		z.Close()
		return nil, explained(err)
	}
	return z, nil
}

var zstds = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(1), // and so without a goroutine that wants an end
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(MaxWindow))
	if err != nil {
		panic(err) // these options do go together
	}
	return &frames{d}
}}

type frames struct{ d *zstd.Decoder }

func (z *frames) Read(p []byte) (int, error) {
	n, err := z.d.Read(p)
	return n, explained(err)
}

func (z *frames) Close() error {
	_ = z.d.Reset(nil) // which keeps nothing of the data
	zstds.Put(z)
	return nil
}

func explained(err error) error {
	switch {
	case err == nil || err == io.EOF:
		return err
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return &UnsupportedError{fmt.Sprintf("its window is over %d MiB", MaxWindow>>20)}
	case errors.Is(err, zstd.ErrUnknownDictionary):
		return &UnsupportedError{"it needs a dictionary"}
	}
	return err
}
