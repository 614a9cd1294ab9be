// Package pack holds the steps that make files smaller and undo that: gzip, zstd and
// Brotli. Each takes one pass and a bounded memory, whatever comes; what undoes one tells
// files that were cut from those that are damaged, and takes all that the format's own
// program makes with its usual options.
//
// The compressed file is the same on every machine and at every time. Decoders are those
// of [crawl/files/coding]; encoders are github.com/klauspost/compress's, several times as
// fast as the standard library, and github.com/molecule-man/go-brrr's. They are kept for
// the next file, since making one costs more than a small file.
package pack

import "crawl/files/transform"

// Specs are the steps of this package.
func Specs() transform.Set {
	return transform.Set{
		{Name: "gzip", Arg: "[1-9]", Help: "compress to .gz; 6 is the default", New: Gzip},
		{Name: "gunzip", Help: "undo gzip", New: transform.Plain(Gunzip)},
		{Name: "zstd", Arg: "[1-22]", Help: "compress to .zst; 3 is the default", New: Zstd},
		{Name: "unzstd", Help: "undo zstd", New: transform.Plain(Unzstd)},
		{Name: "br", Arg: "[0-11]", Help: "compress to .br; 11 is the default", New: Brotli},
		{Name: "unbr", Help: "undo br", New: transform.Plain(Unbrotli)},
	}
}
