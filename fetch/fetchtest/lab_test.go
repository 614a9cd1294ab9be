package fetchtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/valyala/fasthttp/fasthttputil"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t testing.TB, hosts int) *Lab {
	t.Helper()
	lab, err := Start(context.WithoutCancel(t.Context()), Options{Hosts: hosts})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lab.Close() })
	return lab
}

// client decodes nothing and follows nothing.
func client(t testing.TB) *http.Client {
	tr := &http.Transport{DisableCompression: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{
		Transport:     tr,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is a response read to its end.
type answer struct {
	*http.Response
	body string
	err  error // of reading the body
}

func get(t testing.TB, c *http.Client, url string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp, string(body), err}
}

// talk sends a request by hand and returns all that comes back.
func talk(t *testing.T, lab *Lab, request string) (string, error) {
	t.Helper()
	c, err := net.Dial("tcp", lab.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, request)
	b, err := io.ReadAll(c)
	return string(b), err
}

// await yields until it is so; a test that waits in vain runs into go test's limit.
func await(so func() bool) {
	for !so() {
		runtime.Gosched()
	}
}

func ask(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: lab\r\n\r\n" }

func TestEveryHostHasThePort(t *testing.T) {
	lab := start(t, 3)
	if lab.Hosts() < 1 || lab.URL(0, "/empty") != "http://"+lab.Addr()+"/empty" {
		t.Fatalf("%d hosts, first %s", lab.Hosts(), lab.URL(0, "/empty"))
	}
	if lab.URL(0, "/") != lab.URL(lab.Hosts(), "/") {
		t.Error("hosts do not wrap around")
	}
	c := client(t)
	for i := range lab.Hosts() {
		if a := get(t, c, lab.URL(i, "/empty")); a.StatusCode != 204 {
			t.Errorf("host %d answers %d", i, a.StatusCode)
		}
	}
	if n := len(lab.Stats().MaxInFlightByHost); n != lab.Hosts() {
		t.Errorf("statistics know %d hosts, want %d", n, lab.Hosts())
	}
}

func TestStartRefuses(t *testing.T) {
	lab := start(t, 1)
	_, port, _ := net.SplitHostPort(lab.Addr())
	var taken int
	fmt.Sscan(port, &taken)
	for name, o := range map[string]Options{
		"port taken":     {Hosts: 1, Port: taken},
		"too many hosts": {Hosts: 255},
		"negative hosts": {Hosts: -1},
	} {
		if other, err := Start(t.Context(), o); err == nil {
			other.Close()
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCloseEndsWhatIsOpen(t *testing.T) {
	lab := start(t, 1)
	var wg sync.WaitGroup
	for _, path := range []string{"/silent", "/d/86400000/s/1/1", "/slow/body/86400000/5", "/slow/head/86400000", "/empty", "/endless"} {
		c, err := net.Dial("tcp", lab.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, ask(path))
		wg.Go(func() { io.Copy(io.Discard, c) })
	}
	await(func() bool { return lab.Stats().Requests == 6 })
	if err := lab.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if n := lab.Stats().InFlight; n != 0 {
		t.Errorf("%d in flight after Close", n)
	}
	if err := lab.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	ln := fasthttputil.NewInmemoryListener()
	if err := lab.Serve(ln); err != nil {
		t.Errorf("Serve after Close: %v", err)
	}
}

func TestContextEndsTheLab(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	lab, err := Start(ctx, Options{Hosts: 1})
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", lab.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cancel()
	io.Copy(io.Discard, c) // ends because the lab does
	lab.Close()
}

func TestServeTellsABrokenListener(t *testing.T) {
	lab := New()
	defer lab.Close()
	ln := fasthttputil.NewInmemoryListener()
	ln.Close()
	if err := lab.Serve(ln); err == nil {
		t.Error("no error")
	}
}

func TestDelaysTakeNoTimeInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lab := New()
		ln := fasthttputil.NewInmemoryListener()
		var served sync.WaitGroup
		served.Go(func() { lab.Serve(ln) })
		tr := &http.Transport{
			DisableCompression: true,
			DialContext:        func(context.Context, string, string) (net.Conn, error) { return ln.Dial() },
		}
		c := &http.Client{Transport: tr}
		begin := time.Now()
		for i, path := range []string{"/d/3600000/s/4096/1", "/slow/body/1000/100", "/chunked/100000", "/cut/gzip/4096"} {
			if a := get(t, c, lab.URL(i, path)); a.StatusCode != 200 || a.err != nil {
				t.Errorf("%s: %d, %v", path, a.StatusCode, a.err)
			}
		}
		if took := time.Since(begin); took != time.Hour+100*time.Second {
			t.Errorf("took %v", took)
		}
		if s := lab.Stats(); s.MaxInFlightByHost["host3.lab.test"] != 1 || s.Connections != 4 {
			t.Errorf("statistics %+v", s)
		}
		tr.CloseIdleConnections()
		lab.Close()
		served.Wait()
	})
}

func TestStats(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	get(t, c, lab.URL(0, "/"))
	get(t, c, lab.URL(0, "/stats"))
	for _, path := range []string{"/d/0/s/100/1", "/d/0/s/100/1", "/d/0/s/100/2", "/close/1000", "/d/0/s/100/3?q"} {
		get(t, c, lab.URL(0, path))
	}
	held, err := net.Dial("tcp", lab.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	fmt.Fprintf(held, "GET /slow/body/0/70000 HTTP/1.1\r\nhost: %s\r\n\r\n", lab.Addr())
	io.Copy(io.Discard, held)
	await(func() bool { return lab.Stats().InFlight == 0 }) // a raw answer is off the books just after its last byte
	s := lab.Stats()
	if s.Requests != 6 || s.Distinct != 5 || s.Bytes != 4*100+1000+70000 || s.Connections < 2 || s.Connections > 3 || s.MaxInFlight < 1 || s.MaxInFlight > 2 {
		t.Errorf("statistics %+v", s)
	}
	if len(s.MaxInFlightByHost) != 1 {
		t.Errorf("by host: %v", s.MaxInFlightByHost)
	}
	if a := get(t, c, lab.URL(0, "/reset-stats")); a.StatusCode != 200 {
		t.Errorf("reset: %d", a.StatusCode)
	}
	if s := lab.Stats(); s.Requests != 0 || s.Distinct != 0 || s.Bytes != 0 || s.MaxInFlight != 0 || len(s.MaxInFlightByHost) != 0 {
		t.Errorf("after reset %+v", s)
	}
}

func TestMaxInFlight(t *testing.T) {
	lab := start(t, 2)
	var wg sync.WaitGroup
	var conns []net.Conn
	const each = 5
	for i := range 2 * each {
		url := lab.URL(i, "")
		c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
		fmt.Fprintf(c, "GET /silent HTTP/1.1\r\nHost: %s\r\n\r\n", strings.TrimPrefix(url, "http://"))
		wg.Go(func() { io.Copy(io.Discard, c) })
	}
	await(func() bool { return lab.Stats().InFlight == 2*each })
	for _, c := range conns {
		c.Close()
	}
	wg.Wait()
	await(func() bool { return lab.Stats().InFlight == 0 })
	s := lab.Stats()
	if s.MaxInFlight != 2*each {
		t.Errorf("most in flight %d, want %d", s.MaxInFlight, 2*each)
	}
	for host, most := range s.MaxInFlightByHost {
		if want := int64(2 * each / lab.Hosts()); most != want {
			t.Errorf("most in flight on %s %d, want %d", host, most, want)
		}
	}
}

func TestFrontPageAndPackageCommentListEveryPath(t *testing.T) {
	lab := start(t, 1)
	page := get(t, client(t), lab.URL(0, "/"))
	if page.StatusCode != 200 || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%d %s", page.StatusCode, page.Header.Get("Content-Type"))
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups() {
		for _, r := range g.Routes {
			if !strings.Contains(page.body, "<code>"+r.Pattern+"</code>") {
				t.Errorf("front page lacks %s", r.Pattern)
			}
			last := strings.Split(r.Pattern, "/")
			for _, word := range last {
				if !strings.Contains(string(doc), word) {
					t.Errorf("package comment lacks %s of %s", word, r.Pattern)
				}
			}
			x := &exchange{}
			path, _, _ := strings.Cut(r.Link(), "?")
			for _, m := range lab.site.byFirst[strings.Split(path, "/")[1]] {
				if m.match(path[1:], x) {
					if got := "/" + strings.Join(m.segments, "/"); got != r.Pattern {
						t.Errorf("example %s of %s leads to %s", path, r.Pattern, got)
					}
					break
				}
			}
		}
	}
}

func TestForeignPathsAreNotFound(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	for _, path := range []string{"/nothing", "/d/0/s/1", "/d/0/s/1/1/1", "/d/x/s/1/1", "/d/-1/s/1/1", "/d/0/s/9223372036854775808/1", "/gzip/", "/gzip", "/gzip/999999999999", "/bomb/9999999999999999", "/name", "/status/99", "/status/1000"} {
		if a := get(t, c, lab.URL(0, path)); a.StatusCode != 404 || a.body == "" {
			t.Errorf("%s answers %d", path, a.StatusCode)
		}
	}
}

func TestTheListForAFirstRunIsServed(t *testing.T) {
	list, err := os.ReadFile("../../testdata/urls.txt")
	if err != nil {
		t.Fatal(err)
	}
	home := fmt.Sprintf(":%d/", DefaultPort)
	served := 0
	s := newSite()
	for line := range strings.Lines(string(list)) {
		_, target, ok := strings.Cut(strings.TrimSpace(line), home)
		if !ok || line[0] == '#' {
			continue
		}
		path, _, _ := strings.Cut(target, "?")
		path, _, _ = strings.Cut(path, "#")
		if m := s.find("/"+path, &exchange{}); m.segments == nil {
			t.Errorf("no such path in the lab: %s", line)
		}
		served++
	}
	if served < 40 {
		t.Errorf("only %d URLs lead to port %d", served, DefaultPort)
	}
}

func FuzzFind(f *testing.F) {
	for _, g := range groups() {
		for _, r := range g.Routes {
			f.Add(r.Pattern)
			f.Add(r.Link())
		}
	}
	f.Add("")
	f.Add("//")
	s := newSite()
	f.Fuzz(func(t *testing.T, path string) {
		x := &exchange{}
		if m := s.find(path, x); m.answer == nil {
			t.Errorf("%q has no answer", path)
		}
		for _, n := range x.num {
			if n < 0 {
				t.Errorf("%q gives %d", path, n)
			}
		}
	})
}

// BenchmarkPage is a keep-alive exchange of a 4 KiB page with as little client as can be.
func BenchmarkPage(b *testing.B) {
	lab := start(b, 1)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		c, err := net.Dial("tcp", lab.Addr())
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		request := []byte(ask("/d/0/s/4096/1"))
		r := bufio.NewReaderSize(c, 32<<10)
		for pb.Next() {
			if _, err := c.Write(request); err != nil {
				b.Error(err)
				return
			}
			for line := []byte{'x'}; len(line) > 2; {
				if line, err = r.ReadSlice('\n'); err != nil {
					b.Error(err)
					return
				}
			}
			if _, err := r.Discard(4096); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
