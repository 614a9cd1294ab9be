// Package transform holds the steps of crawl transform: what can be done to the
// bytes of a file while they pass.
//
// Start with [Parse], which makes a [Chain] of a text such as "gunzip,zstd=9", and
// call [Chain.Run] for each file. Steps stream: a chain takes one pass, makes no
// temporary file, and needs memory for a few blocks whatever the file's size, unless
// a step's doc says otherwise. A Chain is safe for concurrent use.
//
// Each step is one file of this package, with a row in [Specs]. The package opens no
// files and prints nothing, but for the temporary files of lines=sort, warc-extract and
// their kin; [crawl/files/batch] does the one, the command the other.
//
// Foreign formats are left to libraries: github.com/klauspost/compress for gzip and zstd,
// which is several times as fast as the standard library, github.com/molecule-man/go-brrr
// for Brotli, github.com/zeebo/blake3 and github.com/zeebo/xxh3 for their sums. Encoders
// and decoders are kept for the next file, since making one costs more than a small file.
package transform
