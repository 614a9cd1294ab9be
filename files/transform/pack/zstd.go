package pack

import (
	"crawl/files/transform"

	"github.com/klauspost/compress/zstd"
)

// Zstd is the step that compresses in Zstandard's format (RFC 8878) with a checksum. It
// takes anything, needs 9 to 51 MiB of memory by level, and adds ".zst" to the name. Levels are
// those of the zstd program, 1 to 22 and 3 when nothing is said; there are four of them
// really: 1 to 2, 3 to 5, 6 to 9, 10 to 22. No window is over 8 MiB, so every decoder can
// read the result.
func Zstd(option string) (transform.Step, error) {
	level, err := levelOf(option, 1, 22, 3)
	if err != nil {
		return transform.Step{}, err
	}
	return compressor("zstd", ".zst", "application/zstd", level, 51<<20, pooled(func() encoder {
		w, err := zstd.NewWriter(nil,
			zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)),
			zstd.WithEncoderConcurrency(1),
			zstd.WithZeroFrames(true)) // an empty file would become one that is none of zstd's
		if err != nil {
			panic(err) // these options do go together
		}
		return w
	})), nil
}
