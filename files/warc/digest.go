package warc

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/hex"
	"hash"
	"strings"
)

// Digest is a labelled digest as a header has it: "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ".
type Digest string

// Algorithm makes digests.
type Algorithm string

// The algorithms that are checked; others are passed over. SHA1 and SHA256 can be
// written.
const (
	SHA1   Algorithm = "sha1" // in base32
	SHA256 Algorithm = "sha256"
	SHA512 Algorithm = "sha512"
	MD5    Algorithm = "md5"
)

// Sum labels the digest of an algorithm: sha1 in base32, others in hexadecimal.
func Sum(a Algorithm, sum []byte) Digest {
	if a == SHA1 {
		return Digest(string(a) + ":" + base32.StdEncoding.EncodeToString(sum))
	}
	return Digest(string(a) + ":" + hex.EncodeToString(sum))
}

// Equal reports whether two digests of one algorithm are the same, however they are
// spelt. Digests that can't be read are equal to none.
func (d Digest) Equal(e Digest) bool {
	a, sum, ok := d.parse()
	b, other, also := e.parse()
	return ok && also && a == b && bytes.Equal(sum, other)
}

// parse reads a digest in hexadecimal or base32, which its length tells apart.
func (d Digest) parse() (a Algorithm, sum []byte, ok bool) {
	label, text, _ := strings.Cut(string(d), ":")
	a = Algorithm(strings.ReplaceAll(strings.ToLower(label), "-", ""))
	h := a.hash()
	if h == nil {
		return "", nil, false
	}
	if len(text) == hex.EncodedLen(h.Size()) {
		sum, err := hex.DecodeString(text)
		return a, sum, err == nil
	}
	text = strings.ToUpper(strings.TrimRight(text, "="))
	sum, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	return a, sum, err == nil && len(sum) == h.Size()
}

// hash makes the algorithm's; nil for one that isn't known.
func (a Algorithm) hash() hash.Hash {
	switch a {
	case SHA1:
		return sha1.New()
	case SHA256:
		return sha256.New()
	case SHA512:
		return sha512.New()
	case MD5:
		return md5.New()
	}
	return nil
}
