package fetchtest

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// Hostile is a running server of every [Case]. It is safe for concurrent use.
type Hostile struct {
	doors   map[string]*door // by name
	byName  map[string]*Case
	ledgers map[string]*ledger // by the case's name
	ca      *authority
	done    chan struct{} // closed when the server ends
	unhook  func() bool

	serving sync.WaitGroup
	mu      sync.Mutex // guards the next four
	changed *sync.Cond // playing has fallen
	playing int
	closed  bool
	conns   map[net.Conn]struct{}
}

// door is a port to listen on.
type door struct {
	net.Listener
	name string
	tls  *tls.Config // nil for none
	sole *Case       // whose door it is, when it is of one case only
}

func (d *door) addr() string { return d.Addr().String() }

// The doors that cases share. All others are of one case each.
const (
	plainDoor  = "plain"
	secureDoor = "tls"
	otherDoor  = "other" // another origin, where no credentials belong
)

func (c *Case) door() string {
	switch {
	case c.alone || c.first != nil || c.https || c.tls != "" && c.tls != goodCert:
		return c.Name
	case c.tls == goodCert:
		return secureDoor
	}
	return plainDoor
}

// StartHostile serves the cases on 127.0.0.1 until ctx ends or Close is called.
// The first port is o.Port, which has a page about all cases at / and their URLs
// at /urls.txt; the others are any that are free. o.Hosts does not matter.
func StartHostile(ctx context.Context, o Options) (*Hostile, error) {
	ca, err := newAuthority()
	if err != nil {
		return nil, fmt.Errorf("hostile lab: %w", err)
	}
	h := &Hostile{
		doors:   map[string]*door{},
		byName:  map[string]*Case{},
		ledgers: map[string]*ledger{},
		ca:      ca,
		done:    make(chan struct{}),
		conns:   map[net.Conn]struct{}{},
	}
	h.changed = sync.NewCond(&h.mu)
	if err := h.open(ctx, o.Port); err != nil {
		h.closeDoors()
		return nil, fmt.Errorf("hostile lab: %w", err)
	}
	for _, d := range h.doors {
		h.serving.Go(func() { h.serve(d) })
	}
	h.unhook = context.AfterFunc(ctx, h.shut)
	return h, nil
}

// open opens every door.
func (h *Hostile) open(ctx context.Context, port int) error {
	if err := h.openDoor(ctx, plainDoor, port, "", nil); err != nil {
		return err
	}
	if err := h.openDoor(ctx, otherDoor, 0, "", nil); err != nil {
		return err
	}
	for i := range cases() {
		c := &cases()[i]
		h.byName[c.Name], h.ledgers[c.Name] = c, new(ledger)
		if h.doors[c.door()] != nil {
			continue
		}
		sole := c
		if c.door() == secureDoor {
			sole = nil
		}
		if err := h.openDoor(ctx, c.door(), 0, c.tls, sole); err != nil {
			return err
		}
	}
	return nil
}

func (h *Hostile) openDoor(ctx context.Context, name string, port int, cert string, sole *Case) (err error) {
	d := &door{name: name, sole: sole}
	if cert != "" {
		if d.tls, err = h.ca.config(cert); err != nil {
			return err
		}
	}
	var lc net.ListenConfig
	if d.Listener, err = lc.Listen(ctx, "tcp4", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
		h.doors[name] = d
	}
	return err
}

// Addr returns host:port of the first port.
func (h *Hostile) Addr() string { return h.doors[plainDoor].addr() }

// Close ends the server and waits until all its goroutines are through.
func (h *Hostile) Close() error {
	h.unhook()
	h.shut()
	h.serving.Wait()
	return nil
}

func (h *Hostile) shut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.closed = true
	close(h.done)
	h.closeDoors()
	for c := range h.conns {
		c.Close()
	}
}

func (h *Hostile) closeDoors() {
	for _, d := range h.doors {
		d.Close()
	}
}

func (h *Hostile) serve(d *door) {
	for {
		nc, err := d.Accept()
		switch {
		case err == nil:
			h.welcome(d, nc)
		case outOfFiles(err) && !h.wait(10*time.Millisecond):
		default:
			return // the door is closed
		}
	}
}

func (h *Hostile) welcome(d *door, nc net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		nc.Close()
		return
	}
	h.conns[nc] = struct{}{}
	h.serving.Go(func() {
		h.meet(d, nc)
		nc.Close()
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.conns, nc)
	})
}

// wait parks for d and reports whether the server has ended.
func (h *Hostile) wait(d time.Duration) (ended bool) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-h.done:
		return true
	case <-t.C:
		return false
	}
}

// sendBuffer is small, so that what the server gets rid of is what the client takes.
const sendBuffer = 64 << 10

// meet plays the cases that come over one connection.
func (h *Hostile) meet(d *door, nc net.Conn) {
	tcp := nc.(*net.TCPConn)
	_ = tcp.SetWriteBuffer(sendBuffer) // a larger one does no harm
	a := &actor{Conn: nc, tcp: tcp, h: h, door: d}
	if d.sole != nil && (d.sole.first != nil || d.tls != nil) {
		a.begin(d.sole)
	}
	defer a.end()
	if d.sole != nil && d.sole.first != nil {
		a.br = bufio.NewReader(nc)
		d.sole.first(a)
		return
	}
	if d.tls != nil {
		tc := tls.Server(nc, d.tls)
		if tc.Handshake() != nil { //nolint:noctx // it ends with the connection, when the client or Close closes it
			return
		}
		a.Conn = tc
		defer tc.Close()
	}
	a.br = bufio.NewReader(a.Conn)
	for a.next() {
		a.keep = false
		a.answer()
		if !a.keep {
			return
		}
	}
}

// answer plays the case that the request asks for.
func (a *actor) answer() {
	name, step, _ := strings.Cut(strings.TrimPrefix(a.target(), "/"), "/")
	name, _, query := strings.Cut(name, "?")
	c := a.h.byName[name]
	if c == nil || c.play == nil {
		a.page(name)
		return
	}
	a.step = ""
	if step != "" || query {
		a.step = strings.TrimPrefix(a.target(), "/"+name)
	}
	a.begin(c)
	a.log.requests.Add(1)
	if a.door.name == otherDoor && a.hasCredentials() {
		a.log.leaked.Store(true)
	}
	c.play(a)
	if a.keep {
		a.end()
	}
}
