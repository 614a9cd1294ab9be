// Package coding undoes what makes bytes smaller: gzip, deflate, Brotli and Zstandard.
//
// [Open] takes the codings of a body by the names that HTTP has for them, and reads it as
// leniently as HTTP asks for. [Gzip], [Deflate], [Brotli] and [Zstd] each read one format,
// for who has a file of it and wants to know what stands behind the data.
//
// Data that end too early are [io.ErrUnexpectedEOF], what a decoder is not made for is an
// [*UnsupportedError], and all else that is wrong with them is an error of the library's.
// Errors of the source come back too, in whatever wrapping.
//
// Readers hold their decoder until they are closed, which gives it back for the next: to
// make one costs more than a small page. One that is not closed is left to the garbage
// collector. The functions are safe for concurrent use, a reader is not.
//
// Decoders are github.com/klauspost/compress's, which are several times as fast as the
// standard library's, and github.com/molecule-man/go-brrr's for Brotli. Memory is bounded
// whatever comes: 200 KiB for gzip and deflate, and 17 and 20 MiB for the windows of
// Brotli and Zstandard.
package coding

// UnsupportedError says of data that may be well-formed why they are not decoded.
type UnsupportedError struct{ Reason string }

func (e *UnsupportedError) Error() string { return e.Reason }
