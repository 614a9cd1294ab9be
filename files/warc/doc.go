// Package warc reads and writes WARC files (ISO 28500), the format in which web archives
// keep what was sent and received: records of versions 0.18 to 1.1, plain, in gzip, one
// member a record, or in Zstandard frames.
//
// To read, call [NewReader] and then [Reader.Next] for each record; [Record.HTTP] splits
// the message that a request or a response holds. It streams, in memory for a few blocks
// whatever the sizes, and goes on behind what is damaged. To write, call [OpenArchive] on
// a folder and [Archive.Append] for the records of each capture; files are begun anew at
// a gigabyte, and a record stands in one whole or not at all. [crawl/files/warc/cdxj] has
// the index by which a URL is found again.
//
// The standard is read as https://iipc.github.io/warc-specifications has it: WARC 1.1
// for the records, and warc-zstd for Zstandard. Segments of one record in several files
// (section 7) are read as records of their own; none are written.
//
// Where practice differs from its letter, practice is followed: what wget, Heritrix and
// warcio write is read, and what pywb and warcio read is written. Digests are sha1 in
// base32 unless something else is asked for, since that is what replay and deduplication
// tools join on.
//
// Compression is github.com/klauspost/compress's, as elsewhere in files.
package warc
