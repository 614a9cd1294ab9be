package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fetched runs crawl for one URL in an empty folder, and returns its body.
func fetched(t *testing.T, args ...string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), fake(&stdout, &stderr), append([]string{"--retries", "0"}, args...)); code != exitOK {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	var body []byte
	err := filepath.WalkDir("crawl-out/bodies", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			body, err = os.ReadFile(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// failure runs crawl for one URL that must fail, and returns what it says.
func failure(t *testing.T, args ...string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), fake(&stdout, &stderr), append([]string{"--retries", "0", "-v"}, args...)); code != exitNone {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	return stderr.String()
}

// tellConnection answers with what the server knows of the connection.
var tellConnection = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	certificates := 0
	if r.TLS != nil {
		certificates = len(r.TLS.PeerCertificates)
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	fmt.Fprintf(w, "%s from %s to %s, %d certificates", r.Proto, host, r.Host, certificates)
})

// secure serves TLS with these settings, and writes its certificate and key, and
// both in one, to files.
func secure(t *testing.T, config *tls.Config) (server *httptest.Server, cert, key, both string) {
	t.Helper()
	server = httptest.NewUnstartedServer(tellConnection)
	server.TLS = config
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	server.StartTLS()
	t.Cleanup(server.Close)
	private, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write := func(name string, blocks ...*pem.Block) string {
		var b bytes.Buffer
		for _, block := range blocks {
			_ = pem.Encode(&b, block) // into memory
		}
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	c := &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	k := &pem.Block{Type: "PRIVATE KEY", Bytes: private}
	return server, write("cert.pem", c), write("key.pem", k), write("both.pem", c, k)
}

func TestTLSFlags(t *testing.T) {
	server, cert, key, both := secure(t, &tls.Config{ClientAuth: tls.RequestClientCert})
	host := strings.TrimPrefix(server.URL, "https://")
	sum := sha256.Sum256(server.Certificate().Raw)
	pin := hex.EncodeToString(sum[:])
	other := strings.Repeat("ab", 32)
	for _, tt := range []struct {
		args []string
		want string // of the body
	}{
		{[]string{"-k"}, "HTTP/1.1 from 127.0.0.1 to " + host + ", 0 certificates"},
		{[]string{"--cacert", cert}, "HTTP/1.1 from 127.0.0.1 to " + host + ", 0 certificates"},
		{[]string{"--cacert", cert, "--cert", cert, "--key", key}, "HTTP/1.1 from 127.0.0.1 to " + host + ", 1 certificates"},
		{[]string{"--cacert", cert, "--cert", both}, "HTTP/1.1 from 127.0.0.1 to " + host + ", 1 certificates"},
		{[]string{"--cacert", cert, "--pin", other, "--pin", pin}, "HTTP/1.1 from 127.0.0.1 to " + host + ", 0 certificates"},
		{[]string{"-k", "--pin", strings.ToUpper(pin)}, "HTTP/1.1 from 127.0.0.1 to " + host + ", 0 certificates"},
		{[]string{"-k", "--http2"}, "HTTP/2.0 from 127.0.0.1 to " + host + ", 0 certificates"},
	} {
		if got := fetched(t, append(tt.args, server.URL)...); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.args, got, tt.want)
		}
	}
	for _, args := range [][]string{
		nil,
		{"--http2"},
		{"--cacert", cert, "--pin", other},
		{"-k", "--pin", other},
		{"-k", "--pin", other, "--http2"},
	} {
		if got := failure(t, append(args, server.URL)...); !strings.Contains(got, "1  tls") {
			t.Errorf("%v: %s", args, got)
		}
	}
}

// A server that refuses HTTP/1.1 is asked by HTTP/2 without a flag.
func TestHTTP2Fallback(t *testing.T) {
	config := &tls.Config{}
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Contains(hello.SupportedProtos, "h2") {
			return nil, nil
		}
		return &tls.Config{Certificates: config.Certificates, NextProtos: []string{"other"}}, nil
	}
	server, cert, _, _ := secure(t, config)
	if got := fetched(t, "--cacert", cert, server.URL); !strings.HasPrefix(got, "HTTP/2.0 ") {
		t.Errorf("got %q", got)
	}
}

func TestWhereToConnect(t *testing.T) {
	server := httptest.NewServer(tellConnection)
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	named := "nowhere.test:" + port

	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	local := &httptest.Server{Listener: listener, Config: &http.Server{Handler: tellConnection}}
	local.Start()
	defer local.Close()
	socks := serveSOCKS(t, server.Listener.Addr().String())

	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--resolve", "nowhere.test:" + port + ":127.0.0.1"}, "HTTP/1.1 from 127.0.0.1 to " + named},
		{[]string{"--resolve", "*:" + port + ":127.0.0.1", "--http2"}, "HTTP/1.1 from 127.0.0.1 to " + named},
		{[]string{"--unix-socket", socket}, "HTTP/1.1 from  to " + named},
		{[]string{"--proxy", "socks5h://" + socks}, "HTTP/1.1 from 127.0.0.1 to " + named},
		{[]string{"--proxy", "socks5://" + socks, "--resolve", named + ":127.0.0.1"}, "HTTP/1.1 from 127.0.0.1 to " + named},
		{[]string{"--proxy", server.URL}, "HTTP/1.1 from 127.0.0.1 to " + named},
	} {
		if got := fetched(t, append(tt.args, "http://"+named+"/")...); got != tt.want+", 0 certificates" {
			t.Errorf("%v: %q, want %q", tt.args, got, tt.want)
		}
	}
}

// serveSOCKS leads every connection to one address (RFC 1928), whatever is asked for.
func serveSOCKS(t *testing.T, target string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var tunnels sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		tunnels.Wait()
	})
	tunnels.Go(func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			tunnels.Go(func() {
				defer from.Close()
				head := make([]byte, 512)
				_, _ = from.Read(head) // which schemes to log in; a client sends it in one piece
				_, _ = from.Write([]byte{5, 0})
				_, _ = from.Read(head) // CONNECT
				to, err := net.Dial("tcp", target)
				if err != nil {
					return
				}
				defer to.Close()
				_, _ = from.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 1})
				tunnels.Go(func() {
					_, _ = io.Copy(from, to)
					from.Close()
				})
				_, _ = io.Copy(to, from)
			})
		}
	})
	return listener.Addr().String()
}
