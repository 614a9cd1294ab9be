// Package archive holds the step that takes out of a WARC file what was captured:
// warc-extract. Files are read by [crawl/files/warc], of any version and compression, and
// what is packed within by [crawl/files/coding].
package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"crawl/files/transform"
	"crawl/files/warc"
)

// Specs are the steps of this package.
func Specs() transform.Set {
	return transform.Set{
		{Name: "warc-extract", Arg: "[tar|jsonl]", Help: "the pages of a WARC in a tar, or a JSON line each", New: WARCExtract},
	}
}

// WARCExtract is the step that takes out of a WARC file, of any version and
// compression, what was captured. x.warc.gz -> x.tar, or x.jsonl.
//
// A tar, which is what it makes unless told otherwise, has a file for each response with
// a status of 200 to 299 and each resource or conversion, named after its URL as those of
// a crawl are, with the time of the capture. A revisit of what is there under another URL
// is a hard link to that. Of several captures of a URL all are there, and the last is
// what tar leaves. Chunks are put together, and content codings undone; what can't be
// decoded stays as it is.
//
// With jsonl each capture is a line, whatever its status, with these fields as far as
// they are known: url, type, date, status, content_type, ip, digest, truncated, same_as (of
// a revisit), path (its name in a tar), bytes (decoded) and last text, of what is text, in
// UTF-8.
//
// Damage in the file is an error, behind which nothing is taken. It streams, but what is in
// chunks or encoded goes to a temporary file where it is longer than a MiB.
func WARCExtract(option string) (transform.Step, error) {
	form := cmp.Or(strings.TrimSpace(option), "tar")
	extract, contentType := extractTar, "application/x-tar"
	switch form {
	case "tar":
	case "jsonl":
		extract, contentType = extractLines, "application/jsonl"
	default:
		return transform.Step{}, fmt.Errorf("it makes tar or jsonl, not %q", form)
	}
	return transform.Step{
		Name:   "warc-extract=" + form,
		Files:  2,
		Memory: 24 << 20, // a window of Zstandard and that of a page
		Becomes: func(f transform.File) transform.File {
			return transform.File{Name: withoutWARC(f.Name) + "." + form, ContentType: contentType}
		},
		Run: func(ctx context.Context, _ transform.File, in io.Reader, out io.Writer) error {
			p := &payloads{ctx: ctx}
			return errors.Join(extract(p, warc.NewReader(in, warc.ReaderOptions{}), out), p.close())
		},
	}, nil
}

// withoutWARC is a name without what says that it is a WARC.
func withoutWARC(name string) string {
	for _, suffix := range [...]string{".warc.gz", ".warc.zst", ".warc"} {
		if stem, ok := transform.CutExtension(name, suffix); ok {
			return stem
		}
	}
	return name
}
