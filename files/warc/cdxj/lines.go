package cdxj

import (
	"errors"
	"io"
	"iter"
	"strings"

	"crawl/files/warc"
)

// Lines yields the index lines of what r reads: of responses, revisits, resources and
// conversions that have a URL. Damage is yielded as an error, and the lines of what
// follows after it; an error that is no [*warc.Error] is the last.
func Lines(r *warc.Reader, filename string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		for {
			rec, err := r.Next()
			if err == io.EOF {
				return
			}
			l := Line{Filename: filename}
			if err == nil {
				if !indexed(rec) {
					continue
				}
				err = l.fill(rec)
			}
			if err != nil {
				l = Line{}
			}
			damage, damaged := errors.AsType[*warc.Error](err)
			if !yield(l, err) || err != nil && (!damaged || damage.Kind == warc.Unsupported) {
				return
			}
		}
	}
}

func indexed(rec *warc.Record) bool {
	if rec.TargetURI == "" {
		return false
	}
	switch rec.Type {
	case warc.Response, warc.Revisit, warc.Resource, warc.Conversion:
		return true
	}
	return false
}

// fill fills in what the record says.
func (l *Line) fill(rec *warc.Record) error {
	l.Key, l.Time, l.URL, l.Offset = SURT(rec.TargetURI), rec.Date, rec.TargetURI, rec.Offset
	digest := rec.PayloadDigest
	if digest == "" && rec.Type == warc.Resource {
		digest = rec.BlockDigest // its payload is all of it
	}
	l.Digest = strings.TrimPrefix(string(digest), string(warc.SHA1)+":")
	l.MIME = bare(rec.ContentType)
	if strings.HasSuffix(l.MIME, "/http") {
		l.MIME = ""
		m, err := rec.HTTP()
		if err == nil {
			l.Status, l.MIME = m.Status, bare(m.Header.Get("Content-Type"))
		} else if !errors.Is(err, warc.ErrNoHTTP) {
			return err
		}
	}
	if rec.Type == warc.Revisit {
		l.MIME = "warc/revisit"
	}
	length, err := rec.Length()
	l.Length = max(length, 0)
	return err
}

// bare is a media type without its parameters.
func bare(mediaType string) string {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}
