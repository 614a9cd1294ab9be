package pack

import (
	"context"
	"io"

	"crawl/files/coding"
	"crawl/files/transform"
)

// Unzstd is the step that undoes [Zstd], and every other file of Zstandard frames,
// skippable ones among them, that was not made with a window of more than 8 MiB (zstd
// --ultra and --long do that) or with a dictionary: those are [transform.Unsupported]. An
// empty file is an error. It needs up to 20 MiB of memory whatever comes. A name loses
// ".zst".
func Unzstd() transform.Step {
	return transform.Step{
		Name:    "unzstd",
		Memory:  20 << 20,
		Becomes: unpacked(".zst", "application/zstd"),
		Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
			return decode(coding.Zstd, in, out, nil)
		},
	}
}
