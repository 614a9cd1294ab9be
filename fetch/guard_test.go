package fetch

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestKindOf(t *testing.T) {
	kinds := map[string][]string{
		"": {
			"8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
			"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
			"198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
			"64:ff9b::808:808", "2002:808:808::1", "2001:200::1", "2001:4860:4860::8888", "fbff::1", "3fff:1000::1",
		},
		"loopback": {
			"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::1%lo",
		},
		"private": {
			"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1", "fec0::1",
			"::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:c0a8:101::1", "64:ff9b:1::808:808",
		},
		"link-local":    {"169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"},
		"shared":        {"100.64.0.1", "100.127.255.255", "::ffff:100.64.0.1"},
		"unspecified":   {"0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"},
		"multicast":     {"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"},
		"benchmarking":  {"198.18.0.1", "198.19.255.255"},
		"documentation": {"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"},
		"reserved": {
			"192.0.0.1", "192.88.99.1", "240.0.0.1", "255.255.255.255", "::127.0.0.1", "::808:808", "::ffff:0:7f00:1", "100::1", "100:0:0:1::1",
			"2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "5f00::1",
		},
	}
	for kind, addrs := range kinds {
		for _, addr := range ipsOf(addrs...) {
			if got := kindOf(addr); got != kind {
				t.Errorf("%s is %q, want %q", addr, got, kind)
			}
		}
	}
}

func discovered(t *testing.T, c *Client, url string) error {
	t.Helper()
	_, _, err := read(t.Context(), c, &Request{URL: url, Discovered: true})
	return err
}

// TestGuardSpellings refuses each way to write an address of this machine or its
// network.
func TestGuardSpellings(t *testing.T) {
	c := newClient(t, Options{Resolver: lookups(nobody)})
	c.dial.connect = func(_ context.Context, addr netip.AddrPort) (net.Conn, error) {
		t.Errorf("connected to %v", addr)
		return nil, net.ErrClosed
	}
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "0x7f000001", "0X7F.0.0.1", "2130706433", "017700000001", "0177.0.0.1", "127.0.0.1.", "１２７.０.０.１",
		"127。0。0。1", "%31%32%37.0.0.1", "0", "0.0.0.0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
		"[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "169.254.169.254", "2852039166", "0xa9fea9fe", "[fe80::1]", "[fd00:ec2::254]",
		"10.1.2.3", "192.168.0.1", "100.100.100.200", "224.0.0.1", "255.255.255.255",
	} {
		err := discovered(t, c, "http://"+host+"/")
		wantClass(t, err, ClassPrivateAddress)
	}
}

// TestGuardNames refuses names by the addresses that they have at that moment.
func TestGuardNames(t *testing.T) {
	var answer []netip.Addr
	c := newClient(t, Options{DNSCache: -1, Resolver: lookups(func(context.Context, string, string) ([]netip.Addr, error) { return answer, nil })})
	w := wire(t, c, once(ok200))
	var connected []string
	straight := c.dial.connect
	c.dial.connect = func(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
		connected = append(connected, addr.Addr().String())
		return straight(ctx, addr)
	}
	answer = ipsOf("8.8.8.8")
	if err := discovered(t, c, "http://rebind.example/"); err != nil {
		t.Fatal(err)
	}
	answer = ipsOf("::ffff:10.0.0.7", "::1")
	err := discovered(t, c, "http://rebind.example/")
	wantClass(t, err, ClassPrivateAddress)
	for _, part := range []string{"rebind.example", "10.0.0.7", "private"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %s", err, part)
		}
	}
	answer = ipsOf("10.0.0.7", "8.8.4.4", "fe80::1")
	if err := discovered(t, c, "http://rebind.example/"); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(connected, " "); got != "8.8.8.8 8.8.4.4" || w.dials.Load() != 2 {
		t.Errorf("connected to %s", got)
	}
}

