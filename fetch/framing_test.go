package fetch

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const ok200 = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

// TestAccepted lists answers that are rare but valid, or that every client takes.
// Each is asked for twice: conns says how many connections that may take.
func TestAccepted(t *testing.T) {
	tests := []struct {
		name, method, raw string
		closes            bool // the server closes after each answer
		status            int
		body              string
		conns             int64
	}{
		{name: "plain", raw: ok200, status: 200, body: "hello", conns: 1},
		{name: "100 before", raw: "HTTP/1.1 100 Continue\r\n\r\n" + ok200, status: 200, body: "hello", conns: 1},
		{name: "103 with fields before", raw: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok200, status: 200, body: "hello", conns: 1},
		{name: "three 102 before", raw: strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 3) + ok200, status: 200, body: "hello", conns: 1},
		{name: "HTTP/1.0", raw: "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", closes: true, status: 200, body: "hello", conns: 2},
		{name: "HTTP/1.0 keep-alive", raw: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "HTTP/1.0 until close", raw: "HTTP/1.0 200 OK\r\n\r\nhello", closes: true, status: 200, body: "hello", conns: 2},
		{name: "HTTP/1.0 keep-alive until close", raw: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello", closes: true, status: 200, body: "hello", conns: 2},
		{name: "until close", raw: "HTTP/1.1 200 OK\r\n\r\nhello", closes: true, status: 200, body: "hello", conns: 2},
		{name: "until close, empty", raw: "HTTP/1.1 200 OK\r\n\r\n", closes: true, status: 200, body: "", conns: 2},
		{name: "Connection: close", raw: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 2},
		{name: "Connection: Close in a list", raw: "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 2},
		{name: "empty reason", raw: "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "no reason", raw: "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "no fields", raw: "HTTP/1.1 200 OK\r\n\r\nhello", closes: true, status: 200, body: "hello", conns: 2},
		{name: "status nobody knows", raw: "HTTP/1.1 299 Odd\r\nContent-Length: 5\r\n\r\nhello", status: 299, body: "hello", conns: 1},
		{name: "status 999", raw: "HTTP/1.1 999 Denied\r\nContent-Length: 5\r\n\r\nhello", status: 999, body: "hello", conns: 1},
		{name: "LF only", raw: "HTTP/1.1 200 OK\nContent-Length: 5\nX: y\n\nhello", status: 200, body: "hello", conns: 1},
		{name: "LF and CRLF mixed", raw: "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 5\r\n\nhello", status: 200, body: "hello", conns: 1},
		{name: "LF only, body begins with lines", raw: "HTTP/1.1 200 OK\nContent-Length: 4\n\n\r\n\r\n", status: 200, body: "\r\n\r\n", conns: 1},
		{name: "empty line before", raw: "\r\n" + ok200, status: 200, body: "hello", conns: 1},
		{name: "folded field", raw: "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\tc\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "folded Content-Length", raw: "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "64 KiB of head", raw: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 64<<10) + "\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "200 KiB of fields", raw: "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 200) + "Content-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "200 fields", raw: "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 200) + "Content-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "non-ASCII field", raw: "HTTP/1.1 200 \xc3\xa4\r\nX: \xff\xfe \xc3\xa4\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "empty field value", raw: "HTTP/1.1 200 OK\r\nX:\r\nContent-Length:5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "Content-Length twice", raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "Content-Length as equal list", raw: "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "Content-Length with zeros", raw: "HTTP/1.1 200 OK\r\nContent-Length: 0000005\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "Content-Length with many zeros", raw: "HTTP/1.1 200 OK\r\nContent-Length: " + strings.Repeat("0", 40) + "5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "Content-Length with spaces", raw: "HTTP/1.1 200 OK\r\nContent-Length:  \t 5 \t\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "space before the colon", raw: "HTTP/1.1 200 OK\r\nServer \t: x\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 1},
		{name: "length 0", raw: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", status: 200, conns: 1},
		{name: "chunked", raw: chunkedHead + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", status: 200, body: "hello", conns: 1},
		{name: "chunked, empty", raw: chunkedHead + "0\r\n\r\n", status: 200, conns: 1},
		{name: "chunk extensions", raw: chunkedHead + "5;a=b;c=\"d\"\r\nhello\r\n0;last\r\n\r\n", status: 200, body: "hello", conns: 1},
		{name: "chunk size with zeros", raw: chunkedHead + "00005\r\nhello\r\n000\r\n\r\n", status: 200, body: "hello", conns: 1},
		{name: "chunk size in capitals", raw: chunkedHead + "A\r\n0123456789\r\n0\r\n\r\n", status: 200, body: "0123456789", conns: 1},
		{name: "trailer", raw: chunkedHead + "5\r\nhello\r\n0\r\nX: y\r\nZ: w\r\n\r\n", status: 200, body: "hello", conns: 1},
		{name: "trailer field longer than the buffer", raw: chunkedHead + "0\r\nX: " + strings.Repeat("y", readBuffer-len("X: ")) + "\r\nZ: w\r\n\r\n", status: 200, conns: 1},
		{name: "Chunked", raw: "HTTP/1.1 200 OK\r\ntransfer-ENCODING: ChunKed\r\n\r\n5\r\nhello\r\n0\r\n\r\n", status: 200, body: "hello", conns: 1},
		{name: "chunked beats Content-Length", raw: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", status: 200, body: "hello", conns: 2},
		{name: "identity", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: Identity\r\n\r\nhello", status: 200, body: "hello", closes: true, conns: 2},
		{name: "identity beside Content-Length", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 2},
		{name: "empty Transfer-Encoding", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello", conns: 2},
		{name: "204", raw: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, conns: 1},
		{name: "204 with a length that is not true", raw: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", status: 204, conns: 1},
		{name: "304 with the length of a 200", raw: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", status: 304, conns: 1},
		{name: "304 chunked", raw: "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", status: 304, conns: 1},
		{name: "304 Connection: close", raw: "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n", status: 304, conns: 2},
		{name: "HEAD", method: "HEAD", raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", status: 200, conns: 1},
		{name: "HEAD chunked", method: "HEAD", raw: chunkedHead, status: 200, conns: 1},
		{name: "HEAD without a length", method: "HEAD", raw: "HTTP/1.1 200 OK\r\n\r\n", status: 200, conns: 1},
		{name: "HEAD HTTP/1.0", method: "HEAD", raw: "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", status: 200, conns: 2},
		{name: "leftover bytes after the body", raw: ok200 + "rest", status: 200, body: "hello", conns: 2},
		{name: "whole answer left over", raw: ok200 + ok200, status: 200, body: "hello", conns: 2},
		{name: "leftover after 204", raw: "HTTP/1.1 204 No Content\r\n\r\nhello", status: 204, conns: 2},
		{name: "leftover after chunks", raw: chunkedHead + "5\r\nhello\r\n0\r\n\r\nrest", status: 200, body: "hello", conns: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			talk := keep(tt.raw)
			if tt.closes {
				talk = once(tt.raw)
			}
			o := serve(t, talk)
			c := newClient(t, Options{})
			for range 2 {
				rec, body, err := read(soon(t), c, &Request{Method: tt.method, URL: o.URL})
				if err != nil {
					t.Fatal(err)
				}
				if rec.Status != tt.status || body != tt.body {
					t.Errorf("got %d %q, want %d %q", rec.Status, body, tt.status, tt.body)
				}
			}
			if n := o.conns.Load(); n != tt.conns {
				t.Errorf("%d connections, want %d", n, tt.conns)
			}
		})
	}
}

const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

// TestRefused lists answers that two readers may understand differently, that end
// too early or that are none. Each is the whole of what the server says.
func TestRefused(t *testing.T) {
	tests := []struct {
		name, raw string
		class     Class
	}{
		{"different Content-Lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", ClassProtocol},
		{"different Content-Lengths, one with a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length : 6\r\n\r\nhello!", ClassProtocol},
		{"list of different Content-Lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello!", ClassProtocol},
		{"negative Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", ClassProtocol},
		{"signed Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", ClassProtocol},
		{"Content-Length with a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", ClassProtocol},
		{"hexadecimal Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello", ClassProtocol},
		{"Content-Length with a tail", "HTTP/1.1 200 OK\r\nContent-Length: 5 bytes\r\n\r\nhello", ClassProtocol},
		{"empty Content-Length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello", ClassProtocol},
		{"Content-Length with an empty part", "HTTP/1.1 200 OK\r\nContent-Length: 5,\r\n\r\nhello", ClassProtocol},
		{"Content-Length over 64 bits", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551621\r\n\r\nhello", ClassProtocol},
		{"invalid Content-Length beside chunked", "HTTP/1.1 200 OK\r\nContent-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ClassProtocol},
		{"chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"chunked in HTTP/1.0, space before the colon", "HTTP/1.0 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"chunked in HTTP/1.2", "HTTP/1.2 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"chunked in HTTP/2.0", "HTTP/2.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"unknown transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", ClassProtocol},
		{"identity and chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ClassProtocol},
		{"identity, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n", ClassProtocol},
		{"chunked twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ClassProtocol},
		{"chunk size not hexadecimal", chunkedHead + "x\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"chunk size with 0x", chunkedHead + "0x5\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"negative chunk size", chunkedHead + "-5\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"no chunk size", chunkedHead + "\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"chunk size over 64 bits", chunkedHead + "10000000000000005\r\nhello\r\n0\r\n\r\n", ClassProtocol},
		{"chunk size in full of f", chunkedHead + "ffffffffffffffff\r\nhello", ClassTruncated},
		{"chunk longer than its size", chunkedHead + "5\r\nhello, world\r\n0\r\n\r\n", ClassProtocol},
		{"garbage", "garbage\r\n\r\n", ClassProtocol},
		{"garbage without an end", "SSH-2.0-OpenSSH_9.6\r\n", ClassProtocol},
		{"short garbage", "?\n", ClassProtocol},
		{"another protocol", "ICY 200 OK\r\n\r\nhello", ClassProtocol},
		{"HTML without a head", "<html>\n\n</html>", ClassProtocol},
		{"status of letters", "HTTP/1.1 abc OK\r\n\r\n", ClassProtocol},
		{"no status", "HTTP/1.1\r\n\r\n", ClassProtocol},
		{"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", ClassProtocol},
		{"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", ClassProtocol},
		{"status below 100", "HTTP/1.1 099 No\r\n\r\n", ClassProtocol},
		{"status 000", "HTTP/1.1 000 OK\r\n\r\n", ClassProtocol},
		{"status 000 after spaces", "HTTP/1.1   000 OK\r\n\r\n", ClassProtocol},
		{"negative status", "HTTP/1.1 -20 No\r\n\r\n", ClassProtocol},
		{"field without colon", "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 5\r\n\r\nhello", ClassProtocol},
		{"field without name", "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 5\r\n\r\nhello", ClassProtocol},
		{"fold at the start", "HTTP/1.1 200 OK\r\n x: y\r\nContent-Length: 5\r\n\r\nhello", ClassProtocol},
		{"NUL in a value", "HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 5\r\n\r\nhello", ClassProtocol},
		{"CR in a value", "HTTP/1.1 200 OK\r\nX: a\rContent-Length: 6\r\nContent-Length: 5\r\n\r\nhello", ClassProtocol},
		{"101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", ClassProtocol},
		{"only empty lines", strings.Repeat("\r\n", 100), ClassProtocol},
		{"1,001 fields", "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 1001) + "\r\n", ClassProtocol},

		{"nothing", "", ClassReset},
		{"cut status line", "HTTP/1.1 20", ClassReset},
		{"cut head", "HTTP/1.1 200 OK\r\nContent-Le", ClassReset},
		{"cut before the empty line", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", ClassReset},
		{"1xx only", "HTTP/1.1 100 Continue\r\n\r\n", ClassReset},
		{"cut body", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", ClassTruncated},
		{"no body", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", ClassTruncated},
		{"cut body of HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello", ClassTruncated},
		{"cut in a chunk size", chunkedHead + "5", ClassTruncated},
		{"cut in a chunk", chunkedHead + "5\r\nhel", ClassTruncated},
		{"cut after a chunk", chunkedHead + "5\r\nhello", ClassTruncated},
		{"cut between chunks", chunkedHead + "5\r\nhello\r\n", ClassTruncated},
		{"cut after the last chunk", chunkedHead + "5\r\nhello\r\n0\r\n", ClassTruncated},
		{"cut in the last chunk's size", chunkedHead + "5\r\nhello\r\n0", ClassTruncated},
		{"cut trailer", chunkedHead + "5\r\nhello\r\n0\r\nX: y\r\n", ClassTruncated},
		{"no chunks", chunkedHead, ClassTruncated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := serve(t, once(tt.raw))
			c := newClient(t, Options{})
			rec, body, err := read(soon(t), c, &Request{URL: o.URL})
			if err == nil {
				t.Fatalf("accepted as %d %q", rec.Status, body)
			}
			wantClass(t, err, tt.class)
			if n := o.conns.Load(); n != 1 {
				t.Errorf("%d connections, want 1: nothing is sent twice", n)
			}
		})
	}
}

// TestEndless lists what never ends by itself: it ends early and costs no more
// than a limit plus the sockets' buffers.
func TestEndless(t *testing.T) {
	const slack = 16 << 20 // both sockets' buffers, which the kernel may grow
	tests := []struct {
		name, prefix, more string
		class              Class
	}{
		{"status line", "HTTP/1.1 200 ", "x", ClassProtocol},
		{"field", "HTTP/1.1 200 OK\r\nX: ", "x", ClassProtocol},
		{"fields", "HTTP/1.1 200 OK\r\n", "X: y\r\n", ClassProtocol},
		{"folded field", "HTTP/1.1 200 OK\r\nX: y\r\n", " y\r\n", ClassProtocol},
		{"1xx", "", "HTTP/1.1 100 Continue\r\n\r\n", ClassProtocol},
		{"empty lines", "", "\r\n", ClassProtocol},
		{"chunk extension", chunkedHead + "5;", "x", ClassProtocol},
		{"chunk extensions", chunkedHead, "1;" + strings.Repeat("x", 2000) + "\r\nh\r\n", ClassProtocol},
		{"chunk size", chunkedHead, "0", ClassProtocol},
		{"trailer", chunkedHead + "0\r\n", "X: y\r\n", ClassProtocol},
		{"trailer field", chunkedHead + "0\r\nX: ", "x", ClassProtocol},
		{"body until close", "HTTP/1.1 200 OK\r\n\r\n", "x", ClassTooLarge},
		{"body of chunks", chunkedHead, "5\r\nhello\r\n", ClassTooLarge},
		{"body of a length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999\r\n\r\n", "x", ClassTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var took atomic.Int64
			o := serve(t, endless(tt.prefix, tt.more, &took))
			_, _, err := read(soon(t), Stack(newClient(t, Options{}), Decode(1<<20)), &Request{URL: o.URL})
			wantClass(t, err, tt.class)
			if n := took.Load(); n > slack {
				t.Errorf("the server got rid of %d bytes", n)
			}
		})
	}
}

// TestTruncatedByReset drops connections with RST, which after a body without a
// length is the only sign that it was cut.
func TestTruncatedByReset(t *testing.T) {
	tests := []struct {
		name, raw string
		class     Class
	}{
		{"at once", "", ClassReset},
		{"in the head", "HTTP/1.1 200 OK\r\nX", ClassReset},
		{"in a body until close", "HTTP/1.1 200 OK\r\n\r\nhello", ClassTruncated},
		{"in a body with a length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", ClassTruncated},
		{"in a chunk", chunkedHead + "9\r\nhello", ClassTruncated},
		{"in the trailer", chunkedHead + "0\r\nX:", ClassTruncated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := make(chan struct{})
			o := serve(t, func(p *peer) {
				p.request()
				p.send(tt.raw)
				if strings.Contains(tt.raw, "\r\n\r\n") {
					<-seen // an RST may overtake what it follows
				}
				p.reset()
			})
			c := newClient(t, Options{})
			rec, err := c.Fetch(soon(t), &Request{URL: o.URL})
			if err == nil {
				defer rec.Body.Close()
				close(seen)
				_, err = io.ReadAll(rec.Body)
			}
			wantClass(t, err, tt.class)
		})
	}
}

func TestHeadLimit(t *testing.T) {
	head := func(size int) string {
		start, end := "HTTP/1.1 200 OK\r\nX: ", "\r\nContent-Length: 0\r\n\r\n"
		return start + strings.Repeat("x", size-len(start)-len(end)) + end
	}
	for _, limit := range []int{1000, readBuffer - 1, readBuffer, readBuffer + 1, 3 * readBuffer} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			c := newClient(t, Options{MaxHeaderBytes: limit})
			if _, _, err := get(t, c, serve(t, once(head(limit))).URL); err != nil {
				t.Errorf("a head as long as the limit: %v", err)
			}
			_, _, err := get(t, c, serve(t, once(head(limit+readBuffer+1))).URL)
			wantClass(t, err, ClassProtocol)
		})
	}
}

func TestRecordOfAnswer(t *testing.T) {
	o := serve(t, keep("HTTP/1.1 404 Not Here\r\nServer: s\r\nX-One: 1\r\nset-cookie: a\r\nX-one:  2 \r\nSet-Cookie: b\r\nContent-Length: 5\r\n\r\nhello"))
	rec, _ := mustGet(t, newClient(t, Options{}), o.URL+"x#top")
	want := Header{{"Server", "s"}, {"X-One", "1"}, {"set-cookie", "a"}, {"X-one", "2"}, {"Set-Cookie", "b"}, {"Content-Length", "5"}}
	if fmt.Sprint(rec.Header) != fmt.Sprint(want) {
		t.Errorf("header %v, want %v: as sent, in order", rec.Header, want)
	}
	if rec.Proto != "HTTP/1.1" || rec.Status != 404 || rec.Reason != "Not Here" || rec.URL != o.URL+"x#top" {
		t.Errorf("record %+v", rec)
	}
	if rec.Wire.Bytes != 5 || rec.RemoteAddr.String() != o.Addr || rec.Started.IsZero() || time.Since(rec.Started) < rec.Timing.TTFB {
		t.Errorf("wire %d, from %v, started %v, timing %+v", rec.Wire.Bytes, rec.RemoteAddr, rec.Started, rec.Timing)
	}
}
