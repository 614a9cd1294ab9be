package fetchtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// script is what a server does on one connection. The connection is closed after
// it, unless it says keep.
type script func(a *actor)

// actor is the server's end of one connection.
type actor struct {
	net.Conn // TLS, or the same as tcp
	tcp      *net.TCPConn
	br       *bufio.Reader
	h        *Hostile
	door     *door
	asked    int  // requests so far
	keep     bool // for the next request

	// Of the case under way:
	cast  *Case // nil when there is none
	log   *ledger
	since time.Time
	head  string // of the request, with its empty line
	step  string // what follows the case's name in the path; "" at the first request
}

// ledger counts what comes to one case.
type ledger struct {
	connections, requests, bytes, playing atomic.Int64
	longest                               atomic.Int64 // nanoseconds
	leaked                                atomic.Bool
}

func (l *ledger) measure() Measure {
	return Measure{
		Connections: l.connections.Load(),
		Requests:    l.requests.Load(),
		Bytes:       l.bytes.Load(),
		Longest:     time.Duration(l.longest.Load()),
		Playing:     l.playing.Load(),
		Leaked:      l.leaked.Load(),
	}
}

// begin books the connection on c from now on, unless it is already.
func (a *actor) begin(c *Case) {
	if a.cast == c {
		return
	}
	a.end()
	a.cast, a.log, a.since = c, a.h.ledgers[c.Name], time.Now()
	a.log.connections.Add(1)
	a.log.playing.Add(1)
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	a.h.playing++
}

// end takes the case under way off the books.
func (a *actor) end() {
	if a.cast == nil {
		return
	}
	took := int64(time.Since(a.since))
	for longest := a.log.longest.Load(); took > longest && !a.log.longest.CompareAndSwap(longest, took); {
		longest = a.log.longest.Load()
	}
	a.log.playing.Add(-1)
	a.cast = nil
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	a.h.playing--
	a.h.changed.Broadcast()
}

// Write counts what the kernel takes.
func (a *actor) Write(p []byte) (int, error) {
	n, err := a.Conn.Write(p)
	if a.log != nil {
		a.log.bytes.Add(int64(n))
	}
	return n, err
}

// send writes s and reports whether the client took it.
func (a *actor) send(s string) bool {
	_, err := io.WriteString(a, s)
	return err == nil
}

// pause waits and reports whether the server goes on.
func (a *actor) pause(d time.Duration) bool { return !a.h.wait(d) }

// hang says nothing more until the client has gone.
func (a *actor) hang() { _, _ = io.Copy(io.Discard, a.br) } // how it goes is all the same

// reset drops the connection with an RST instead of a FIN.
func (a *actor) reset() {
	_ = a.tcp.SetLinger(0) // fails on a dead connection only
	a.tcp.Close()
}

// maxRequestHead bounds what a client may ask with.
const maxRequestHead = 256 << 10

// next reads the head of the next request and reports whether one came.
func (a *actor) next() bool {
	var head strings.Builder
	for head.Len() < maxRequestHead {
		line, err := a.br.ReadSlice('\n')
		head.Write(line)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return false
		}
		if string(line) == "\r\n" {
			a.head = head.String()
			a.asked++
			return true
		}
	}
	return false
}

// target is what the request line asks for.
func (a *actor) target() string {
	fields := strings.SplitN(a.head, " ", 3)
	if len(fields) < 3 {
		return ""
	}
	return fields[1]
}

// field returns a field of the request, or "".
func (a *actor) field(name string) string {
	for line := range strings.SplitSeq(a.head, "\r\n") {
		if n, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (a *actor) hasCredentials() bool {
	return a.field("Authorization") != "" || a.field("Cookie") != "" || a.field("Proxy-Authorization") != ""
}

// respond answers in the plainest way and keeps the connection.
func (a *actor) respond(status int, body string, fields ...string) {
	var more strings.Builder
	for _, f := range fields {
		more.WriteString(f + "\r\n")
	}
	a.keep = a.send(fmt.Sprintf("HTTP/1.1 %d Said\r\n%sContent-Length: %d\r\n\r\n%s", status, &more, len(body), body))
}

// kept answers with raw and keeps the connection.
func kept(raw string) script { return func(a *actor) { a.keep = a.send(raw) } }

// closing answers with raw and closes.
func closing(raw string) script { return func(a *actor) { a.send(raw) } }

// resetting answers with raw and drops the connection.
func resetting(raw string) script { return func(a *actor) { a.send(raw); a.reset() } }

// hanging answers with raw and then says no more.
func hanging(raw string) script { return func(a *actor) { a.send(raw); a.hang() } }

// endlessly answers with raw and then more, as often as the client takes it.
func endlessly(raw, more string) script {
	const block = 16 << 10
	return func(a *actor) {
		rest := strings.Repeat(more, block/len(more)+1)
		for ok := a.send(raw); ok; {
			ok = a.send(rest)
		}
	}
}

// dripping answers with raw and then more again and again, a little at a time.
func dripping(raw, more string, every time.Duration) script {
	return func(a *actor) {
		for ok := a.send(raw); ok && a.pause(every); {
			ok = a.send(more)
		}
	}
}
