package fetch

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// authority signs certificates for the tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newCA(t testing.TB) *authority {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	ca := &authority{key: newKey(t), pool: x509.NewCertPool()}
	der, err := x509.CreateCertificate(rand.Reader, template, template, ca.key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	if ca.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	ca.pool.AddCert(ca.cert)
	return ca
}

// sign issues a certificate for 127.0.0.1, or for what change makes of it.
func (ca *authority) sign(t testing.TB, change func(*x509.Certificate)) tls.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	if change != nil {
		change(template)
	}
	key := newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// secure lets talk speak TLS.
func secure(cfg *tls.Config, talk func(*peer)) func(*peer) {
	return func(p *peer) {
		tc := tls.Server(p.Conn, cfg)
		if tc.Handshake() == nil {
			p.Conn = tc
			p.br.Reset(tc)
			talk(p)
			tc.Close()
		}
	}
}

func TestTLS(t *testing.T) {
	ca, other := newCA(t), newCA(t)
	with := func(cert tls.Certificate) func(*peer) {
		return secure(&tls.Config{Certificates: []tls.Certificate{cert}}, keep(ok200))
	}
	tests := []struct {
		name     string
		insecure bool
		talk     func(*peer)
		class    Class // "" is success
	}{
		{"good", false, with(ca.sign(t, nil)), ""},
		{"expired", false, with(ca.sign(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })), ClassTLS},
		{"not yet valid", false, with(ca.sign(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) })), ClassTLS},
		{"wrong host", false, with(ca.sign(t, func(c *x509.Certificate) { c.IPAddresses = []net.IP{{192, 0, 2, 1}} })), ClassTLS},
		{"unknown authority", false, with(other.sign(t, nil)), ClassTLS},
		{"self-signed", false, with(tls.Certificate{Certificate: [][]byte{other.cert.Raw}, PrivateKey: other.key}), ClassTLS},
		{"unknown authority, not verified", true, with(other.sign(t, nil)), ""},
		{"TLS 1.0", false, secure(&tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, keep(ok200)), ClassTLS},
		{"garbage", false, func(p *peer) { p.send("this is no TLS, and long enough to be seen as such\r\n"); p.hang() }, ClassTLS},
		{"plain HTTP", false, func(p *peer) { p.send("HTTP/1.1 400 Bad Request\r\n\r\n"); p.hang() }, ClassTLS},
		{"closed", false, func(*peer) {}, ClassTLS},
		{"silence", false, (*peer).hang, ClassTimeoutConnect},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := serve(t, tt.talk)
			opt := Options{Insecure: tt.insecure}
			if tt.class == ClassTimeoutConnect {
				opt.ConnectTimeout = 50 * time.Millisecond
			}
			c := newClient(t, opt)
			c.dial.tls.RootCAs = ca.pool
			for range 2 {
				rec, body, err := read(soon(t), c, &Request{URL: "https://" + o.Addr + "/"})
				if tt.class != "" {
					wantClass(t, err, tt.class)
					continue
				}
				if err != nil || body != "hello" {
					t.Fatal(body, err)
				}
				if rec.RemoteAddr.String() != o.Addr {
					t.Errorf("remote address %v", rec.RemoteAddr)
				}
			}
			if n := o.conns.Load(); tt.class == "" && n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
}

// TestTLSCut ends a body that has no length without TLS's farewell, as an attacker
// can: that must not look like its end.
func TestTLSCut(t *testing.T) {
	ca := newCA(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}
	for _, polite := range []bool{true, false} {
		o := serve(t, func(p *peer) {
			tcp := p.Conn
			secure(cfg, func(p *peer) {
				p.request()
				p.send("HTTP/1.1 200 OK\r\n\r\nhello")
				if !polite {
					tcp.Close()
				}
			})(p)
		})
		c := newClient(t, Options{})
		c.dial.tls.RootCAs = ca.pool
		_, body, err := read(soon(t), c, &Request{URL: "https://" + o.Addr + "/"})
		if polite && (err != nil || body != "hello") {
			t.Error(body, err)
		}
		if !polite {
			wantClass(t, err, ClassTruncated)
		}
	}
}
