package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/scope"
	"crawl/pipeline"
)

// serve serves h on a port of each address, and returns the port.
func serve(t *testing.T, h http.Handler, addrs ...string) (port string) {
	t.Helper()
	port = "0"
	for _, addr := range addrs {
		ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", net.JoinHostPort(addr, port))
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ = net.SplitHostPort(ln.Addr().String())
		server := &http.Server{Handler: h}
		var serving sync.WaitGroup
		serving.Go(func() { _ = server.Serve(ln) })
		t.Cleanup(func() {
			server.Close()
			serving.Wait()
		})
	}
	return port
}

// addresses are two of this machine; some systems have but one.
func addresses(t *testing.T) []string {
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.2:0")
	if err != nil {
		return []string{"127.0.0.1"}
	}
	ln.Close()
	return []string{"127.0.0.1", "127.0.0.2"}
}

// resolving is a client that finds hosts at those addresses, on any port.
func resolving(t *testing.T, port string, hosts map[string][]string) *fetch.Client {
	t.Helper()
	opt := fetch.Options{AllowPrivate: true, Resolve: map[string][]netip.Addr{}}
	for host, at := range hosts {
		for _, addr := range at {
			opt.Resolve[host+":"+port] = append(opt.Resolve[host+":"+port], netip.MustParseAddr(addr))
		}
	}
	client := fetch.NewClient(opt)
	t.Cleanup(func() { client.Close() })
	return client
}

// origin counts the requests that it answers at a time, by the address that was asked.
type origin struct {
	mu         sync.Mutex
	open, most map[string]int
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, _, _ := net.SplitHostPort(r.Context().Value(http.LocalAddrContextKey).(net.Addr).String())
	for _, of := range []string{at, r.Host} {
		o.count(of, 1)
		defer o.count(of, -1)
	}
	time.Sleep(2 * time.Millisecond) // long enough for others to come
	w.Header().Set("Content-Type", "text/html")
	if r.URL.Path == "/" {
		for i := range 100 {
			fmt.Fprintf(w, "<a href=/%d>x</a>", i)
		}
	}
}

func (o *origin) count(of string, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open[of] += n
	o.most[of] = max(o.most[of], o.open[of])
}

// Two hosts at one address, and one at two, are never asked for more at a time than the
// cap: the origin counts.
func TestCapsAtTheOrigin(t *testing.T) {
	const most = 4
	o := &origin{open: map[string]int{}, most: map[string]int{}}
	at := addresses(t)
	port := serve(t, o, at...)
	hosts := map[string][]string{"a.test": at[:1], "b.test": at[:1], "c.test": at, "d.test": at[len(at)-1:]}
	client := resolving(t, port, hosts)
	list := ""
	for host := range hosts {
		list += "http://" + host + ":" + port + "/\n"
	}
	c, j := newFollowing(t, list, scope.Rules{MaxDepth: 1}, client.Fetch, schedule.Options{PerHost: most, PerAddress: most})
	c.Workers = 64
	c.Lookup = client.Addresses
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if len(j.lines) != 4*101 {
		t.Errorf("%d records", len(j.lines))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for of, n := range o.most {
		if n > most {
			t.Errorf("%s was asked %d times at once", of, n)
		}
	}
	if o.most[at[0]] < 2 {
		t.Error("one after the other")
	}
}

// A random web over real connections, with faults of these.
func TestRandomGraphsOverSockets(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 60))
		g, _ := newGraph(r)
		served := &servedGraph{ready: make(chan struct{})}
		port := serve(t, served, "127.0.0.1")
		hosts := map[string][]string{}
		moved := &graph{nodes: map[string]*node{}}
		rename := func(url string) string {
			host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
			hosts[host] = []string{"127.0.0.1"}
			return "http://" + host + ":" + port + "/" + path
		}
		for url, n := range g.nodes {
			for i := range n.to {
				n.to[i] = rename(n.to[i])
			}
			if n.fate == "slow" || n.fate == "busy" { // which would take seconds
				n.fate = "page"
			}
			moved.nodes[rename(url)] = n
		}
		served.graph = moved
		close(served.ready)
		client := resolving(t, port, hosts)
		start := rename("http://h0.test/0")
		c, j := newFollowing(t, start+"\n", scope.Rules{MaxDepth: 1000, Within: scope.Any}, client.Fetch, schedule.Options{})
		c.Workers = 16
		c.Timeout = 300 * time.Millisecond
		c.MaxRedirects = 1000
		c.Retry = pipeline.Retry{Max: 3, Base: time.Millisecond, Cap: time.Millisecond}
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if err := moved.judge(start, j.lines); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// servedGraph is a graph that is served, once it is ready.
type servedGraph struct {
	*graph
	ready chan struct{}
}

func (g *servedGraph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	<-g.ready
	url := "http://" + r.Host + r.URL.Path
	n := g.nodes[url]
	if n == nil {
		http.NotFound(w, r)
		return
	}
	if n.fate == "hang" || n.fate == "dead" {
		g.mu.Lock()
		n.asked++
		g.mu.Unlock()
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil && n.fate == "hang" {
			_, _ = io.Copy(io.Discard, conn) // until the other side has had enough
		}
		if err == nil {
			conn.Close()
		}
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	rec, err := g.Fetch(ctx, &fetch.Request{URL: url, Deadline: time.Now().Add(time.Minute)})
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	for _, f := range rec.Header {
		w.Header().Set(f.Name, f.Value)
	}
	w.WriteHeader(rec.Status)
	if _, err := io.Copy(w, rec.Body); err != nil {
		if _, cut := errors.AsType[*fetch.Error](err); cut {
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler) // the client sees a body that is cut
		}
	}
}
