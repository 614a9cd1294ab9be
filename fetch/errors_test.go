package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestErrors pins for each class that a fetch can end with by what means of the
// standard library a caller can tell it.
func TestErrors(t *testing.T) {
	ctx := soon(t)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	fetch := func(f Fetcher, req Request) error {
		_, _, err := read(ctx, f, &req)
		return err
	}
	plain := newClient(t, Options{IdleTimeout: 50 * time.Millisecond, Resolver: noNames{}})
	answers := func(raw string) Request { return Request{URL: serve(t, once(raw)).URL} }
	silent := serve(t, func(p *peer) { p.request(); p.hang() })
	badTLS := serve(t, secure(&tls.Config{Certificates: []tls.Certificate{newCA(t).sign(t, nil)}}, once(ok200)))
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	free := closedPort(t)

	is := func(targets ...error) func(error) bool {
		return func(err error) bool {
			for _, target := range targets {
				if !errors.Is(err, target) {
					return false
				}
			}
			return true
		}
	}
	tests := []struct {
		class Class
		err   error
		tell  func(error) bool
	}{
		{ClassDNS, fetch(plain, Request{URL: "http://nowhere.test/"}), func(err error) bool {
			dns, ok := errors.AsType[*net.DNSError](err)
			return ok && dns.IsNotFound
		}},
		{ClassRefused, fetch(plain, Request{URL: "http://" + free + "/"}), is(syscall.ECONNREFUSED)},
		{ClassReset, fetch(plain, Request{URL: serve(t, func(p *peer) { p.request() }).URL}), is(io.EOF)},
		{ClassTimeoutConnect, fetch(newClient(t, Options{ConnectTimeout: 50 * time.Millisecond}), Request{URL: "https://" + deaf.Addr().String() + "/"}), is(context.DeadlineExceeded)},
		{ClassTimeoutIdle, fetch(plain, Request{URL: silent.URL}), is(context.DeadlineExceeded, os.ErrDeadlineExceeded)},
		{ClassTimeoutTotal, fetch(newClient(t, Options{}), Request{URL: silent.URL, Deadline: time.Now().Add(50 * time.Millisecond)}), is(context.DeadlineExceeded)},
		{ClassTLS, fetch(plain, Request{URL: "https://" + badTLS.Addr + "/"}), func(err error) bool {
			_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
			_, failed := errors.AsType[*tls.CertificateVerificationError](err)
			return unknown && failed
		}},
		{ClassProtocol, fetch(plain, answers("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")), nil},
		{ClassTruncated, fetch(plain, answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")), is(io.ErrUnexpectedEOF)},
		{ClassEncoding, fetch(Stack(plain, Decode(0)), answers("HTTP/1.1 200 OK\r\nContent-Encoding: lzw\r\nContent-Length: 5\r\n\r\nhello")), nil},
		{ClassTooLarge, fetch(Stack(plain, Decode(4)), answers(ok200)), nil},
		{ClassRedirectLoop, fetch(Stack(plain, Redirect(0)), Request{URL: serve(t, keep("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")).URL}), nil},
		{ClassRedirectLimit, fetch(Stack(plain, Redirect(1)), Request{URL: serve(t, keep("HTTP/1.1 302 Found\r\nLocation: x/\r\nContent-Length: 0\r\n\r\n")).URL}), nil},
		{ClassBadURL, fetch(plain, Request{URL: "mailto:x"}), nil},
		{ClassPrivateAddress, fetch(plain, Request{URL: silent.URL, Discovered: true}), nil},
		{ClassHTTP4xx, (&Record{URL: "http://x/", Status: 404}).Err(), nil},
		{ClassHTTP5xx, (&Record{URL: "http://x/", Status: 503}).Err(), nil},
		{ClassDisk, fetch(plain, Request{Method: "PUT", URL: silent.URL, Body: File(t.TempDir() + "/none")}), is(os.ErrNotExist)},
		{ClassCancelled, func() error { _, err := plain.Fetch(cancelled, &Request{URL: silent.URL}); return err }(), is(context.Canceled)},
	}
	for _, tt := range tests {
		t.Run(string(tt.class), func(t *testing.T) {
			wantClass(t, tt.err, tt.class)
			wrapped := fmt.Errorf("wrapped: %w", tt.err)
			if tt.tell != nil && !tt.tell(wrapped) {
				t.Errorf("%#v does not show its cause", errors.Unwrap(tt.err))
			}
			for _, other := range tests {
				if got, want := errors.Is(wrapped, other.class), other.class == tt.class; got != want {
					t.Errorf("is %s: %v", other.class, got)
				}
			}
			e, _ := errors.AsType[*Error](wrapped)
			late := strings.HasPrefix(string(tt.class), "timeout")
			if e.Timeout() != late || errors.Is(wrapped, context.DeadlineExceeded) != late {
				t.Errorf("timeout %v, deadline %v", e.Timeout(), errors.Is(wrapped, context.DeadlineExceeded))
			}
			if errors.Is(wrapped, context.Canceled) != (tt.class == ClassCancelled) {
				t.Error("context.Canceled")
			}
		})
	}
}

// TestErrorsHidePasswords has an Error hold one where it may be.
func TestErrorsHidePasswords(t *testing.T) {
	for _, tt := range []struct {
		err  *Error
		want string
	}{
		{&Error{URL: "http://u:secret@h/a@b", Reason: "no"}, "http://u:xxxxx@h/a@b: no"},
		{&Error{URL: "http://u:secret@bad host/", Reason: "no"}, "http://u:xxxxx@bad host/: no"},
		{&Error{URL: "http://h/a:b@c", Reason: "no"}, "http://h/a:b@c: no"},
		{fault(ClassBadURL, nil, "the proxy's URL is not valid: parse %q", "http://u:secret@p:x"), `: the proxy's URL is not valid: parse "http://u:xxxxx@p:x"`},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// closedPort is an address where nobody listens.
func closedPort(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// noNames is a Resolver that knows no name.
type noNames struct{}

func (noNames) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// TestClassifySystem has the system end a connection with what no server sends.
func TestClassifySystem(t *testing.T) {
	for _, number := range []syscall.Errno{syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETDOWN} {
		err := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", number)}
		if e := classify(err, "testing"); e.Class != ClassReset || !errors.Is(e, number) {
			t.Errorf("%v: class %s, %v", number, e.Class, e)
		}
	}
}

// TestErrorText is one line that a terminal can show, and says nothing twice.
func TestErrorText(t *testing.T) {
	for url, want := range map[string]string{
		"ftp://\x1b[2Jx":         `ftp://\x1b[2Jx: scheme "ftp" is not http or https`,
		"\x1b\n":                 `\x1b\x0a: no scheme`,
		"http://u:p@x:99999/":    `http://u:xxxxx@x:99999/: port "99999" is not from 1 to 65535`,
		"http://x:1\r\nX: y/":    `http://x:1\x0d\x0aX: y/: port "1X: y" is not a number`,
		"http://a.example\u202e": `http://a.example\u202e: `,
	} {
		_, _, one := get(t, newClient(t, Options{}), url)
		_, two := newSession(t, SessionOptions{}).Get(t.Context(), url)
		_, three := NewSession(SessionOptions{BaseURL: url})
		for _, err := range []error{one, two, three} {
			if err == nil || !strings.HasPrefix(err.Error(), want) || ClassOf(err) != ClassBadURL {
				t.Errorf("%q: %v", url, err)
			}
		}
	}
}
