package fetchtest

import (
	"fmt"
	"strings"
	"time"
)

// inPieces sends what the case sends a byte at a time.
func (c Case) inPieces() Case {
	whole := c.play
	c.play = func(a *actor) {
		_ = a.tcp.SetNoDelay(true) // which is the default
		slow := &actor{Conn: bytewise{a}, tcp: a.tcp, h: a.h}
		whole(slow)
		a.keep = slow.keep
	}
	return c
}

// bytewise writes a byte at a time.
type bytewise struct{ *actor }

func (b bytewise) Write(p []byte) (int, error) {
	for i := range p {
		if _, err := b.actor.Write(p[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

// beforeTheRequest sends what the case sends as soon as there is a connection.
func (c Case) beforeTheRequest() Case {
	answer := c.play
	c.first = func(a *actor) {
		answer(a)
		a.next()
	}
	c.play = nil
	return c
}

// truncated are answers that end too early. No part of a body is a body.
func truncated() []Case {
	cut := func(name, help, raw string) Case { return fails(name, help, "truncated", closing(raw)) }
	lost := func(name, help, raw string) Case { return fails(name, help, "reset", closing(raw)) }
	coded := func(name, help, coding string, body []byte) Case {
		return cut(name, help, codedHead(coding, len(body))+string(body))
	}
	page := pageText(64 << 10)
	zipped := gzipped(page)
	return []Case{
		onFresh(lost("cut-at-once", "the end instead of an answer", "")),
		lost("cut-status-line", "the end within the status line", "HTTP/1.1 20"),
		lost("cut-head", "the end within the head", "HTTP/1.1 200 OK\r\nContent-Le"),
		lost("cut-before-empty-line", "the end before the empty line after the head", ok5),
		lost("cut-after-100", "the end after 100 Continue", "HTTP/1.1 100 Continue\r\n\r\n"),
		cut("cut-length", "a byte less than Content-Length says", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello"),
		cut("cut-length-all", "no body where Content-Length says 5", ok5+"\r\n"),
		cut("cut-length-half", "half of 512 KiB", fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", 512<<10, strings.Repeat("x", 256<<10))),
		cut("cut-http10", "a byte less than the Content-Length of HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello"),
		cut("cut-no-chunk", "the end where chunks should begin", okChunked),
		cut("cut-chunk-size", "the end within a chunk size", okChunked+"5"),
		cut("cut-chunk", "the end within a chunk", okChunked+"5\r\nhel"),
		cut("cut-chunk-end", "the end before a chunk's CRLF", okChunked+"5\r\nhello"),
		cut("cut-between-chunks", "the end between chunks", okChunked+helloChunk),
		cut("cut-last-chunk-size", "the end within the last chunk's size", okChunked+helloChunk+"0"),
		cut("cut-last-chunk", "the end before the empty line after the last chunk", okChunked+helloChunk+"0\r\n"),
		cut("cut-trailer", "the end within the trailer", okChunked+helloChunk+"0\r\nX: y\r\n"),
		cut("cut-chunk-huge", "the end within a chunk of nearly 2^64 bytes", okChunked+"ffffffffffffffff\r\nhello"),
		coded("cut-gzip", "half a gzip, though all of Content-Length", "gzip", half(zipped)),
		coded("cut-gzip-head", "five bytes of gzip", "gzip", zipped[:5]),
		coded("cut-gzip-checksum", "a gzip without its checksum", "gzip", zipped[:len(zipped)-4]),
		coded("cut-gzip-member", "a second gzip member that is cut", "gzip", append(gzipped(page), zipped[:20]...)),
		cut("cut-gzip-chunked", "half a gzip in whole chunks", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk(half(zipped))+lastChunk),
		cut("cut-gzip-until-close", "half a gzip until the connection closes", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"+string(half(zipped))),
		coded("cut-zlib", "half of zlib's format", "deflate", half(zlibbed(page))),
		coded("cut-deflate", "half of raw deflate", "deflate", half(deflated(page))),
		coded("cut-br", "half a brotli", "br", half(brotlied(page))),
		coded("cut-zstd", "half a zstd", "zstd", half(zstandard(page))),
		onFresh(fails("reset-at-once", "an RST instead of an answer", "reset", resetting(""))),
		fails("reset-head", "an RST within the head", "reset", resetting("HTTP/1.1 200 OK\r\nConte")),
		fails("reset-length", "an RST within a body of known length", "truncated", resetting("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello")),
		fails("reset-chunked", "an RST between chunks", "truncated", resetting(okChunked+helloChunk)),
		fails("reset-until-close", "an RST in place of the end of a body without length", "truncated", resetting(okClose+"hello")),
		overTLS(fails("tls-cut-until-close", "TLS without close_notify at the end of a body without length", "truncated", abruptly(okClose+"hello"))),
		overTLS(fails("tls-cut-length", "TLS without close_notify within a body", "truncated", abruptly("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello"))),
		overTLS(fails("tls-cut-chunked", "TLS without close_notify between chunks", "truncated", abruptly(okChunked+helloChunk))),
		overTLS(fails("tls-notify-length", "TLS with close_notify within a body", "truncated", closing("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello"))),
		overTLS(fails("tls-reset", "an RST under TLS at the end of a body without length", "truncated", resetting(okClose+"hello"))),
	}
}

func half(b []byte) []byte { return b[:len(b)/2] }

// onFresh is c on a port of its own, since what is lost on a connection that was
// used before is rightly asked for once more.
func onFresh(c Case) Case {
	c.alone = true
	return c
}

// overTLS is c on the port with the good certificate.
func overTLS(c Case) Case {
	c.tls, c.Trust = goodCert, true
	return c
}

// abruptly answers with raw and closes the connection under TLS without its farewell.
func abruptly(raw string) script { return func(a *actor) { a.send(raw); a.tcp.Close() } }

// oversized are answers that never end. Each must cost no more than the limit on
// what it is that never ends, and what the sockets hold.
func oversized() []Case {
	const buffers = 16 << 20 // of both sockets: the kernel may grow them
	endless := func(name, help, class, raw, more string) Case {
		c := fails(name, help, class, endlessly(raw, more))
		c.MaxTime = 3 * HostileTimeout
		return c
	}
	sized := func(n int) string { return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", n) }
	full := strings.Repeat("x", HostileMaxSize)
	all := []Case{
		endless("endless-status-line", "a status line without end", "protocol", "HTTP/1.1 200 ", "x"),
		endless("endless-version", "a version without end", "protocol", "HTTP/1.1", "1"),
		endless("endless-field", "a field without end", "protocol", "HTTP/1.1 200 OK\r\nX: ", "x"),
		endless("endless-field-name", "a field name without end", "protocol", "HTTP/1.1 200 OK\r\n", "x"),
		endless("endless-fields", "fields without end", "protocol", "HTTP/1.1 200 OK\r\n", "X: y\r\n"),
		endless("endless-fold", "a folded field without end", "protocol", "HTTP/1.1 200 OK\r\nX: y\r\n", " y\r\n"),
		endless("endless-100", "informational answers without end", "protocol", "", "HTTP/1.1 100 Continue\r\n\r\n"),
		endless("endless-103", "early hints without end", "protocol", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
		endless("endless-empty-lines", "empty lines without end", "protocol", "", "\r\n"),
		endless("endless-garbage", "garbage without end", "protocol", "", "\x00\x01garbage"),
		endless("endless-chunk-size", "a chunk size without end", "protocol", okChunked, "0"),
		endless("endless-chunk-extension", "a chunk extension without end", "protocol", okChunked+"5;", "x"),
		endless("endless-chunk-extensions", "chunk extensions without end", "protocol", okChunked, "1;"+strings.Repeat("x", 2000)+"\r\nh\r\n"),
		endless("endless-trailer", "trailer fields without end", "protocol", okChunked+"0\r\n", "X: y\r\n"),
		endless("endless-trailer-field", "a trailer field without end", "protocol", okChunked+"0\r\nX: ", "x"),
		endless("endless-body", "a body without end", "too_large", okClose, "x"),
		endless("endless-http10", "a body of HTTP/1.0 without end", "too_large", "HTTP/1.0 200 OK\r\n\r\n", "x"),
		endless("endless-chunks", "chunks without end", "too_large", okChunked, helloChunk),
		endless("endless-length", "a Content-Length of 10^17", "too_large", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999\r\n\r\n", "x"),
		endless("endless-404", "the body of a 404 without end", "http_4xx", "HTTP/1.1 404 Not Found\r\n\r\n", "x"),
		endless("endless-500", "chunks of a 500 without end", "http_5xx", "HTTP/1.1 500 Broken\r\nTransfer-Encoding: chunked\r\n\r\n", helloChunk),
		endless("endless-gzip-members", "empty gzip members without end", "too_large", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", string(gzippedNamed(nil))),
		fetched("endless-gzip-padding", "a gzip with padding without end, which is not the client's to read", "hello", endlessly("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"+string(gzipped([]byte("hello"))), "\x00")),
		endless("over-length", "a body a byte longer than the limit, as Content-Length says", "too_large", sized(HostileMaxSize+1)+full, "x"),
		endless("over-until-close", "a body a byte longer than the limit, until the end", "too_large", okClose+full, "x"),
		fetched("at-limit", "a body just as long as the limit", full, kept(sized(HostileMaxSize)+full)),
		fetched("at-limit-chunked", "the same in one chunk", full, kept(okChunked+chunk([]byte(full))+lastChunk)),
	}
	for i := range all {
		all[i].MaxBytes = HostileMaxSize + buffers
	}
	return all
}

// slow are servers that make the client wait. Each ends within one of its limits.
func slow() []Case {
	const often = 100 * time.Millisecond
	total := func(name, help, raw, more string) Case {
		c := fails(name, help, "timeout_total", dripping(raw, more, often))
		c.MaxTime = 3 * HostileTimeout
		return c
	}
	idle := func(name, help, raw string) Case { return fails(name, help, "timeout_idle", hanging(raw)) }
	never := func(name, help string, first script) Case {
		c := fails(name, help, "timeout_connect", nil)
		c.https, c.first, c.MaxTime = true, first, 3*HostileConnect
		return c
	}
	return []Case{
		idle("silent", "silence instead of an answer", ""),
		idle("silent-status-line", "silence within the status line", "HTTP/1.1 2"),
		idle("silent-head", "silence within the head", "HTTP/1.1 200 OK\r\nX: "),
		idle("silent-after-100", "silence after 100 Continue", "HTTP/1.1 100 Continue\r\n\r\n"),
		idle("silent-body", "silence within a body", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello"),
		idle("silent-until-close", "silence where a body should end", okClose+"hello"),
		idle("silent-chunk", "silence within a chunk", okChunked+"6\r\nhello"),
		idle("silent-last-chunk", "silence before the last chunk", okChunked+helloChunk),
		idle("silent-trailer", "silence within the trailer", okChunked+helloChunk+"0\r\nX: y\r\n"),
		idle("silent-gzip", "silence within a gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08"),
		total("slow-status-line", "a status line of a byte every 0.1 s", "HTTP/1.1 200 ", "x"),
		total("slow-head", "a field every 0.1 s", "HTTP/1.1 200 OK\r\n", "X: y\r\n"),
		total("slow-body", "a body of a byte every 0.1 s", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "x"),
		total("slow-until-close", "the same without a length", okClose, "x"),
		total("slow-chunks", "a chunk every 0.1 s", okChunked, helloChunk),
		total("slow-trailer", "a trailer field every 0.1 s", okChunked+"0\r\n", "X: y\r\n"),
		total("slow-gzip", "an empty gzip member every 0.1 s", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", string(gzipped(nil))),
		overTLS(total("slow-tls", "a byte every 0.1 s over TLS", okClose, "x")),
		slowInformational(),
		slowRedirects(),
		patient(),
		never("silent-handshake", "silence in the TLS handshake", (*actor).hang),
		never("slow-handshake", "a byte of a TLS handshake every 0.1 s", dripping("\x16\x03\x03\x40\x00", "\x02", often)),
	}
}

// slowInformational stays below the limit on how many there may be.
func slowInformational() Case {
	c := fails("slow-100", "an informational answer every 0.3 s", "timeout_total", dripping("", "HTTP/1.1 102 Processing\r\n\r\n", 300*time.Millisecond))
	c.MaxTime = 3 * HostileTimeout
	return c
}

// slowRedirects are each quick enough, but not together.
func slowRedirects() Case {
	c := fails("slow-redirects", "redirects of 0.7 s each", "timeout_total", func(a *actor) {
		if a.pause(700 * time.Millisecond) {
			a.respond(302, "", "Location: "+a.here()+fmt.Sprintf("/%d", a.asked))
		}
	})
	c.MaxTime, c.MaxRequests = 3*HostileTimeout, 6
	return c
}

// patient is slow, but within every limit.
func patient() Case {
	const pieces = 5
	c := fetched("slow-enough", "a byte every 0.3 s, for 1.5 s", strings.Repeat("x", pieces), func(a *actor) {
		a.keep = a.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", pieces))
		for range pieces {
			a.keep = a.keep && a.pause(300*time.Millisecond) && a.send("x")
		}
	})
	c.MaxTime = 3 * HostileTimeout
	return c
}
