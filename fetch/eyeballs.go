package fetch

import (
	"context"
	"net"
	"net/netip"
	"time"
)

const (
	headStart  = 250 * time.Millisecond // RFC 8305 section 5: connection attempt delay
	maxAddress = 16                     // per host; more are of no use but to an attacker
)

// interleave orders addresses as RFC 8305 section 4 says: IPv6 and IPv4 by turns,
// IPv6 first, each family in the order that it has.
func interleave(addrs []netip.Addr) []netip.Addr {
	var families [2][]netip.Addr
	for _, a := range addrs {
		i := 0
		if a.Is4() {
			i = 1
		}
		families[i] = append(families[i], a)
	}
	mixed := make([]netip.Addr, 0, len(addrs))
	for i := range len(addrs) {
		for _, family := range families {
			if i < len(family) {
				mixed = append(mixed, family[i])
			}
		}
	}
	return mixed[:min(len(mixed), maxAddress)]
}

// race connects to the first of addrs that answers: the next one gets its try when
// those before have failed or had their head start (RFC 8305 section 5). When it
// returns, all tries have ended, and the connections of the late ones are closed.
func race(ctx context.Context, addrs []netip.AddrPort, connect connectFunc) (net.Conn, error) {
	if len(addrs) == 1 {
		return connect(ctx, addrs[0])
	}
	type try struct {
		conn net.Conn
		err  error
	}
	racing, cancel := context.WithCancel(ctx)
	defer cancel()
	tries := make(chan try)
	next := time.NewTimer(headStart)
	defer next.Stop()
	running := 0
	start := func() {
		if len(addrs) == 0 || racing.Err() != nil {
			return
		}
		addr := addrs[0]
		addrs = addrs[1:]
		running++
		next.Reset(headStart)
		go func() {
			conn, err := connect(racing, addr)
			tries <- try{conn, err}
		}()
	}
	var first try // the winner; until there is one, the first failure
	for start(); running > 0; {
		select {
		case <-next.C:
			start()
		case t := <-tries:
			running--
			switch {
			case t.err == nil && first.conn != nil:
				t.conn.Close()
			case t.err == nil:
				first = t
				cancel()
			case first.err == nil && first.conn == nil:
				first = t
				start()
			default:
				start()
			}
		}
	}
	return first.conn, first.err
}

// connectFunc connects to one address.
type connectFunc func(ctx context.Context, addr netip.AddrPort) (net.Conn, error)
