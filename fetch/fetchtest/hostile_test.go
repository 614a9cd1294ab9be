package fetchtest

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
)

func startHostile(t testing.TB) *Hostile {
	t.Helper()
	h, err := StartHostile(context.WithoutCancel(t.Context()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

func TestCasesAreComplete(t *testing.T) {
	all := Cases()
	if len(all) < 150 {
		t.Errorf("%d cases", len(all))
	}
	known := map[string]bool{}
	for _, c := range all {
		if known[c.Name] || c.Name == "" || c.Group == "" || c.Help == "" || c.Outcome == "" {
			t.Errorf("case %+v", c)
		}
		known[c.Name] = true
		if ok := c.Outcome == "fetched" || c.Outcome == "not_modified"; ok != (c.Class == "") {
			t.Errorf("%s: %s with class %q", c.Name, c.Outcome, c.Class)
		}
		if (c.play == nil) == (c.first == nil) || c.MaxTime == 0 || c.MaxBytes == 0 || c.MaxRequests == 0 {
			t.Errorf("%s: no script or no bounds", c.Name)
		}
	}
}

func TestHostileIndexListsEveryCase(t *testing.T) {
	h := startHostile(t)
	c := client(t)
	page := get(t, c, "http://"+h.Addr()+"/")
	list := get(t, c, "http://"+h.Addr()+"/urls.txt")
	for _, one := range Cases() {
		if !strings.Contains(page.body, ">"+one.Name+"</a>") || !strings.Contains(list.body, h.URL(one)+"\n") {
			t.Errorf("%s is not listed", one.Name)
		}
	}
	if missing := get(t, c, "http://"+h.Addr()+"/nothing"); missing.StatusCode != http.StatusNotFound {
		t.Errorf("status %d for what is no case", missing.StatusCode)
	}
}

func TestHostileMeasures(t *testing.T) {
	h := startHostile(t)
	plain := named(t, "plain")
	if got := get(t, client(t), h.URL(plain)); got.body != mark("plain") || got.err != nil {
		t.Errorf("body %q: %v", got.body, got.err)
	}
	if err := h.Settle(t.Context()); err != nil { // the books follow the bytes
		t.Error(err)
	}
	if m := h.Measured(plain); m.Connections != 1 || m.Requests != 1 || m.Bytes < plain.Size {
		t.Errorf("measured %+v", m)
	}

	endless := named(t, "endless-body")
	nc := askFor(t, h, endless)
	if _, err := io.CopyN(io.Discard, nc, 1<<20); err != nil {
		t.Fatal(err)
	}
	if m := h.Measured(endless); m.Playing != 1 || m.Bytes < 1<<19 { // the last write is not booked yet
		t.Errorf("while it is read: %+v", m)
	}
	nc.Close()
	if err := h.Settle(t.Context()); err != nil {
		t.Error(err)
	}
	if m := h.Measured(endless); m.Playing != 0 || m.Longest == 0 {
		t.Errorf("after it was let go: %+v", m)
	}
}

func TestSettleHearsItsContext(t *testing.T) {
	h := startHostile(t)
	silent := named(t, "silent")
	nc := askFor(t, h, silent)
	defer nc.Close()
	for h.Measured(silent).Requests == 0 { // the request is on its way
		runtime.Gosched()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Settle(ctx); err == nil {
		t.Error("settled while a connection is held")
	}
}

func TestHostileSeesLeaks(t *testing.T) {
	h := startHostile(t)
	leak := named(t, "leak-302")
	first := get(t, client(t), h.URL(leak), "Authorization", "x")
	if h.Measured(leak).Leaked {
		t.Error("the origin itself may have credentials")
	}
	second := get(t, client(t), first.Header.Get("Location"), "Authorization", "x")
	if !h.Measured(leak).Leaked || second.StatusCode != http.StatusForbidden {
		t.Errorf("status %d, measured %+v", second.StatusCode, h.Measured(leak))
	}
}

func TestHostileCertificates(t *testing.T) {
	h := startHostile(t)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(h.CA()) {
		t.Fatal("no certificate")
	}
	for _, c := range Cases() {
		if c.tls == "" {
			continue
		}
		conn, err := tls.Dial("tcp", h.doors[c.door()].addr(), &tls.Config{RootCAs: roots})
		if conn != nil {
			conn.Close()
		}
		if good := c.tls == goodCert || c.tls == clientCert; good != (err == nil) {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

func TestHostileContextEndsIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h, err := StartHostile(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	nc := askFor(t, h, named(t, "silent"))
	defer nc.Close()
	cancel()
	if _, err := nc.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Errorf("read: %v", err)
	}
	h.Close()
}

// named returns a case.
func named(t testing.TB, name string) Case {
	t.Helper()
	for _, c := range Cases() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no case %s", name)
	return Case{}
}

// askFor sends a request for a case over a connection of its own.
func askFor(t testing.TB, h *Hostile, c Case) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", h.doors[c.door()].addr())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(nc, "GET /"+c.Name+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return nc
}

// FuzzHostileRequest has the server read any bytes for a request.
func FuzzHostileRequest(f *testing.F) {
	f.Add([]byte("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n"))
	f.Add([]byte("GET\r\n\r\n"))
	f.Add([]byte("\r\n"))
	f.Add([]byte("\x16\x03\x01 \x00 \r\nCookie:\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		a := &actor{br: bufio.NewReader(strings.NewReader(string(raw)))}
		for a.next() {
			a.target()
			a.hasCredentials()
		}
	})
}
