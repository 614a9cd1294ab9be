package fetchtest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// pageText is a page of the lab in memory.
func pageText(size int64) []byte {
	var b bytes.Buffer
	_, _ = plain(size).WriteTo(&b) // memory takes all
	return b.Bytes()
}

func codedHead(coding string, length int) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n", coding, length)
}

func chunk(b []byte) string { return fmt.Sprintf("%x\r\n%s\r\n", len(b), b) }

// codings are bodies in every content coding, well made and not.
func codings() []Case {
	page := pageText(10_000)
	same := func(b []byte) []byte { return b }
	twice := func(b []byte) []byte { return gzipped(gzipped(b)) }
	// good is a case whose body is what code makes of the page.
	good := func(name, help, coding string, code coder) Case {
		body := string(code(page))
		return fetched(name, help, string(page), kept(codedHead(coding, len(body))+body))
	}
	broken := func(name, help, coding string, body []byte) Case {
		return fails(name, help, "encoding", closing(codedHead(coding, len(body))+string(body)))
	}
	// bomb is made when it is asked for.
	bomb := func(name, help, coding string, make func() []byte) Case {
		return fails(name, help, "too_large", func(a *actor) {
			body := make()
			a.keep = a.send(codedHead(coding, len(body)) + string(body))
		})
	}
	empty := func(name, help, raw string) Case { return fetched(name, help, "", kept(raw)) }
	all := []Case{
		good("gzip", "gzip", "gzip", gzipped),
		good("gzip-x", "x-gzip", "x-gzip", gzipped),
		good("gzip-capitals", "GZIP in capitals", "GZIP", gzipped),
		good("gzip-members", "gzip of two members", "gzip", twoMembers),
		good("gzip-header", "gzip with a name, a comment and extra fields", "gzip", gzippedNamed),
		good("gzip-garbage", "gzip with garbage after it", "gzip", func(b []byte) []byte { return append(gzipped(b), "garbage"...) }),
		good("gzip-zeros", "gzip padded with zeros", "gzip", func(b []byte) []byte { return append(gzipped(b), make([]byte, 512)...) }),
		good("gzip-empty-members", "200,000 empty gzip members around the body's", "gzip", func(b []byte) []byte {
			none := bytes.Repeat(gzipped(nil), 100_000)
			return bytes.Join([][]byte{none, gzipped(b), none}, nil)
		}),
		good("deflate-zlib", "deflate in zlib's format", "deflate", zlibbed),
		good("deflate-raw", "deflate, raw, as some servers have it", "deflate", deflated),
		good("br", "brotli", "br", brotlied),
		good("zstd", "zstd", "zstd", zstandard),
		good("zstd-frames", "zstd of two frames with a skippable one between", "zstd", func(b []byte) []byte {
			skip := append([]byte{0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0}, "skip"...)
			return bytes.Join([][]byte{zstandard(b[:100]), skip, zstandard(b[100:])}, nil)
		}),
		good("identity", "identity, which is none", "identity", same),
		good("coding-empty", "an empty Content-Encoding", "", same),
		good("nested-2", "gzip, gzip", "gzip, gzip", twice),
		good("nested-fields", "two codings in two fields", "br\r\nContent-Encoding: gzip", nested),
		good("nested-identity", "identity, gzip, identity", "identity, gzip, identity", gzipped),
		good("nested-commas", "a list with empty parts", ", gzip,", gzipped),
		good("nested-5", "five codings, one in the other", "gzip, deflate, br, zstd, gzip", func(b []byte) []byte {
			return gzipped(zstandard(brotlied(zlibbed(gzipped(b)))))
		}),
		fetched("gzip-chunked", "gzip in chunks", string(page), kept("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk(gzipped(page))+lastChunk)),
		fetched("gzip-until-close", "gzip until the connection closes", string(page), closing("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"+string(gzipped(page)))),
		empty("gzip-of-nothing", "gzip of an empty body", codedHead("gzip", len(gzipped(nil)))+string(gzipped(nil))),
		empty("gzip-nothing", "gzip named on no body", codedHead("gzip", 0)),
		empty("br-nothing", "brotli named on no body", codedHead("br", 0)),
		empty("zstd-nothing", "zstd named on no body", codedHead("zstd", 0)),
		empty("gzip-204", "gzip named on a 204", "HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n"),
		broken("coding-unknown", "a coding that nobody knows", "rot13", page),
		broken("coding-compress", "compress, which nobody uses", "compress", page),
		broken("coding-wrong", "gzip named on brotli", "gzip", brotlied(page)),
		broken("coding-none", "gzip named on plain text", "gzip", page),
		broken("coding-none-br", "brotli named on plain text", "br", page),
		broken("coding-none-zstd", "zstd named on plain text", "zstd", page),
		broken("coding-none-deflate", "deflate named on plain text", "deflate", page),
		broken("coding-parameter", "gzip;q=1, which is no coding", "gzip;q=1", gzipped(page)),
		broken("gzip-checksum", "gzip with a wrong checksum", "gzip", flipped(gzipped(page), 8)),
		broken("gzip-length", "gzip with a wrong length", "gzip", flipped(gzipped(page), 4)),
		broken("zlib-checksum", "zlib's format with a wrong checksum", "deflate", flipped(zlibbed(page), 2)),
		broken("zstd-window", "zstd with a window of 16 MiB", "zstd", wideZstd(16<<20)),
		broken("nested-6", "six codings, one in the other", "gzip, gzip, gzip, gzip, gzip, gzip", gzipped(gzipped(twice(twice(page))))),
		broken("nested-100", "a hundred codings named", strings.TrimSuffix(strings.Repeat("gzip,", 100), ","), gzipped(page)),
		bomb("bomb-gzip", "32 MiB of zeros in gzip", "gzip", gzippedZeros),
		bomb("bomb-deflate", "the same in raw deflate", "deflate", deflatedZeros),
		bomb("bomb-br", "4 MiB of zeros in brotli", "br", func() []byte { return brotlied(make([]byte, 4<<20)) }),
		bomb("bomb-zstd", "32 MiB of zeros in zstd", "zstd", func() []byte { return bytes.Repeat(zstandard(zeroBytes[:]), bombSize/zeroRun) }),
		bomb("bomb-nested", "32 MiB of zeros in gzip in gzip", "gzip, gzip", func() []byte { return gzipped(gzippedZeros()) }),
		fails("bomb-endless", "zeros in gzip without end", "too_large", func(a *actor) {
			a.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + string(gzipHead))
			for a.send(string(zippedZero())) {
			}
		}),
	}
	for i := range all {
		all[i].MaxBytes, all[i].MaxTime = 6<<20, 3*HostileTimeout
	}
	return all
}

const bombSize = 32 * HostileMaxSize

func gzippedZeros() []byte {
	var b bytes.Buffer
	_, _ = newZeros(bombSize).WriteTo(&b) // memory takes all
	return b.Bytes()
}

func deflatedZeros() []byte {
	return append(bytes.Repeat(zippedZero(), bombSize/zeroRun), zipZeros(0, (*flate.Writer).Close)...)
}

// flipped is b with a wrong bit that many bytes before its end.
func flipped(b []byte, before int) []byte {
	b[len(b)-before] ^= 1
	return b
}

// gzippedNamed has all that a gzip member may have beside its data.
func gzippedNamed(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name, w.Comment, w.Extra, w.ModTime = "page.html", "a comment", filler[:1000], time.Unix(1, 0)
	return finish(&b, w, body)
}

// wideZstd is a frame that needs a window of that size.
func wideZstd(window int) []byte {
	var b bytes.Buffer
	w, _ := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window), zstd.WithSingleSegment(false)) // fails only for wrong options
	_, _ = w.Write(binary.LittleEndian.AppendUint32(nil, 1))                                                               // into memory
	_ = w.Flush()
	return finish(&b, w, bytes.Repeat([]byte("wide"), 1000))
}
