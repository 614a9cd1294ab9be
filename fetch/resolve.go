package fetch

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"crawl/fetch/urls"
)

// Resolver looks up the addresses of a host; network is ip, ip4 or ip6.
// [net.Resolver] is one. It is used by many goroutines at the same time, and must
// return when ctx ends.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

const (
	maxNames    = 10_000      // in the cache; some 2 MB
	negativeTTL = time.Second // a host that is not there may be there soon
)

// names looks hosts up, once for all who ask at the same time, and remembers the
// answers for a while.
type names struct {
	resolver Resolver
	network  string // ip, ip4 or ip6
	ttl      time.Duration
	life     context.Context // ends with the client

	running sync.WaitGroup
	mu      sync.Mutex // guards what follows
	flights map[string]*flight
	known   map[string]*list.Element
	recent  *list.List // of *answer, latest use first
	closed  bool       // nothing is started any more
}

// answer is what a look-up found.
type answer struct {
	host  string
	addrs []netip.Addr // never changed
	err   error
	until time.Time
}

// flight is a look-up under way. It ends early when nobody waits for it any more.
type flight struct {
	callers int // guarded by names.mu
	cancel  context.CancelFunc
	landed  chan struct{} // closed when found is there
	found   *answer
}

func newNames(life context.Context, opt *Options) *names {
	n := &names{
		resolver: opt.Resolver, network: "ip" + strings.TrimPrefix(opt.Network, "tcp"), ttl: opt.DNSCache, life: life,
		flights: map[string]*flight{}, known: map[string]*list.Element{}, recent: list.New(),
	}
	if n.resolver == nil {
		n.resolver = net.DefaultResolver
	}
	return n
}

// lookup returns host's addresses, of which there is at least one when err is nil.
func (n *names) lookup(ctx context.Context, host string, trace *Trace) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return n.pick(host, []netip.Addr{addr})
	}
	n.mu.Lock()
	if a := n.recall(host); a != nil {
		n.mu.Unlock()
		if trace.DNSCacheHit != nil {
			trace.DNSCacheHit(ctx, host)
		}
		return a.addrs, a.err
	}
	f := n.flights[host]
	if f == nil {
		f = n.start(host)
	}
	f.callers++
	n.mu.Unlock()
	if trace.DNSCacheMiss != nil {
		trace.DNSCacheMiss(ctx, host)
	}
	if trace.ResolveStart != nil {
		trace.ResolveStart(ctx, host)
	}
	addrs, err := n.join(ctx, f, host)
	if trace.ResolveEnd != nil {
		trace.ResolveEnd(ctx, host, addrs, err)
	}
	return addrs, err
}

