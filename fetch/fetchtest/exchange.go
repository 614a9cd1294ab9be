package fetchtest

import (
	"io"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// exchange is one request and its answer.
type exchange struct {
	*fasthttp.RequestCtx // not to be used once the answer function has returned

	lab  *Lab
	conn *conn
	num  [3]int64 // numbers in the path, in order
	text string   // its {id} or {tag}

	host  *host       // nil when it is not counted
	since time.Time   // it is on the books
	kept  bool        // a stream or a raw answer goes on after the answer function
	left  atomic.Bool // it is off the books
}

// answer is the handler of all requests.
func (l *Lab) answer(ctx *fasthttp.RequestCtx) {
	x := &exchange{RequestCtx: ctx, lab: l, conn: ctx.Conn().(*conn)}
	m := l.site.find(string(ctx.URI().PathOriginal()), x)
	if !m.unseen {
		x.since = time.Now()
		x.host = l.stats.enter(x.conn, ctx.Host(), ctx.RequestURI())
	}
	m.answer(x)
	if !x.kept {
		x.leave(int64(len(ctx.Response.Body())))
	}
}

// leave ends the exchange after so many bytes of body; later calls do nothing.
func (x *exchange) leave(bytes int64) {
	if x.host != nil && x.left.CompareAndSwap(false, true) {
		x.lab.stats.leave(x.host, bytes, time.Since(x.since))
	}
}

// delay is number i of the path in milliseconds, a day at most.
func (x *exchange) delay(i int) time.Duration {
	const day = 24 * 60 * 60 * 1000
	return time.Duration(min(x.num[i], day)) * time.Millisecond
}

func (x *exchange) set(name, value string) { x.Response.Header.Set(name, value) }

// say answers with a line of text.
func (x *exchange) say(status int, text string) {
	x.SetStatusCode(status)
	x.SetContentType("text/plain; charset=utf-8")
	x.SetBodyString(text + "\n")
}

func (x *exchange) html() { x.SetContentType("text/html; charset=utf-8") }

// query returns a parameter of the query string, decoded.
func (x *exchange) query(name, otherwise string) string {
	if v := x.QueryArgs().Peek(name); len(v) > 0 {
		return string(v)
	}
	return otherwise
}

// stream answers with what body writes, which is size bytes, or unknown when -1
// and then sent in chunks. Nothing of it is held.
func (x *exchange) stream(size int64, body io.WriterTo) {
	x.kept = true
	x.SetBodyStream(&stream{x: x, body: body}, int(size))
}

// stream is a body that fasthttp asks to write itself.
type stream struct {
	x    *exchange
	body io.WriterTo
	sent int64
}

func (s *stream) SupportsBodyWriteTo() bool { return true }

func (s *stream) WriteTo(w io.Writer) (n int64, err error) {
	s.sent, err = s.body.WriteTo(w)
	return s.sent, err
}

// Read is there because fasthttp takes readers; it calls WriteTo.
func (s *stream) Read([]byte) (int, error) { return 0, io.ErrNoProgress }

func (s *stream) Close() error {
	s.x.leave(s.sent)
	return nil
}
