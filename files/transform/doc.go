// Package transform carries the bytes of a file through steps: what crawl transform does
// to each file, and --transform to each body on its way to the disk.
//
// A [Step] takes bytes and makes others, and a [Chain] is some of them one behind the
// other. Start with [crawl/files/transform/steps], which makes a Chain of a text such as
// "gunzip,zstd=9", or put steps together with [New]; then call [Chain.Run] for each file.
// Steps stream: a chain takes one pass, makes no temporary file, and needs memory for a few
// blocks whatever the file's size, unless a step's doc says otherwise. A Chain is safe for
// concurrent use.
//
// What steps there are is told by the packages below this one, each of which has a
// subject and the [Spec] of each of its steps:
//
//	pack       gzip, zstd and Brotli, there and back
//	plaintext  charsets, lines, and replacing
//	page       HTML as Markdown, as text, and its links
//	jsonform   JSON in other forms, from and to CSV
//	picture    size and format
//	archive    what is in a WARC
//	program    any program as a filter
//	sum        checksums, which change nothing
//
// They import this package, and steps imports them; none imports another. Make your own
// step the same way: a [Spec] appended to a [Set], or a [Step] given to New.
//
// No step opens files or prints, but for the temporary files of lines=sort, warc-extract
// and their kin; [crawl/files/batch] does the one, the command the other.
package transform
