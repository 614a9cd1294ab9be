package transform

import (
	"github.com/molecule-man/go-brrr"
)

// newBrotli is the step that compresses in Brotli's format (RFC 7932). It takes anything,
// needs 10 to 60 MiB of memory by level, and adds ".br" to the name. Its level is from 0,
// fast, to 11, small and a hundred times slower; 11 when nothing is said, as with the
// brotli program. Levels 10 and 11 use more than one processor a file, which the library
// does by itself.
func newBrotli(arg string) (Step, error) {
	level, err := levelOf(arg, brrr.BestSpeed, brrr.BestCompression, brrr.BestCompression)
	if err != nil {
		return Step{}, err
	}
	return compressor("br", ".br", "", level, func() encoder {
		w, _ := brrr.NewWriter(nil, level) // which is one that there is
		return w
	}), nil
}
