package fetch

import (
	"bufio"
	"compress/flate"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/molecule-man/go-brrr"
)

// A decoder opens a reader of what src stands for. A src without a byte stands
// for nothing, whatever the coding. release gives the decoder's memory back for
// the next.
type decoder func(src io.Reader) (r io.Reader, release func(), err error)

var decoders = map[string]decoder{
	"gzip": openGzip, "x-gzip": openGzip,
	"deflate": openDeflate,
	"br":      openBrotli,
	"zstd":    openZstd,
}

var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}

// buffer returns src buffered, and whether it has a byte.
func buffer(src io.Reader) (br *bufio.Reader, some bool, err error) {
	br = buffers.Get().(*bufio.Reader)
	br.Reset(src)
	_, err = br.Peek(1)
	if err != nil && err != io.EOF {
		dropBuffer(br)
		return nil, false, err
	}
	return br, err == nil, nil
}

func dropBuffer(br *bufio.Reader) {
	br.Reset(nil)
	buffers.Put(br)
}

var gzips sync.Pool // of *gzip.Reader

func openGzip(src io.Reader) (io.Reader, func(), error) {
	br, some, err := buffer(src)
	if err != nil || !some {
		return br, func() {}, err
	}
	z, _ := gzips.Get().(*gzip.Reader)
	if z == nil {
		z = new(gzip.Reader)
	}
	if err := z.Reset(br); err != nil {
		return nil, nil, unexpected(err)
	}
	z.Multistream(false)
	return &gzipMembers{z, br}, func() { gzips.Put(z); dropBuffer(br) }, nil
}

// gzipMembers reads one member after the other. What follows the last and is no
// member is padding, which gzip and browsers ignore too.
type gzipMembers struct {
	z  *gzip.Reader
	br *bufio.Reader
}

func (g *gzipMembers) Read(p []byte) (int, error) {
	for {
		n, err := g.z.Read(p)
		if err != io.EOF || n > 0 {
			if err == io.EOF {
				err = nil // the next call will meet it again
			}
			return n, err
		}
		magic, err := g.br.Peek(2)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
			return 0, io.EOF
		}
		if err := g.z.Reset(g.br); err != nil {
			return 0, unexpected(err)
		}
		g.z.Multistream(false)
	}
}

// unexpected says that an end within a coded header is one too early.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

var (
	zlibs  sync.Pool // of io.ReadCloser that is a zlib.Resetter
	flates sync.Pool // of io.ReadCloser that is a flate.Resetter
)

// openDeflate accepts what RFC 9110 section 8.4.1.2 says, zlib's format, and the
// raw format that some servers send instead. A zlib header is told by its
// checksum; a raw stream that passes for one is as good as impossible. The raw format
// has no checksum to tell that data is broken, so it is for the standard library: in
// klauspost/compress an empty table of codes is what the table before it was, in a
// decoder that is used again also that of another body.
func openDeflate(src io.Reader) (io.Reader, func(), error) {
	br, some, err := buffer(src)
	if err != nil || !some {
		return br, func() {}, err
	}
	head, err := br.Peek(2)
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	if len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		z, _ := zlibs.Get().(io.ReadCloser)
		if z == nil {
			z, err = zlib.NewReader(br)
		} else {
			err = z.(zlib.Resetter).Reset(br, nil)
		}
		if err != nil {
			return nil, nil, unexpected(err)
		}
		return z, func() { zlibs.Put(z); dropBuffer(br) }, nil
	}
	f, _ := flates.Get().(io.ReadCloser)
	if f == nil {
		f = flate.NewReader(br)
	} else if err := f.(flate.Resetter).Reset(br, nil); err != nil {
		return nil, nil, err
	}
	return f, func() { flates.Put(f); dropBuffer(br) }, nil
}

var brotlis = sync.Pool{New: func() any { return brrr.NewReader(nil) }}

func openBrotli(src io.Reader) (io.Reader, func(), error) {
	br, some, err := buffer(src)
	if err != nil || !some {
		return br, func() {}, err
	}
	r := brotlis.Get().(*brrr.Reader)
	r.Reset(unending{br})
	return r, func() { r.Reset(nil); brotlis.Put(r); dropBuffer(br) }, nil
}

// unending calls an end unexpected: the decoder of br has no other way to tell one
// within its data, and reads no further than that.
type unending struct{ io.Reader }

func (u unending) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	return n, unexpected(err)
}

// maxWindow is the window that RFC 9659 allows for the zstd content coding.
const maxWindow = 8 << 20

var zstds sync.Pool // of *zstd.Decoder

func openZstd(src io.Reader) (io.Reader, func(), error) {
	br, some, err := buffer(src)
	if err != nil || !some {
		return br, func() {}, err
	}
	d, _ := zstds.Get().(*zstd.Decoder)
	if d == nil {
		d, err = zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	} else {
		err = d.Reset(br)
	}
	if err != nil {
		return nil, nil, err
	}
	return d, func() { d.Reset(nil); zstds.Put(d); dropBuffer(br) }, nil
}
