package warc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// unpacker reads the members of a compressed file, each of which begins with its magic.
type unpacker interface {
	magic() string
	// begin starts with the member that in stands before; io.EOF when there is none.
	begin(in *bufio.Reader) error
	// Read ends with io.EOF where the member does, and takes no byte behind it.
	io.Reader
}

// gunzipper reads gzip members.
type gunzipper struct{ z gzip.Reader }

func (g *gunzipper) magic() string { return "\x1f\x8b\x08" }

func (g *gunzipper) begin(in *bufio.Reader) error {
	if _, err := in.Peek(1); err != nil {
		return err
	}
	if err := g.z.Reset(in); err != nil {
		return early(err)
	}
	g.z.Multistream(false)
	return nil
}

func (g *gunzipper) Read(p []byte) (int, error) { return g.z.Read(p) }

// early makes an end within something the error that it is.
func early(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// What begins a Zstandard file (RFC 8878, section 3.1.1, and warc-zstd, section 4.2).
const (
	zstdMagic       = "\x28\xb5\x2f\xfd"
	dictionaryMagic = "\x5d\x2a\x4d\x18"
)

// maxZstd is the window and the dictionary that warc-zstd, section 5, has readers support.
const maxZstd = 8 << 20

// unzstder reads Zstandard frames.
type unzstder struct {
	d     *zstd.Decoder
	frame frame
}

// newUnzstder reads frames that were made with a dictionary, or nil.
func newUnzstder(dictionary []byte) (*unzstder, error) {
	options := []zstd.DOption{
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxZstd),
	}
	if dictionary != nil {
		options = append(options, zstd.WithDecoderDicts(dictionary))
	}
	d, err := zstd.NewReader(nil, options...)
	if err != nil {
		return nil, fmt.Errorf("its dictionary: %w", err)
	}
	return &unzstder{d: d}, nil
}

func (u *unzstder) magic() string { return zstdMagic }

func (u *unzstder) begin(in *bufio.Reader) error {
	if err := skipSkippable(in); err != nil {
		return err
	}
	u.frame = frame{in: in}
	return u.sort(u.d.Reset(&u.frame))
}

func (u *unzstder) Read(p []byte) (int, error) {
	n, err := u.d.Read(p)
	return n, u.sort(err)
}

func (u *unzstder) sort(err error) error {
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Errorf("its window is over %d MiB: %w", maxZstd>>20, errUnsupported)
	case errors.Is(err, zstd.ErrUnknownDictionary):
		return fmt.Errorf("its dictionary is not in the file: %w", errUnsupported)
	}
	return err
}

// skippable is the size of the skippable frame that head begins, without head.
func skippable(head []byte) (size int64, ok bool) {
	if magic := binary.LittleEndian.Uint32(head); magic>>4 != 0x184d2a5 {
		return 0, false
	}
	return int64(binary.LittleEndian.Uint32(head[4:])), true
}

// skipSkippable passes over skippable frames; io.EOF behind the last.
func skipSkippable(in *bufio.Reader) error {
	for {
		head, err := in.Peek(8)
		if len(head) == 0 {
			return err
		}
		if err != nil {
			return early(err)
		}
		size, ok := skippable(head)
		if !ok {
			return nil
		}
		for left := 8 + size; left > 0; {
			n, err := in.Discard(int(min(left, 1<<20)))
			if err != nil {
				return early(err)
			}
			left -= int64(n)
		}
	}
}

// readDictionary reads the dictionary frame at the beginning of a file, if there is one.
func readDictionary(in io.Reader) ([]byte, error) {
	var head [8]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, early(err)
	}
	size, _ := skippable(head[:])
	if size > maxZstd {
		return nil, fmt.Errorf("its dictionary has %d bytes: %w", size, errUnsupported)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, early(err)
	}
	if len(data) < 4 || string(data[:4]) != zstdMagic {
		return data, nil
	}
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxZstd))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	dictionary, err := d.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("its dictionary: %w", err)
	}
	return dictionary, nil
}

// frame reads the bytes of one Zstandard frame and none behind it, for the decoder does
// not tell where one ends (RFC 8878, section 3.1.1).
type frame struct {
	in     *bufio.Reader
	left   int64 // of what is known to belong to the frame
	begun  bool
	last   bool // the block under way is the last,
	sum    bool // a checksum follows it
	closed bool
}

func (f *frame) Read(p []byte) (int, error) {
	for f.left == 0 {
		if f.closed {
			return 0, io.EOF
		}
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n, err := f.in.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	if err == io.EOF && f.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// next finds out how long the next part is: the header, a block, or the checksum.
func (f *frame) next() error {
	switch {
	case !f.begun:
		head, err := f.in.Peek(5)
		if err != nil {
			return early(err)
		}
		if string(head[:4]) != zstdMagic {
			return zstd.ErrMagicMismatch
		}
		descriptor := head[4]
		f.begun, f.sum = true, descriptor&4 != 0
		f.left = 5 + frameFields(descriptor)
	case f.last:
		f.closed = true
		if f.sum {
			f.left = 4
		}
	default:
		head, err := f.in.Peek(3)
		if err != nil {
			return early(err)
		}
		block := uint32(head[0]) | uint32(head[1])<<8 | uint32(head[2])<<16
		f.last = block&1 != 0
		size := int64(block >> 3)
		if block>>1&3 == 1 { // one byte that is repeated
			size = 1
		}
		f.left = 3 + size
	}
	return nil
}

// frameFields is how many bytes stand between a frame's descriptor and its first block.
func frameFields(descriptor byte) int64 {
	single := descriptor&0x20 != 0
	size := [...]int64{0, 1, 2, 4}[descriptor&3] // of the dictionary's number
	if content := descriptor >> 6; content > 0 {
		size += 1 << content
	} else if single {
		size++
	}
	if !single {
		size++ // the window
	}
	return size
}
