package batch

import (
	"encoding/hex"
	"io"

	"github.com/zeebo/xxh3"
)

// hashing sums up what is read of a large file.
type hashing struct {
	from io.Reader
	hash xxh3.Hasher
	size int64
}

func (h *hashing) Read(p []byte) (int, error) {
	n, err := h.from.Read(p)
	h.size += int64(n)
	_, _ = h.hash.Write(p[:n]) // never fails
	return n, err
}

// describe notes what was read in a record.
func (h *hashing) describe(line *Line) {
	sum := h.hash.Sum128().Bytes()
	line.InputBytes, line.InputXXH3 = h.size, hex.EncodeToString(sum[:])
}
