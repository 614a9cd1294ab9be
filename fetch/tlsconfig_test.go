package fetch

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTLSOptions(t *testing.T) {
	ca, other := newCA(t), newCA(t)
	cert := ca.sign(t, nil)
	sum := sha256.Sum256(cert.Certificate[0])
	named := ca.sign(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"named.example"} })
	mine := other.sign(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	server := func(change func(*tls.Config)) *tls.Config {
		cfg := &tls.Config{Certificates: []tls.Certificate{cert}}
		if change != nil {
			change(cfg)
		}
		return cfg
	}
	wantsCert := func(version uint16) *tls.Config {
		return server(func(c *tls.Config) {
			c.ClientAuth, c.ClientCAs, c.MaxVersion = tls.RequireAndVerifyClientCert, other.pool, version
		})
	}
	tests := []struct {
		name   string
		server *tls.Config
		opt    Options
		reason string // "" is success
	}{
		{"CA", server(nil), Options{}, ""},
		{"pin", server(nil), Options{Fingerprints: [][32]byte{{1}, sum}}, ""},
		{"other pin", server(nil), Options{Fingerprints: [][32]byte{{1}}}, "another fingerprint"},
		{"pin alone", server(nil), Options{RootCAs: other.pool, Insecure: true, Fingerprints: [][32]byte{sum}}, ""},
		{"pin is no trust", server(nil), Options{RootCAs: other.pool, Fingerprints: [][32]byte{sum}}, "unknown authority"},
		{"other pin, insecure", server(nil), Options{Insecure: true, Fingerprints: [][32]byte{{1}}}, "another fingerprint"},
		{"server name", server(func(c *tls.Config) { c.Certificates = []tls.Certificate{named} }), Options{ServerName: "named.example"}, ""},
		{"other server name", server(nil), Options{ServerName: "named.example"}, "for another host"},
		{"client certificate", wantsCert(0), Options{ClientCertificates: []tls.Certificate{mine}}, ""},
		{"no client certificate", wantsCert(0), Options{}, "wants a client certificate"},
		{"no client certificate, TLS 1.2", wantsCert(tls.VersionTLS12), Options{}, "client certificate"},
		{"unknown client certificate, TLS 1.2", wantsCert(tls.VersionTLS12), Options{ClientCertificates: []tls.Certificate{ca.sign(t, nil)}}, "client certificate"},
		{"old server", server(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), Options{}, "another version of TLS"},
		{"old server allowed", server(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), Options{MinVersion: tls.VersionTLS10}, ""},
		{"new client", server(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }), Options{MinVersion: tls.VersionTLS13}, "another version of TLS"},
		{"no common protocol", server(func(c *tls.Config) { c.NextProtos = []string{"other"} }), Options{}, "does not speak HTTP/1.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := serve(t, secure(tt.server, keep(ok200)))
			opt := tt.opt
			if opt.RootCAs == nil {
				opt.RootCAs = ca.pool
			}
			c := newClient(t, opt)
			_, body, err := read(soon(t), c, &Request{URL: "https://" + o.Addr + "/"})
			if tt.reason == "" {
				if err != nil || body != "hello" {
					t.Error(body, err)
				}
				return
			}
			wantClass(t, err, ClassTLS)
			if !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("%v, want %q", err, tt.reason)
			}
			if pin, ok := errors.AsType[*FingerprintError](err); strings.Contains(tt.reason, "fingerprint") && (!ok || pin.Got != sum) {
				t.Errorf("%v is no FingerprintError of what came", err)
			}
		})
	}
}

// TestTLSOldServer has a server that chooses TLS 1.0 whatever it is offered.
func TestTLSOldServer(t *testing.T) {
	hello := "\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01" + strings.Repeat("r", 32) + "\x00\x00\x2f\x00"
	o := serve(t, func(p *peer) { p.br.Peek(1); p.send(hello); p.hang() })
	_, _, err := read(soon(t), newClient(t, Options{}), &Request{URL: "https://" + o.Addr + "/"})
	wantClass(t, err, ClassTLS)
	if !strings.Contains(err.Error(), "not safe any more") {
		t.Error(err)
	}
}

