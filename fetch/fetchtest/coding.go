package fetchtest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/molecule-man/go-brrr"
)

// codedMax bounds the coded bodies that are made in memory; /bomb streams.
const codedMax = 64 << 20

// coder codes a whole body.
type coder func(body []byte) []byte

// coded answers with a page under the given Content-Encoding.
func coded(encoding string, code coder) func(*exchange) {
	return func(x *exchange) {
		if x.num[0] > codedMax {
			x.say(404, "at most 64 MiB; /bomb/{bytes} has more")
			return
		}
		x.html()
		x.set("Content-Encoding", encoding)
		x.SetBody(x.lab.bodies.get(string(x.Path()), x.num[0], code))
	}
}

func wrongEncoding(x *exchange) {
	x.html()
	x.set("Content-Encoding", "gzip")
	p := plain(1024)
	x.stream(p.size, p)
}

func cutGzip(x *exchange) {
	coded("gzip", func(body []byte) []byte {
		whole := gzipped(body)
		return whole[:len(whole)/2]
	})(x)
}

// encoded remembers coded bodies: making a compressor costs more than the rest of
// an exchange. They are small, for pages repeat themselves.
type encoded struct {
	mu   sync.Mutex
	made map[string][]byte // by path
}

const encodedMax = 256

func (e *encoded) get(path string, size int64, code coder) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if body, ok := e.made[path]; ok {
		return body
	}
	var b bytes.Buffer
	plain(size).WriteTo(&b) // into memory
	body := code(b.Bytes())
	if e.made == nil || len(e.made) == encodedMax {
		e.made = map[string][]byte{}
	}
	e.made[path] = body
	return body
}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	return finish(&b, gzip.NewWriter(&b), body)
}

func zlibbed(body []byte) []byte {
	var b bytes.Buffer
	return finish(&b, zlib.NewWriter(&b), body)
}

func deflated(body []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.DefaultCompression) // fails only for a wrong level
	return finish(&b, w, body)
}

func brotlied(body []byte) []byte {
	var b bytes.Buffer
	w, _ := brrr.NewWriter(&b, 5) // fails only for a wrong level
	return finish(&b, w, body)
}

func zstandard(body []byte) []byte {
	var b bytes.Buffer
	// One at a time needs no goroutines. RFC 8878 wants decoders to take 8 MiB of window.
	w, _ := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20)) // fails only for wrong options
	return finish(&b, w, body)
}

func twoMembers(body []byte) []byte {
	half := len(body) / 2
	return append(gzipped(body[:half]), gzipped(body[half:])...)
}

func nested(body []byte) []byte { return gzipped(brotlied(body)) }

// finish writes body through w into b; neither can fail, for b is memory.
func finish(b *bytes.Buffer, w io.WriteCloser, body []byte) []byte {
	w.Write(body)
	w.Close()
	return b.Bytes()
}

// bombMax bounds a bomb so that its checksum ends within minutes.
const bombMax = 1 << 40

func bomb(x *exchange) {
	if x.num[0] > bombMax {
		x.say(404, "at most 1 TiB")
		return
	}
	b := newZeros(x.num[0])
	x.SetContentType("application/octet-stream")
	x.set("Content-Encoding", "gzip")
	x.stream(b.wireSize(), b)
}

// zeros is one gzip member (RFC 1952) of size zero bytes, made while it is written
// by repeating a run of compressed zeros.
type zeros struct {
	size int64
	rest []byte // compressed: what is left after the runs, and the end
}

const zeroRun = 1 << 20

var (
	zeroBytes  [zeroRun]byte
	gzipHead   = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	zippedZero = sync.OnceValue(func() []byte { return zipZeros(zeroRun, (*flate.Writer).Flush) })
)

func newZeros(size int64) *zeros {
	return &zeros{size: size, rest: zipZeros(size%zeroRun, (*flate.Writer).Close)}
}

func zipZeros(n int64, end func(*flate.Writer) error) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // fails only for a wrong level
	w.Write(zeroBytes[:n])
	end(w)
	return b.Bytes()
}

func (z *zeros) wireSize() int64 {
	const trailer = 8
	return int64(len(gzipHead)) + z.size/zeroRun*int64(len(zippedZero())) + int64(len(z.rest)) + trailer
}

// WriteTo writes the member.
func (z *zeros) WriteTo(w io.Writer) (sent int64, err error) {
	put := func(b []byte) {
		if err == nil {
			var n int
			n, err = w.Write(b)
			sent += int64(n)
		}
	}
	put(gzipHead)
	sum := uint32(0)
	for i := int64(0); i < z.size/zeroRun && err == nil; i++ {
		put(zippedZero())
		sum = crc32.Update(sum, crc32.IEEETable, zeroBytes[:])
	}
	sum = crc32.Update(sum, crc32.IEEETable, zeroBytes[:z.size%zeroRun])
	put(z.rest)
	put(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, sum), uint32(z.size)))
	return sent, err
}
