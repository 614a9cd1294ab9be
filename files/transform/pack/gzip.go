package pack

import (
	"crawl/files/transform"

	"github.com/klauspost/compress/gzip"
)

// Gzip is the step that compresses in gzip's format (RFC 1952), without name or time
// in the header, so that equal files stay equal. It takes anything, needs about 1 MiB of
// memory, and adds ".gz" to the name. Its level is from 1, fast, to 9, small; 6 when
// nothing is said.
func Gzip(option string) (transform.Step, error) {
	level, err := levelOf(option, gzip.BestSpeed, gzip.BestCompression, 6)
	if err != nil {
		return transform.Step{}, err
	}
	return compressor("gzip", ".gz", "application/gzip", level, 1<<20, pooled(func() encoder {
		w, _ := gzip.NewWriterLevel(nil, level) // which is one that there is
		return w
	})), nil
}
