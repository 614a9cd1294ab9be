package transform

import (
	"archive/tar"
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"crawl/files/journal/jsonline"
	"crawl/files/mediatype"
	"crawl/files/urlname"
	"crawl/files/warc"

	"github.com/zeebo/xxh3"
)

// newWARCExtract is the step that takes out of a WARC file, of any version and
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
func newWARCExtract(arg string) (Step, error) {
	form := cmp.Or(strings.TrimSpace(arg), "tar")
	extract, contentType := extractTar, "application/x-tar"
	switch form {
	case "tar":
	case "jsonl":
		extract, contentType = extractLines, "application/jsonl"
	default:
		return Step{}, fmt.Errorf("it makes tar or jsonl, not %q", form)
	}
	return Step{
		Name:   "warc-extract=" + form,
		Files:  2,
		Memory: 24 << 20, // a window of Zstandard and that of a page
		Becomes: func(f File) File {
			return File{Name: withoutWARC(f.Name) + "." + form, ContentType: contentType}
		},
		Run: func(ctx context.Context, _ File, in io.Reader, out io.Writer) error {
			p := &payloads{ctx: ctx}
			return errors.Join(extract(p, warc.NewReader(in, warc.ReaderOptions{}), out), p.close())
		},
	}, nil
}

// withoutWARC is a name without what says that it is a WARC.
func withoutWARC(name string) string {
	for _, suffix := range [...]string{".warc.gz", ".warc.zst", ".warc"} {
		if stem, ok := cutSuffixFold(name, suffix); ok {
			return stem
		}
	}
	return name
}

// capture is a record that has something to take out.
type capture struct {
	*warc.Record
	message *warc.Message // nil where it holds none
}

// status is 0 where there is none.
func (c capture) status() int {
	if c.message == nil {
		return 0
	}
	return c.message.Status
}

// contentType is that of the payload.
func (c capture) contentType() string {
	if c.message == nil {
		return c.ContentType
	}
	return c.message.Header.Get("Content-Type")
}

// captures calls do with each capture. A response that should be HTTP and is none is
// no capture.
func captures(ctx context.Context, r *warc.Reader, do func(capture) error) error {
	for {
		rec, err := r.Next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return damagedWARC(err)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		c := capture{Record: rec}
		switch rec.Type {
		case warc.Response, warc.Revisit:
			if mediaType, _ := mediatype.Parse(rec.ContentType); strings.HasSuffix(mediaType, "/http") {
				c.message, err = rec.HTTP()
			}
		case warc.Resource, warc.Conversion:
		default:
			continue
		}
		if errors.Is(err, warc.ErrNoHTTP) || rec.TargetURI == "" {
			continue
		}
		if err == nil {
			err = do(c)
		}
		if err != nil {
			return damagedWARC(err)
		}
	}
}

// damagedWARC says of damage what a step says; other errors are as they were.
func damagedWARC(err error) error {
	damage, ok := errors.AsType[*warc.Error](err)
	if !ok {
		return err
	}
	kind := Corrupt
	switch damage.Kind {
	case warc.Cut:
		kind = Truncated
	case warc.Unsupported:
		kind = Unsupported
	}
	return &Error{Kind: kind, Err: damage}
}

func extractTar(p *payloads, r *warc.Reader, out io.Writer) error {
	w := tar.NewWriter(out)
	there := make(map[uint64]struct{}) // hashes of names
	err := captures(p.ctx, r, func(c capture) error {
		name := urlname.Of(c.TargetURI)
		if c.Type == warc.Revisit {
			original := urlname.Of(c.RefersToTargetURI)
			if _, ok := there[xxh3.HashString(original)]; !ok || original == name {
				return nil
			}
			there[xxh3.HashString(name)] = struct{}{}
			return w.WriteHeader(&tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: original, Mode: 0o644, ModTime: second(c.Date)})
		}
		if s := c.status(); s != 0 && (s < 200 || s > 299) {
			return nil
		}
		payload, size, err := p.of(c)
		if err != nil {
			return err
		}
		there[xxh3.HashString(name)] = struct{}{}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: second(c.Date)}); err != nil {
			return err
		}
		return stream(w, payload)
	})
	if err != nil {
		return err
	}
	return w.Close()
}

// second is a time that every tar can have.
func second(t time.Time) time.Time {
	if t.Unix() < 0 { // the zero time, too
		return time.Unix(0, 0)
	}
	return t.Truncate(time.Second)
}

func extractLines(p *payloads, r *warc.Reader, out io.Writer) error {
	lines := bufio.NewWriterSize(out, blockSize)
	var b []byte
	err := captures(p.ctx, r, func(c capture) error {
		b = jsonline.AppendString(append(b[:0], `{"url":`...), c.TargetURI)
		b = jsonline.AppendText(b, `,"type":`, string(c.Type))
		b = jsonline.AppendTime(b, `,"date":`, c.Date)
		b = jsonline.AppendCount(b, `,"status":`, int64(c.status()))
		b = jsonline.AppendText(b, `,"content_type":`, c.contentType())
		b = jsonline.AppendText(b, `,"ip":`, c.IPAddress)
		b = jsonline.AppendText(b, `,"digest":`, string(c.PayloadDigest))
		b = jsonline.AppendText(b, `,"truncated":`, string(c.Truncated))
		if c.Type == warc.Revisit {
			b = jsonline.AppendText(b, `,"same_as":`, c.RefersToTargetURI)
			_, err := lines.Write(append(b, "}\n"...))
			return err
		}
		payload, size, err := p.of(c)
		if err != nil {
			return err
		}
		b = jsonline.AppendText(b, `,"path":`, urlname.Of(c.TargetURI))
		b = jsonline.AppendCount(b, `,"bytes":`, size)
		if size > 0 && isText(c.contentType()) && !p.undecoded {
			b = append(b, `,"text":`...)
			if _, err := lines.Write(b); err != nil {
				return err
			}
			if err := writeJSONText(lines, payload, c.contentType()); err != nil {
				return err
			}
			b = b[:0]
		}
		_, err = lines.Write(append(b, "}\n"...))
		return err
	})
	if err != nil {
		return err
	}
	return lines.Flush()
}

// isText reports whether people read what is of that type, or programs as text.
func isText(contentType string) bool {
	t, _ := mediatype.Parse(contentType)
	switch t {
	case "application/json", "application/javascript", "application/xml", "application/x-javascript", "application/ecmascript":
		return true
	}
	return strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "+xml") || strings.HasSuffix(t, "+json")
}
