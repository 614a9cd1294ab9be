package transform

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/zeebo/blake3"
	"github.com/zeebo/xxh3"
)

// newSHA256 is the checksum that sha256sum knows (FIPS 180-4).
func newSHA256(string) (Step, error) {
	return checksum(Checksum{"sha256", "SHA256SUMS", sha256.New, "\\\n\r", backslashed}), nil
}

// newBLAKE3 is the checksum that b3sum knows, of 256 bits. It is from
// github.com/zeebo/blake3, which uses what the processor has for it.
func newBLAKE3(string) (Step, error) {
	return checksum(Checksum{"blake3", "B3SUMS", func() hash.Hash { return blake3.New() }, "\\\n", backslashedB3}), nil
}

// newXXH3 is XXH3 of 128 bits, as xxhsum -H2 has it: the fastest, against accidents and
// not against people.
func newXXH3(string) (Step, error) {
	return checksum(Checksum{"xxh3", "XXH128SUMS", func() hash.Hash { return xxh3.New128() }, "\n", backslashed}), nil
}

func checksum(sum Checksum) Step { return Step{Name: sum.Algorithm, Sum: &sum} }

// Since its release 1.5 b3sum escapes carriage returns too, and takes names without; those
// before know no such escape.
var (
	backslashed   = strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\r", "\\r")
	backslashedB3 = strings.NewReplacer("\\", "\\\\", "\n", "\\n")
)

// AppendLine appends the line of a file to those of c.File, as sha256sum, b3sum and xxhsum
// -H2 write it and take it with -c: sum in hexadecimal, two spaces, and the name.
//
// Where a name has a line end or a backslash within, it is escaped and the line begins with
// a backslash. Programs differ in that by release: what is written here is what the older
// take, and so the newer; only a line feed in a name needs xxhsum 0.8.2. Names that are no
// UTF-8 stay as they are, which b3sum refuses.
func (c *Checksum) AppendLine(line, sum []byte, name string) []byte {
	if strings.ContainsAny(name, c.escaped) {
		line, name = append(line, '\\'), c.escapes.Replace(name)
	}
	line = hex.AppendEncode(line, sum)
	line = append(line, "  "...)
	line = append(line, name...)
	return append(line, '\n')
}
