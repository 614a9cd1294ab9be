package fetchtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// What a port may show for a certificate.
const (
	goodCert       = "good"
	expiredCert    = "expired"
	earlyCert      = "not yet valid"
	wrongHostCert  = "wrong host"
	selfSignedCert = "self-signed"
	unknownCert    = "unknown authority"
	tls10Cert      = "TLS 1.0"
	tls11Cert      = "TLS 1.1"
	clientCert     = "asks for a client certificate"
)

// authority signs the certificates of a hostile lab. It lives in memory only.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey // of all certificates
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := &authority{key: key}
	ca.cert, err = ca.issue(&x509.Certificate{
		Subject:               pkix.Name{CommonName: "hostile lab"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}, nil)
	return ca, err
}

// issue has template signed by parent, or by itself when that is nil.
func (ca *authority) issue(template, parent *x509.Certificate) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	if template.NotBefore.IsZero() {
		template.NotBefore = time.Now().Add(-time.Hour)
	}
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(24 * time.Hour)
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, ca.key.Public(), ca.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// config is how a port with that certificate speaks TLS.
func (ca *authority) config(cert string) (*tls.Config, error) {
	signer, key := ca.cert, ca.key
	leaf := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "127.0.0.1"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:    []string{"localhost"},
	}
	cfg := &tls.Config{}
	switch cert {
	case expiredCert:
		leaf.NotAfter = time.Now().Add(-time.Minute)
	case earlyCert:
		leaf.NotBefore = time.Now().Add(time.Hour)
	case wrongHostCert:
		leaf.IPAddresses, leaf.DNSNames = nil, []string{"elsewhere.example"}
	case selfSignedCert:
		signer = nil
	case unknownCert:
		other, err := newAuthority()
		if err != nil {
			return nil, err
		}
		ca, signer, key = other, other.cert, other.key
	case tls10Cert:
		cfg.MinVersion, cfg.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
	case tls11Cert:
		cfg.MinVersion, cfg.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	case clientCert:
		cfg.ClientAuth = tls.RequireAnyClientCert
	}
	signed, err := ca.issue(leaf, signer)
	if err != nil {
		return nil, fmt.Errorf("certificate that is %s: %w", cert, err)
	}
	cfg.Certificates = []tls.Certificate{{Certificate: [][]byte{signed.Raw}, PrivateKey: key}}
	return cfg, nil
}

// CA returns the authority that signs the good certificates, as PEM.
func (h *Hostile) CA() []byte {
	var b bytes.Buffer
	_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: h.ca.cert.Raw}) // memory takes all
	return b.Bytes()
}
