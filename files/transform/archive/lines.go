package archive

import (
	"bufio"
	"io"
	"strings"

	"crawl/files/journal/jsonline"
	"crawl/files/mediatype"
	"crawl/files/transform"
	"crawl/files/urlname"
	"crawl/files/warc"
)

func extractLines(p *payloads, r *warc.Reader, out io.Writer) error {
	lines := bufio.NewWriterSize(out, transform.BlockSize)
	text := newJSONText()
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
			if err := text.write(lines, payload, c.contentType()); err != nil {
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
