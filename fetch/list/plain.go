package list

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
)

// How the kinds of data begin.
const (
	magicGzip  = "\x1f\x8b"
	magicZstd  = "\x28\xb5\x2f\xfd"
	bomUTF8    = "\xef\xbb\xbf"
	bomUTF16LE = "\xff\xfe"
	bomUTF16BE = "\xfe\xff"
)

// maxWindow is what RFC 8878, section 3.1.1.1.2, asks every decoder to bear; more
// is refused, as it is memory that a stranger's file would make us spend.
const maxWindow = 8 << 20

// plain unpacks r and turns it into UTF-8, as its first bytes ask for. The name
// of a file says nothing: people rename.
func plain(r io.Reader) (io.Reader, error) {
	packed := bufio.NewReaderSize(r, MaxLine)
	unpacked, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	text, ok := unpacked.(*bufio.Reader)
	if !ok {
		text = bufio.NewReaderSize(unpacked, MaxLine)
	}
	switch {
	case begins(text, bomUTF8):
		_, err = text.Discard(len(bomUTF8))
	case begins(text, bomUTF16LE):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(text), nil
	case begins(text, bomUTF16BE):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Reader(text), nil
	}
	return text, err
}

// unpack needs no closing: with one decoder at a time zstd starts no goroutines.
func unpack(r *bufio.Reader) (io.Reader, error) {
	switch {
	case begins(r, magicGzip):
		z, err := gzip.NewReader(r)
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return z, err
	case begins(r, magicZstd):
		return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	}
	return r, nil
}

// begins peeks byte by byte, so that it never waits for more of a live stream
// than it takes to tell.
func begins(r *bufio.Reader, magic string) bool {
	for i := range len(magic) {
		head, _ := r.Peek(i + 1)
		if len(head) <= i || head[i] != magic[i] {
			return false
		}
	}
	return true
}
