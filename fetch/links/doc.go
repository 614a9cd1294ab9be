// Package links finds the links of what was fetched: of HTML and XHTML pages, style
// sheets, sitemaps, feeds, and of Link fields. Begin with [Tee], which reads along
// while somebody else stores a body, or with [Find], which reads one itself; [Header]
// is for the fields of the answer.
//
//	body ─► Tee ─► sink
//	         └───► pipe ─► charset ─► tokenizer ─► Found
//
// What a body is follows from its Content-Type, and from its first bytes where that
// is missing or known to be wrong: see [Format]. It is read as a stream, in the
// charset that it is in (package charset), and taken apart by package markup, which
// hears what browsers hear in broken markup. There is no document tree: memory is for the
// links that are kept, at most [Options.Max], and for one token, at most 1 MiB. Behind a tag
// that is longer, reading goes on.
//
// Links are absolute, in the canonical form of package urls, each once. What is no
// http or https URL is left out, and so are links of a page to itself. Nothing is
// looked up, and no script is run. Whether to follow a link is for others to say:
// packages scope and robots; that a sitemap names pages of other hosts, too.
package links
