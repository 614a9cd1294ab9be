// Package sum holds the steps that change nothing and sum up what passes: sha256, blake3
// and xxh3. They stand at the end of a chain, or are all of it; [transform.Chain.Run]
// returns what they found.
//
// The sums are those of sha256sum, b3sum and xxhsum -H2, and so are the lines that list
// them. BLAKE3 and XXH3 are from github.com/zeebo/blake3 and github.com/zeebo/xxh3, which
// use what the processor has for them.
package sum

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"

	"crawl/files/transform"

	"github.com/zeebo/blake3"
	"github.com/zeebo/xxh3"
)

// Specs are the steps of this package.
func Specs() transform.Set {
	return transform.Set{
		{Name: "sha256", Help: "list checksums in SHA256SUMS, as sha256sum does", New: transform.Plain(SHA256)},
		{Name: "blake3", Help: "list checksums in B3SUMS, as b3sum does", New: transform.Plain(BLAKE3)},
		{Name: "xxh3", Help: "list checksums in XXH128SUMS, as xxhsum -H2 does", New: transform.Plain(XXH3)},
	}
}

// SHA256 is the checksum that sha256sum knows (FIPS 180-4).
func SHA256() transform.Step {
	return checksum("sha256", "SHA256SUMS", sha256.New, escaping{"\\\n\r", backslashed})
}

// BLAKE3 is the checksum that b3sum knows, of 256 bits.
func BLAKE3() transform.Step {
	return checksum("blake3", "B3SUMS", func() hash.Hash { return blake3.New() }, escaping{"\\\n", backslashedB3})
}

// XXH3 is XXH3 of 128 bits, as xxhsum -H2 has it: the fastest, against accidents and not
// against people.
func XXH3() transform.Step {
	return checksum("xxh3", "XXH128SUMS", func() hash.Hash { return xxh3.New128() }, escaping{"\n", backslashed})
}

func checksum(algorithm, file string, make func() hash.Hash, names escaping) transform.Step {
	return transform.Step{
		Name: algorithm,
		Sum:  &transform.Checksum{Algorithm: algorithm, File: file, New: make, AppendLine: names.appendLine},
	}
}

// escaping is how names are escaped that have one of some bytes.
type escaping struct {
	bytes string // that no line of the file can have in a name
	with  *strings.Replacer
}

// Since its release 1.5 b3sum escapes carriage returns too, and takes names without; those
// before know no such escape.
var (
	backslashed   = strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\r", "\\r")
	backslashedB3 = strings.NewReplacer("\\", "\\\\", "\n", "\\n")
)

// appendLine appends the line of a file, as sha256sum, b3sum and xxhsum -H2 write it and
// take it with -c: sum in hexadecimal, two spaces, and the name.
//
// Where a name has a line end or a backslash within, it is escaped and the line begins with
// a backslash. Programs differ in that by release: what is written here is what the older
// take, and so the newer; only a line feed in a name needs xxhsum 0.8.2. Names that are no
// UTF-8 stay as they are, which b3sum refuses.
func (e escaping) appendLine(line, sum []byte, name string) []byte {
	if strings.ContainsAny(name, e.bytes) {
		line, name = append(line, '\\'), e.with.Replace(name)
	}
	line = hex.AppendEncode(line, sum)
	line = append(line, "  "...)
	line = append(line, name...)
	return append(line, '\n')
}
