package fetchtest

import (
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// raw hands the connection to talk, which writes every byte of the answer itself.
// The connection is closed after it. Talk must not use the request.
func (x *exchange) raw(talk func(w *wire)) {
	x.kept = true
	x.lab.serving.Add(1) // within the connection's goroutine, so never up from zero
	x.HijackSetNoResponse(true)
	x.Hijack(func(c net.Conn) {
		defer x.lab.serving.Done()
		w := &wire{Conn: c, x: x}
		talk(w)
		x.leave(w.body)
	})
}

// wire is a connection in the hands of a raw answer.
type wire struct {
	net.Conn
	x    *exchange
	body int64 // bytes of body written
}

// head writes a head of status 200 with these fields, which then ends the connection.
func (w *wire) head(fields ...string) {
	io.WriteString(w, "HTTP/1.1 200 OK\r\nConnection: close\r\n"+strings.Join(append(fields, "\r\n"), "\r\n"))
}

// page writes the plain page of that size.
func (w *wire) page(size int64) {
	n, _ := plain(size).WriteTo(w)
	w.body += n
}

// drip writes b a byte at a time, and reports whether client and lab stayed.
func (w *wire) drip(b []byte, every time.Duration) bool {
	for i := range b {
		if w.x.lab.wait(every) {
			return false
		}
		if _, err := w.Write(b[i : i+1]); err != nil {
			return false
		}
	}
	return true
}

const isHTML = "Content-Type: text/html; charset=utf-8"

func length(n int64) string { return fmt.Sprintf("Content-Length: %d", n) }

func chunked(x *exchange) {
	x.html()
	x.stream(-1, plain(x.num[0]))
}

func untilClose(x *exchange) {
	x.raw(func(w *wire) {
		w.head(isHTML)
		w.page(x.num[0])
	})
}

func cutLength(x *exchange) {
	x.raw(func(w *wire) {
		w.head(isHTML, length(x.num[0]))
		w.page(x.num[0] / 2)
	})
}

func cutChunked(x *exchange) {
	x.raw(func(w *wire) {
		w.head(isHTML, "Transfer-Encoding: chunked")
		if half := x.num[0] / 2; half > 0 { // a chunk of none would be the last
			fmt.Fprintf(w, "%x\r\n", half)
			w.page(half)
			io.WriteString(w, "\r\n")
		}
	})
}

func cutHead(x *exchange) {
	x.raw(func(w *wire) { io.WriteString(w, "HTTP/1.1 200 OK\r\nContent-Ty") })
}

// reset gives the client part of a body and then, by closing without lingering,
// RST in place of FIN.
func reset(x *exchange) {
	x.raw(func(w *wire) {
		w.head(isHTML, length(4096))
		w.page(2048)
		if tcp, ok := x.conn.Conn.(interface{ SetLinger(seconds int) error }); ok {
			tcp.SetLinger(0)
		}
	})
}

func slowBody(x *exchange) {
	x.raw(func(w *wire) {
		every, left := x.delay(0), x.num[1]
		w.head("Content-Type: text/plain", length(left))
		for left > 0 {
			some := filler[:min(left, int64(len(filler)))]
			if !w.drip(some, every) {
				return
			}
			left -= int64(len(some))
			w.body += int64(len(some))
		}
	})
}

func slowHead(x *exchange) {
	x.raw(func(w *wire) {
		w.drip([]byte("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), x.delay(0))
	})
}

// silent reads until the client leaves or the lab closes the connection.
func silent(x *exchange) {
	x.raw(func(w *wire) { io.Copy(io.Discard, w) })
}

func endless(x *exchange) {
	x.SetContentType("text/plain; charset=utf-8")
	x.stream(-1, forever{})
}

// forever is a body that ends only when its client leaves.
type forever struct{}

func (forever) WriteTo(w io.Writer) (sent int64, err error) {
	for err == nil {
		var n int
		n, err = w.Write(filler)
		sent += int64(n)
	}
	return sent, err
}

// bigHead writes a head of num[0] bytes, from the status line to the empty line.
func bigHead(x *exchange) {
	x.raw(func(w *wire) {
		const (
			start = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\nX: "
			field = "\r\nX-Filler: "
			end   = "\r\n\r\n"
			value = 1000 // bytes of a full field's value
		)
		left := x.num[0] - int64(len(start)+len(end))
		_, err := io.WriteString(w, start)
		for err == nil && left > int64(value+len(field)) {
			_, err = fmt.Fprintf(w, "%s%s", field, filler[:value-1])
			left -= int64(value - 1 + len(field))
		}
		io.WriteString(w, strings.Repeat("x", int(max(left, 0)))+end)
	})
}
