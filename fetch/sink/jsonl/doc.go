// Package jsonl keeps pages as data: below DIR/jsonl, one JSON object a line with the
// URL, the title, the text in UTF-8 and the links of each. DuckDB, pandas and jq read it
// as it is.
//
// [Open] a [Sink] in the folder of a crawl, tell it by [Options.Known] what its
// manifest knows, give each answer to [Sink.Put], and Close it at the end. [Page] says
// what is in a line; the first of each file carries the version of that as "schema".
// Files are begun anew at a gigabyte. A line counts once a manifest names it. What stands
// behind the last that does is cut off at the next start, and a line between others that
// none does, left by a run that broke off, becomes blank.
//
// The text of HTML is that of its main part, as crawl transform's step text finds it;
// what is of type text/*, JSON or XML is its text itself, and other bodies have none. At
// most [MaxText] bytes of a body are looked at. Bodies wait for their turn to be held in
// memory beyond 256 KiB, 16 at a time, and HTML is taken apart on as many cores as there
// are; a tree of it takes some ten times its size.
package jsonl
