package fetch

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
)

// wired is an origin in memory, which works in a bubble of synctest.
type wired struct {
	accept chan net.Conn
	done   chan struct{}
	dials  atomic.Int64
}

// wire lets all connections of c end at talk, whatever their address.
func wire(t testing.TB, c *Client, talk func(*peer)) *wired {
	w := &wired{accept: make(chan net.Conn), done: make(chan struct{})}
	serveOn(t, w, talk)
	c.dial.connect = w.connect
	return w
}

func (w *wired) connect(ctx context.Context, _ netip.AddrPort) (net.Conn, error) {
	w.dials.Add(1)
	client, server := net.Pipe()
	select {
	case w.accept <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (w *wired) Accept() (net.Conn, error) {
	select {
	case c := <-w.accept:
		return c, nil
	case <-w.done:
		return nil, net.ErrClosed
	}
}

func (w *wired) Close() error   { close(w.done); return nil }
func (w *wired) Addr() net.Addr { return &net.TCPAddr{} }

// lookups is a Resolver of a func.
type lookups func(ctx context.Context, network, host string) ([]netip.Addr, error)

func (f lookups) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	return f(ctx, network, host)
}

// resolvingTo resolves every name to addrs.
func resolvingTo(addrs ...string) lookups {
	ips := ipsOf(addrs...)
	return func(context.Context, string, string) ([]netip.Addr, error) { return ips, nil }
}

func ipsOf(texts ...string) []netip.Addr {
	ips := make([]netip.Addr, 0, len(texts))
	for _, text := range texts {
		ips = append(ips, netip.MustParseAddr(text))
	}
	return ips
}
