package fetch

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strconv"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	// maxAtOnce is how much of a body in memory goes out together with the head.
	// It fits into what the kernel takes without waiting for the server.
	maxAtOnce = 16 << 10

	// continueWait is how long a server may take to say that it wants the body. Old
	// ones never do (RFC 9110 section 10.1.1).
	continueWait = time.Second

	// uploadGrace is how long an upload may take to notice its end: a server may
	// answer what the kernel has sent before the sender knows that.
	uploadGrace = 20 * time.Millisecond
)

// upload sends a request's body while the answer is awaited, since a server that
// does not want all of it says so before it is through. Its goroutine ends before
// the exchange does: see finish and stop.
type upload struct {
	conn     *conn
	ctx      context.Context
	trace    *Trace
	captured *Exchange // as conn has it now
	body     Body
	size     int64         // or chunked
	proceed  chan struct{} // closed when the server asks for the body; nil when it need not
	quit     chan struct{} // closed to stop
	done     chan struct{} // closed at the goroutine's end
	asked    bool          // proceed is closed

	mu      sync.Mutex // guards what follows
	src     io.ReadCloser
	stopped bool // conn is not touched any more
	err     error
	sentAt  time.Time // when all was sent; zero before
}

// sendWithBody writes the head h of req, and begins to write the body.
func sendWithBody(c *conn, h *fasthttp.RequestHeader, req *Request) (*upload, error) {
	size := req.Body.Size()
	expect := expects(req, size)
	delimit(h, size)
	if expect && !req.Header.Has("Expect") {
		h.Add("Expect", "100-continue")
	}
	if m, ok := req.Body.(*held); ok && m.err == nil && size <= maxAtOnce && !expect {
		err := c.send(append(h.Header(), m.data...))
		if err == nil && size > 0 {
			c.trace.sent(c.ctx, len(m.data))
		}
		return nil, err
	}
	u := &upload{conn: c, ctx: c.ctx, trace: c.trace, captured: c.captured, body: req.Body, size: size, quit: make(chan struct{}), done: make(chan struct{})}
	if expect {
		u.proceed = make(chan struct{})
	} else if err := u.open(); err != nil { // before the server hears of it
		return nil, err
	}
	if err := c.send(h.Header()); err != nil {
		u.closeSource()
		return nil, err
	}
	go u.run()
	return u, nil
}

// delimit adds the field that tells a server where the body ends.
func delimit(h *fasthttp.RequestHeader, size int64) {
	if size < 0 {
		h.Add("Transfer-Encoding", "chunked")
	} else {
		h.Add("Content-Length", strconv.FormatInt(size, 10))
	}
}

func (u *upload) open() error {
	src, err := u.body.Open()
	if err != nil {
		return bodyFault(err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.src = src
	return nil
}

func (u *upload) closeSource() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.src != nil {
		u.src.Close()
		u.src = nil
	}
}

// bodyFault says why a request's body can't be had.
func bodyFault(err error) *Error {
	class := ClassBadURL
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		class = ClassDisk
	}
	return fault(class, err, "the request's body: %v", err)
}

func (u *upload) run() {
	defer close(u.done)
	err := u.send()
	u.closeSource()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stopped {
		return
	}
	if err == nil {
		u.sentAt = time.Now()
	} else if e, ok := errors.AsType[*Error](err); ok {
		u.err = e
		u.conn.interrupt()
	} // else the server listens no more, and as a rule its answer says why
}

var errStopped = errors.New("upload stopped")

func (u *upload) send() error {
	if u.proceed != nil {
		if !u.mayGo() {
			return errStopped
		}
		if err := u.open(); err != nil {
			return err
		}
	}
	u.mu.Lock()
	src := u.src
	u.mu.Unlock()
	if src == nil {
		return errStopped
	}
	buf := pieces.Get().(*piece)
	defer pieces.Put(buf)
	left := u.size
	for {
		n, err := src.Read(buf.data())
		if u.size >= 0 && int64(n) > left {
			return fault(ClassProtocol, nil, "the request's body is larger than the %d bytes that it said", u.size)
		}
		left -= int64(n)
		if e := u.write(buf.bytes(n, u.size < 0)); e != nil {
			return e
		}
		if n > 0 {
			u.trace.sent(u.ctx, n)
		}
		switch {
		case err == nil:
		case err != io.EOF:
			return fault(ClassDisk, err, "reading the request's body: %v", err)
		case u.size < 0:
			return u.write([]byte("0\r\n\r\n"))
		case left > 0:
			return fault(ClassProtocol, io.ErrUnexpectedEOF, "the request's body is %d bytes smaller than it said", left)
		default:
			return nil
		}
	}
}

// mayGo waits until the server asks for the body, or does not for too long.
func (u *upload) mayGo() bool {
	timer := time.NewTimer(continueWait)
	defer timer.Stop()
	select {
	case <-u.proceed:
	case <-timer.C:
	case <-u.quit:
		return false
	}
	return true
}

// write allows each piece the idle limit anew, and the answer too, since something
// goes on the connection.
func (u *upload) write(p []byte) error {
	u.mu.Lock()
	if u.stopped {
		u.mu.Unlock()
		return errStopped
	}
	u.conn.SetDeadline(u.conn.limits.deadline())
	if u.ctx.Err() != nil { // it may have ended just before the new deadline was set
		u.conn.interrupt()
	}
	u.mu.Unlock()
	n, err := u.conn.Write(p)
	u.captured.Sent(p[:n])
	return err
}

// goAhead passes on that the server wants the body.
func (u *upload) goAhead() {
	if u.proceed != nil && !u.asked {
		u.asked = true
		close(u.proceed)
	}
}

// finish ends the upload and reports whether all was sent, so that the connection
// can be used again.
func (u *upload) finish() (whole bool) {
	if !u.within(uploadGrace) {
		u.stop()
	}
	return !u.wholeAt().IsZero()
}

// stop ends the upload at once. Only a body whose Read goes on after its Close has
// the goroutine live longer, until that returns; it touches the connection no more.
func (u *upload) stop() {
	u.mu.Lock()
	if !u.stopped {
		u.stopped = true
		close(u.quit)
		u.conn.SetWriteDeadline(longAgo)
	}
	u.mu.Unlock()
	u.closeSource()
	u.within(uploadGrace)
}

func (u *upload) within(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-u.done:
		return true
	case <-timer.C:
		return false
	}
}

func (u *upload) wholeAt() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.sentAt
}

// fault is what was wrong with the body itself, if anything was.
func (u *upload) fault() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.err
}

// piece holds a piece of a body with room for what makes it a chunk.
type piece [pieceHead + maxAtOnce + 2]byte

const pieceHead = len("4000\r\n") // maxAtOnce in hexadecimal

var pieces = sync.Pool{New: func() any { return new(piece) }}

func (f *piece) data() []byte { return f[pieceHead : pieceHead+maxAtOnce] }

// bytes returns the first n bytes of data, as a chunk if asked for (RFC 9112
// section 7.1). Nothing is no chunk, since that would end the body.
func (f *piece) bytes(n int, asChunk bool) []byte {
	if !asChunk || n == 0 {
		return f[pieceHead : pieceHead+n]
	}
	var size [pieceHead]byte
	head := append(strconv.AppendInt(size[:0], int64(n), 16), "\r\n"...)
	from := pieceHead - len(head)
	copy(f[from:], head)
	end := pieceHead + n
	copy(f[end:], "\r\n")
	return f[from : end+2]
}
