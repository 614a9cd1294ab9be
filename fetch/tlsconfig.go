package fetch

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
)

func (o *Options) tlsConfig() *tls.Config {
	cfg := &tls.Config{
		RootCAs:            o.RootCAs,
		Certificates:       o.ClientCertificates,
		ServerName:         o.ServerName,
		MinVersion:         o.MinVersion,
		InsecureSkipVerify: o.Insecure,
		NextProtos:         []string{"http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(1024),
	}
	if len(o.Fingerprints) > 0 {
		cfg.VerifyConnection = o.checkFingerprint
	}
	return cfg
}

// forProxy is cfg without what is meant for the servers behind the proxy.
func forProxy(cfg *tls.Config) *tls.Config {
	cfg = cfg.Clone()
	cfg.Certificates, cfg.ServerName, cfg.VerifyConnection = nil, "", nil
	return cfg
}

// FingerprintError says that a server has another certificate than those pinned
// in [Options.Fingerprints].
type FingerprintError struct {
	Got [sha256.Size]byte // of the certificate that it showed
}

func (e *FingerprintError) Error() string {
	return "the certificate has another fingerprint: " + hex.EncodeToString(e.Got[:])
}

// checkFingerprint runs on resumed sessions too.
func (o *Options) checkFingerprint(state tls.ConnectionState) error {
	got := sha256.Sum256(state.PeerCertificates[0].Raw)
	if slices.Contains(o.Fingerprints, got) {
		return nil
	}
	return &FingerprintError{Got: got}
}

// ParseFingerprint reads the SHA-256 of a certificate: 64 hexadecimal digits, with
// or without colons, as "openssl x509 -fingerprint -sha256" prints them.
func ParseFingerprint(s string) (sum [sha256.Size]byte, err error) {
	raw, err := hex.DecodeString(strings.ReplaceAll(s, ":", ""))
	if err != nil || len(raw) != len(sum) {
		return sum, fmt.Errorf("fingerprint %q: want the 64 hexadecimal digits of a SHA-256", s)
	}
	return [sha256.Size]byte(raw), nil
}

// LoadCAFile reads the certificates in a PEM file for [Options.RootCAs]. They stand
// in place of those of the system.
func LoadCAFile(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: no certificate in PEM form in it", path)
	}
	return pool, nil
}

// LoadClientCertificate reads a certificate, with the chain below it if need be, and
// its key from PEM files for [Options.ClientCertificates]. Both may be in one file,
// and key "" says so.
func LoadClientCertificate(cert, key string) (tls.Certificate, error) {
	if key == "" {
		key = cert
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return pair, fmt.Errorf("client certificate %s: %w", cert, err)
	}
	return pair, nil
}

// The alerts of RFC 8446 section 6 for which there are plainer words.
var alerts = map[tls.AlertError]string{
	40:  "the server refuses our TLS versions and ciphers, or wants a client certificate",
	70:  "the server wants another version of TLS",
	71:  "the server wants stronger TLS ciphers than we have",
	42:  "the server refuses our client certificate",
	43:  "the server refuses our client certificate",
	44:  "the server refuses our client certificate",
	45:  "the server refuses our client certificate: it has expired",
	46:  "the server refuses our client certificate",
	48:  "the server refuses our client certificate: it knows no such authority",
	112: "the server does not know the host by that name",
	116: "the server wants a client certificate",
	120: "the server does not speak HTTP/1.1 over TLS",
}

// alertReasons are alerts by their texts.
var alertReasons = func() map[string]string {
	reasons := make(map[string]string, len(alerts))
	for alert, reason := range alerts {
		reasons[alert.Error()] = reason
	}
	return reasons
}()

// alertIn returns the text of the alert that err is about, or "". crypto/tls hands
// out those of the other side as a type of its own, which only QUIC's
// [tls.AlertError] has a name for.
func alertIn(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" {
		return op.Err.Error()
	}
	return ""
}

// handshakeError is an error of a TLS handshake.
type handshakeError struct{ error }

func (e *handshakeError) Unwrap() error { return e.error }

func explainTLS(err error) *Error {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		notTLS   tls.RecordHeaderError
		pin      *FingerprintError
	)
	because := func(reason string) *Error { return fault(ClassTLS, err, "%s", reason) }
	switch {
	case errors.As(err, &pin):
		return because("the certificate has another fingerprint")
	case errors.As(err, &unknown):
		return because("the certificate is signed by an unknown authority")
	case errors.As(err, &hostname):
		return because("the certificate is for another host")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return because("the certificate has expired or is not yet valid")
	case errors.As(err, &notTLS):
		return because("the server does not speak TLS")
	case alertReasons[alertIn(err)] != "":
		return because(alertReasons[alertIn(err)])
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return because("the server ended the TLS handshake")
	case strings.Contains(err.Error(), "unsupported protocol version"): // crypto/tls has no type for it
		return because("the server speaks only versions of TLS that are not safe any more")
	}
	if hs, ok := errors.AsType[*handshakeError](err); ok {
		err = hs.error
	}
	return because("TLS: " + strings.TrimPrefix(cause(err), "tls: "))
}