// start begins a look-up. n.mu is held.
func (n *names) start(host string) *flight {
	ctx, cancel := context.WithCancel(n.life)
	f := &flight{cancel: cancel, landed: make(chan struct{})}
	n.flights[host] = f
	if n.closed {
		cancel()
		n.land(f, &answer{host: host, err: net.ErrClosed})
		return f
	}
	n.running.Go(func() {
		defer cancel()
		addrs, err := n.resolver.LookupNetIP(ctx, n.network, host)
		if err == nil {
			addrs, err = n.pick(host, addrs)
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		found := &answer{host: host, addrs: addrs, err: explainDNS(host, err)}
		if ctx.Err() == nil {
			n.remember(found)
		}
		n.land(f, found)
	})
	return f
}

// land tells the callers. n.mu is held.
func (n *names) land(f *flight, found *answer) {
	if n.flights[found.host] == f {
		delete(n.flights, found.host)
	}
	f.found = found
	close(f.landed)
}

// join waits for f. The last caller to leave early ends it.
func (n *names) join(ctx context.Context, f *flight, host string) ([]netip.Addr, error) {
	select {
	case <-f.landed:
		return f.found.addrs, f.found.err
	case <-ctx.Done():
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if f.callers--; f.callers == 0 {
		f.cancel()
		if n.flights[host] == f {
			delete(n.flights, host)
		}
	}
	return nil, ctx.Err()
}

// pick keeps the addresses of the family that is asked for, as many as can be of use:
// an answer may hold thousands.
func (n *names) pick(host string, addrs []netip.Addr) ([]netip.Addr, error) {
	kept := make([]netip.Addr, 0, min(len(addrs), 2*maxAddress))
	four, six := maxAddress, maxAddress // still to keep
	for _, a := range addrs {
		a = a.Unmap()
		left := &six
		if a.Is4() {
			left = &four
		}
		if (n.network == "ip" || a.Is4() == (n.network == "ip4")) && *left > 0 {
			*left--
			kept = append(kept, a)
		}
	}
	if len(kept) == 0 {
		return nil, noAddress(host)
	}
	return kept, nil
}

func noAddress(host string) error {
	return &net.DNSError{Err: "no suitable address", Name: host, IsNotFound: true}
}

// explainDNS makes every error of a resolver a [net.DNSError].
func explainDNS(host string, err error) error {
	if _, known := errors.AsType[*net.DNSError](err); err == nil || known {
		return err
	}
	return &net.DNSError{UnwrapErr: err, Err: err.Error(), Name: host}
}

// recall returns what is known of host, or nil. n.mu is held.
func (n *names) recall(host string) *answer {
	e := n.known[host]
	if e == nil {
		return nil
	}
	a := e.Value.(*answer)
	if !time.Now().Before(a.until) {
		n.forget(e)
		return nil
	}
	n.recent.MoveToFront(e)
	return a
}

// remember keeps a for its time, in place of what has not been asked for longest.
// n.mu is held.
func (n *names) remember(a *answer) {
	ttl := n.ttl
	if a.err != nil {
		ttl = min(ttl, negativeTTL)
	}
	if ttl <= 0 {
		return
	}
	a.until = time.Now().Add(ttl)
	if e := n.known[a.host]; e != nil {
		n.forget(e)
	}
	n.known[a.host] = n.recent.PushFront(a)
	if n.recent.Len() > maxNames {
		n.forget(n.recent.Back())
	}
}

func (n *names) forget(e *list.Element) {
	delete(n.known, n.recent.Remove(e).(*answer).host)
}

// flush forgets the given hosts, or all when none is given.
func (n *names) flush(hosts ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(hosts) == 0 {
		clear(n.known)
		n.recent.Init()
	}
	for _, host := range hosts {
		if e := n.known[host]; e != nil {
			n.forget(e)
		}
	}
}

// close waits for the look-ups under way; life has ended.
func (n *names) close() {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	n.running.Wait()
}

// FlushDNS forgets the addresses of the given hosts, or of all hosts when none is
// given. Connections stay.
func (c *Client) FlushDNS(hosts ...string) { c.dial.names.flush(hosts...) }

// Addresses returns all addresses at which Fetch may ask the server of a URL, as the
// resolver, the cache and [Options.Resolve] have them: none when the connection is a
// proxy's or a socket's. The error is an [*Error].
func (c *Client) Addresses(ctx context.Context, rawURL string) ([]netip.Addr, error) {
	u, err := urls.Parse(rawURL)
	if err != nil {
		return nil, badURL(err)
	}
	host := u.Host()
	proxy, e := c.opt.proxyFor(connKey{scheme: u.Scheme(), addr: host})
	switch {
	case e != nil:
		return nil, e
	case proxy != nil || c.opt.UnixSocket != "":
		return nil, nil
	}
	if addrs := c.opt.fixed(host); addrs != nil {
		return addrs, nil
	}
	addrs, err := c.dial.names.lookup(ctx, u.Hostname(), traceOf(ctx, c.opt.Trace))
	if err != nil {
		return nil, c.dial.explain(ctx, false, false, err)
	}
	return addrs, nil
}

// fixed are the addresses that the user gave for addr, a host:port, or nil.
func (o *Options) fixed(addr string) []netip.Addr {
	if len(o.Resolve) == 0 {
		return nil
	}
	if addrs := o.Resolve[addr]; addrs != nil {
		return addrs
	}
	return o.Resolve["*"+addr[strings.LastIndexByte(addr, ':'):]]
}

// ParseResolve reads HOST:PORT:ADDRESS[,ADDRESS]... as curl's --resolve takes it,
// and returns an entry for [Options.Resolve]. HOST may be * for any host; IPv6
// addresses may stand in brackets.
func ParseResolve(s string) (hostport string, addrs []netip.Addr, err error) {
	bad := func(what string) (string, []netip.Addr, error) {
		return "", nil, fmt.Errorf("resolve %q: %s; want HOST:PORT:ADDRESS[,ADDRESS]", s, what)
	}
	rest := strings.TrimPrefix(s, "+") // curl: the entry may time out; ours live with the client
	var host, port, list string
	var ok bool
	if strings.HasPrefix(rest, "[") {
		host, rest, ok = strings.Cut(rest, "]:")
		host += "]"
	} else {
		host, rest, ok = strings.Cut(rest, ":")
	}
	if ok {
		port, list, ok = strings.Cut(rest, ":")
	}
	if !ok || host == "" {
		return bad("a part is missing")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return bad("the port is not a number from 1 to 65535")
	}
	hostport = "*:" + port
	if host != "*" {
		u, err := urls.Parse("http://" + host + ":" + port + "/")
		if err != nil || strings.ContainsAny(host, `/\?#@`) {
			return bad("not a host name")
		}
		hostport = u.Host()
	}
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
			text = text[1 : len(text)-1]
		}
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return bad("not an IP address: " + strconv.Quote(text))
		}
		addrs = append(addrs, addr.Unmap())
	}
	return hostport, addrs, nil
}
