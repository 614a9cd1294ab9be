// Package fields reads the values of header fields that have a grammar of their
// own: [ContentDisposition] for the name under which a server wants its answer kept,
// and [Links] for the Link field. Content-Type is read by [crawl/files/mediatype].
//
// Every function takes what servers really send: what the grammar allows is read as
// its standard says, and what browsers and curl let pass is let pass. Nothing
// panics, nothing resolves URLs, and nothing here fetches. A value comes as the
// bytes that stood on the wire. All functions are safe for concurrent use.
package fields
