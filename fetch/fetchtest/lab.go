package fetchtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// DefaultPort is where the crawl command serves its lab.
const DefaultPort = 8089

// Options says where to serve a lab.
type Options struct {
	Hosts int // addresses to listen on, from 127.0.0.1 up; 0 means 64, at most 254
	Port  int // the same on every address; 0 means any that is free on all of them
}

// Lab is a running site. It is safe for concurrent use.
type Lab struct {
	server fasthttp.Server
	site   site
	hosts  []string // host:port of each address, when Start bound them
	stats  *counters
	bodies encoded
	trials trials
	queues queues
	done   chan struct{} // closed when the lab ends
	unhook func() bool   // takes the lab off the context of Start

	serving sync.WaitGroup // accept loops, connections and answers
	mu      sync.Mutex     // guards the next three
	closed  bool
	lns     map[net.Listener]struct{}
	conns   map[*conn]struct{}
}

// New returns a lab that listens nowhere yet; see [Lab.Serve]. It ends with Close.
func New() *Lab {
	l := &Lab{
		site:   newSite(),
		stats:  newCounters(),
		done:   make(chan struct{}),
		unhook: func() bool { return true },
		lns:    map[net.Listener]struct{}{},
		conns:  map[*conn]struct{}{},
	}
	l.server = fasthttp.Server{
		Handler:                       l.answer,
		Concurrency:                   1 << 20,
		ReadBufferSize:                16 << 10, // room for the long URLs that tests ask for
		WriteBufferSize:               32 << 10, // head and small body leave in one write
		DisableHeaderNamesNormalizing: true,     // /echo shows names as they were sent
		NoDefaultServerHeader:         true,
		NoDefaultContentType:          true,
		NoDefaultDate:                 true, // its clock is a goroutine that never ends
	}
	return l
}

// Start serves a lab on loopback addresses until ctx ends or Close is called.
// Where the system has fewer addresses than asked for it takes those that exist:
// macOS has only 127.0.0.1. See [Lab.Hosts].
func Start(ctx context.Context, o Options) (*Lab, error) {
	if o.Hosts == 0 {
		o.Hosts = 64
	}
	lns, err := listen(ctx, o.Hosts, o.Port)
	if err != nil {
		return nil, err
	}
	l := New()
	for _, ln := range lns {
		l.hosts = append(l.hosts, ln.Addr().String())
		l.serving.Go(func() { l.Serve(ln) }) // ends with the lab; its listener fails only then
	}
	l.unhook = context.AfterFunc(ctx, l.shut)
	return l, nil
}

// Hosts returns how many addresses Start listens on, and 0 for a lab from New.
func (l *Lab) Hosts() int { return len(l.hosts) }

// Addr returns host:port of the first address, or "" for a lab from New.
func (l *Lab) Addr() string {
	if len(l.hosts) == 0 {
		return ""
	}
	return l.hosts[0]
}

// URL returns the URL of a path on one of the hosts, counted from 0 and wrapping
// around, so that a caller who wants four hosts also works where there is one.
// A lab from New has any host that a dialer leads to it: URL calls them host0.lab.test
// and so on.
func (l *Lab) URL(host int, path string) string {
	if len(l.hosts) == 0 {
		return fmt.Sprintf("http://host%d.lab.test%s", host, path)
	}
	return "http://" + l.hosts[host%len(l.hosts)] + path
}

// Stats returns what was asked since the start or the last ResetStats.
func (l *Lab) Stats() Stats { return l.stats.snapshot() }

// ResetStats begins all counts anew, those of /flaky and /limit too.
func (l *Lab) ResetStats() {
	l.stats.reset()
	l.trials.forget()
	l.queues.forget()
}

// Close ends the lab: it stops listening, cuts delays short, closes every
// connection and waits until all its goroutines are through.
func (l *Lab) Close() error {
	l.unhook()
	l.shut()
	l.serving.Wait()
	return nil
}

func (l *Lab) shut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	close(l.done)
	for ln := range l.lns {
		ln.Close()
	}
	for c := range l.conns {
		c.Conn.Close()
	}
}

// Serve answers the connections of ln, and returns nil when the lab is closed,
// which closes ln too. It may be called for several listeners at once.
func (l *Lab) Serve(ln net.Listener) error {
	if !l.adopt(ln) {
		return ln.Close()
	}
	defer l.serving.Done()
	for {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			l.serveConn(nc)
		case l.ended():
			return nil
		case outOfFiles(err):
			l.wait(10 * time.Millisecond)
		default:
			return fmt.Errorf("accept on %s: %w", ln.Addr(), err)
		}
	}
}

func (l *Lab) adopt(ln net.Listener) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.lns[ln] = struct{}{}
	l.serving.Add(1)
	return true
}

// serveConn starts the goroutine of a connection. fasthttp's own accept loop has
// a pool of workers whose cleaner outlives the server by seconds.
func (l *Lab) serveConn(nc net.Conn) {
	c := &conn{Conn: nc, lab: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		nc.Close()
		return
	}
	l.conns[c] = struct{}{}
	l.serving.Go(func() { l.server.ServeConn(c) }) // closes c; errors are the client's
}

// wait parks for d and reports whether the lab has ended.
func (l *Lab) wait(d time.Duration) (ended bool) {
	if d <= 0 {
		return l.ended()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-l.done:
		return true
	case <-t.C:
		return false
	}
}

func (l *Lab) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// conn is a connection that the lab can close.
type conn struct {
	net.Conn
	lab  *Lab
	host *host // of its last request; few connections ever see two
	used bool  // it is counted
}

func (c *conn) Close() error {
	c.lab.mu.Lock()
	delete(c.lab.conns, c)
	c.lab.mu.Unlock()
	return c.Conn.Close()
}

// outOfFiles tells a shortage that passes from a listener that is broken.
func outOfFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