// TestTLSOptionsResumed checks the pin on a resumed session too, and keeps what is
// meant for servers from the proxy in between.
func TestTLSOptionsResumed(t *testing.T) {
	ca := newCA(t)
	cert, proxyCert := ca.sign(t, nil), ca.sign(t, nil)
	cfg := &tls.Config{Certificates: []tls.Certificate{cert}}
	o := serve(t, secure(cfg, once(ok200)))
	got := make(chan string, 9)
	proxy := serve(t, secure(&tls.Config{Certificates: []tls.Certificate{proxyCert}}, connecting(o.Addr, got)))
	sum := sha256.Sum256(cert.Certificate[0])
	for _, opt := range []Options{{}, {Proxy: via("https://" + proxy.Addr)}} {
		opt.RootCAs, opt.Fingerprints = ca.pool, [][32]byte{sum}
		c := newClient(t, opt)
		for range 3 {
			mustGet(t, c, "https://"+o.Addr+"/")
		}
	}
}

func TestLoadCertificates(t *testing.T) {
	ca := newCA(t)
	mine := ca.sign(t, nil)
	key, err := x509.MarshalPKCS8PrivateKey(mine.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, blocks ...*pem.Block) string {
		path := filepath.Join(t.TempDir(), name)
		var text []byte
		for _, b := range blocks {
			text = append(text, pem.EncodeToMemory(b)...)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cert := &pem.Block{Type: "CERTIFICATE", Bytes: mine.Certificate[0]}
	private := &pem.Block{Type: "PRIVATE KEY", Bytes: key}
	pool, err := LoadCAFile(write("ca.pem", &pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw}))
	if err != nil || !pool.Equal(ca.pool) {
		t.Error(pool, err)
	}
	for _, path := range []string{write("empty.pem"), write("key.pem", private), "no-such-file"} {
		if _, err := LoadCAFile(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want an error that names the file", path, err)
		}
	}
	certFile, keyFile, both := write("cert.pem", cert), write("key.pem", private), write("both.pem", cert, private)
	for _, files := range [][2]string{{certFile, keyFile}, {both, ""}, {both, both}} {
		if pair, err := LoadClientCertificate(files[0], files[1]); err != nil || len(pair.Certificate) != 1 {
			t.Error(files, err)
		}
	}
	for _, files := range [][2]string{{certFile, ""}, {certFile, "no-such-file"}, {"no-such-file", keyFile}} {
		if _, err := LoadClientCertificate(files[0], files[1]); err == nil || !strings.Contains(err.Error(), files[0]) {
			t.Errorf("%v: %v, want an error that names the file", files, err)
		}
	}
}

func TestParseFingerprint(t *testing.T) {
	sum := sha256.Sum256(nil)
	plain := hex.EncodeToString(sum[:])
	colons := strings.ToUpper(plain[:2])
	for i := 2; i < len(plain); i += 2 {
		colons += ":" + strings.ToUpper(plain[i:i+2])
	}
	for _, good := range []string{plain, colons} {
		if got, err := ParseFingerprint(good); err != nil || got != sum {
			t.Errorf("%s: %x, %v", good, got, err)
		}
	}
	for _, bad := range []string{"", "abc", plain[2:], plain + "00", "sha256//" + plain, strings.Replace(plain, "e", "g", 1)} {
		if _, err := ParseFingerprint(bad); err == nil {
			t.Errorf("%q is taken for a fingerprint", bad)
		}
	}
}

// TestServerNameOverName has the certificate of the URL's host be enough.
func TestServerNameOverName(t *testing.T) {
	ca := newCA(t)
	cert := ca.sign(t, func(c *x509.Certificate) { c.DNSNames = []string{"a.example"} })
	o := serve(t, secure(&tls.Config{Certificates: []tls.Certificate{cert}}, keep(ok200)))
	hostport := "a.example" + o.Addr[strings.LastIndexByte(o.Addr, ':'):]
	c := newClient(t, Options{RootCAs: ca.pool, Resolve: map[string][]netip.Addr{hostport: ipsOf("127.0.0.1")}})
	mustGet(t, c, "https://"+hostport+"/")
}