func TestGuardAllows(t *testing.T) {
	o := serve(t, keep(ok200))
	_, port, _ := net.SplitHostPort(o.Addr)
	tests := []struct {
		name    string
		opt     Options
		url     string
		refused bool
	}{
		{"default", Options{}, o.URL, true},
		{"AllowPrivate", Options{AllowPrivate: true}, o.URL, false},
		{"trusted", Options{Trusted: func(hostport string) bool { return hostport == o.Addr }}, o.URL, false},
		{"another trusted", Options{Trusted: func(hostport string) bool { return hostport == "127.0.0.1:1" }}, o.URL, true},
		{"Resolve", Options{Resolve: map[string][]netip.Addr{"a.example:" + port: ipsOf("127.0.0.1")}}, "http://a.example:" + port + "/", false},
		{"proxy looks up", Options{Proxy: via(o.URL)}, "http://a.example/", false},
		{"literal behind a proxy", Options{Proxy: via(o.URL)}, "http://10.0.0.1/", true},
		{"literal behind a proxy, TLS", Options{Proxy: via(o.URL)}, "https://[::1]/", true},
		{"localhost behind a proxy", Options{Proxy: via(o.URL)}, "http://LOCALHOST./", true},
		{"under localhost behind a proxy", Options{Proxy: via(o.URL)}, "http://a.localhost/", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := discovered(t, newClient(t, tt.opt), tt.url)
			if tt.refused {
				wantClass(t, err, ClassPrivateAddress)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestGuardPool does not hand a connection to a special address, made for one whose
// user named it, to somebody else.
func TestGuardPool(t *testing.T) {
	for _, opt := range []Options{{}, {MaxConnsPerHost: 1}, {MaxConns: 1}} {
		o := serve(t, keep(ok200))
		c := newClient(t, opt)
		mustGet(t, c, o.URL)
		wantClass(t, discovered(t, c, o.URL), ClassPrivateAddress)
		mustGet(t, c, o.URL)
		want := int64(1)
		if c.pool.places != nil {
			want = 2 // the idle one went to make room
		}
		if n := o.conns.Load(); n != want {
			t.Errorf("%d connections, want %d", n, want)
		}
	}
}

// TestGuardRedirect lets a redirect lead from a host that the user named to itself,
// and nowhere else within this machine.
func TestGuardRedirect(t *testing.T) {
	inner := serve(t, keep(ok200))
	_, port, _ := net.SplitHostPort(inner.Addr)
	location := ""
	o := serve(t, func(p *peer) {
		for head := p.request(); head != ""; head = p.request() {
			if strings.HasPrefix(head, "GET /end ") {
				p.send(ok200)
				continue
			}
			p.send("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n")
		}
	})
	c := newClient(t, Options{Resolver: resolvingTo("127.0.0.1")})
	f := Stack(c, Redirect(0))
	for to, refused := range map[string]bool{
		"/end":                       false,
		inner.URL:                    false, // another port of the host that the user named
		"http://localhost:" + port:   true,
		"http://127.0.0.2:" + port:   true,
		"http://a.example:" + port:   true,
		"//[::1]:" + port:            true,
		"http://2130706434:" + port:  true, // 127.0.0.2
		"http://169.254.169.254/x/y": true,
	} {
		location = to
		_, _, err := get(t, f, o.URL)
		if refused {
			wantClass(t, err, ClassPrivateAddress)
		} else if err != nil {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// TestGuardStays holds for all hops behind the one that left the host.
func TestGuardStays(t *testing.T) {
	for start, want := range map[string]bool{"http://a/": true, "http://a/same": false} {
		s := &site{pages: map[string]string{
			"http://a/": "302 http://b/", "http://b/": "302 http://a/end", "http://a/same": "301 https://a:8443/", "https://a:8443/": "302 //a/end", "http://a/end": "x",
			"https://a/end": "x",
		}}
		mustGet(t, Stack(s, Redirect(0)), start)
		if s.last.Discovered != want {
			t.Errorf("from %s: discovered %v, want %v", start, s.last.Discovered, want)
		}
	}
}
