// Package replay answers requests from WARC files in place of the network, so that a
// crawl can be repeated offline: with another scope, with other steps, again and again.
//
// [Open] the files and use the [Archive] as a [crawl/fetch.Fetcher], with the same layers
// around it as around a client: redirects are followed from one archived answer to the
// next, and content codings are undone. Any WARC file will do, those of wget, Heritrix
// and browsers included; an index (CDXJ) beside a file saves reading it once. It takes
// some 40 bytes of memory a capture, and streams whatever the size of a body.
//
// Of several captures of a URL the latest counts. Revisits bring the payload that they
// refer to, if that is in one of the files. What was cut when it was archived fails as
// it did then, and what is not there fails with [crawl/fetch.ClassNotArchived]. Retry-After
// is left out: there is nobody to be left alone.
package replay
