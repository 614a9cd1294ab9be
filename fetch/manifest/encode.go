package manifest

import (
	"strconv"

	"crawl/files/journal/jsonline"
)

// appendLine appends l, with that schema, as one JSON object and a newline.
func appendLine(b []byte, l *Line, schema int) []byte {
	b = append(b, '{')
	if schema != 0 {
		b = append(strconv.AppendInt(append(b, `"schema":`...), int64(schema), 10), ',')
	}
	b = jsonline.AppendString(append(b, `"url":`...), l.URL)
	b = jsonline.AppendText(b, `,"final_url":`, l.FinalURL)
	b = jsonline.AppendString(append(b, `,"outcome":`...), string(l.Outcome))
	b = jsonline.AppendText(b, `,"reason":`, l.Reason)
	b = jsonline.AppendText(b, `,"error_class":`, l.ErrorClass)
	b = jsonline.AppendCount(b, `,"status":`, int64(l.Status))
	b = jsonline.AppendText(b, `,"content_type":`, l.ContentType)
	b = strconv.AppendInt(append(b, `,"bytes":`...), l.Bytes, 10)
	b = strconv.AppendInt(append(b, `,"wire_bytes":`...), l.WireBytes, 10)
	b = jsonline.AppendText(b, `,"sha256":`, l.SHA256)
	b = jsonline.AppendText(b, `,"path":`, l.Path)
	b = jsonline.AppendText(b, `,"steps":`, l.Steps)
	b = appendSection(b, `,"warc":`, &l.WARC)
	b = appendSection(b, `,"jsonl":`, &l.JSONL)
	b = jsonline.AppendText(b, `,"etag":`, l.ETag)
	b = jsonline.AppendText(b, `,"last_modified":`, l.LastModified)
	b = jsonline.AppendText(b, `,"robots":`, l.Robots)
	b = jsonline.AppendText(b, `,"canonical":`, l.Canonical)
	b = strconv.AppendInt(append(b, `,"depth":`...), int64(l.Depth), 10)
	b = jsonline.AppendText(b, `,"parent":`, l.Parent)
	b = jsonline.AppendCount(b, `,"attempts":`, int64(l.Attempts))
	b = jsonline.AppendTime(b, `,"started":`, l.Started)
	b = jsonline.AppendFloat(append(b, `,"dns_ms":`...), l.DNS)
	b = jsonline.AppendFloat(append(b, `,"connect_ms":`...), l.Connect)
	b = jsonline.AppendFloat(append(b, `,"tls_ms":`...), l.TLS)
	b = jsonline.AppendFloat(append(b, `,"ttfb_ms":`...), l.TTFB)
	b = jsonline.AppendFloat(append(b, `,"total_ms":`...), l.Total)
	b = jsonline.AppendText(b, `,"remote_ip":`, l.RemoteIP)
	if len(l.Redirects) > 0 {
		b = appendRedirects(append(b, `,"redirects":`...), l.Redirects)
	}
	b = jsonline.AppendText(b, `,"input":`, l.Input)
	b = jsonline.AppendCount(b, `,"line":`, l.Line)
	b = jsonline.AppendText(b, `,"run":`, l.Run)
	return append(b, "}\n"...)
}

// shorten returns l without what can make it longer than a line may be. Escapes
// take six bytes for one, but a canonical URL has none.
func shorten(l *Line) *Line {
	s := *l
	s.Redirects = nil
	s.ETag, s.LastModified = "", "" // worth nothing unless they are whole
	s.URL = s.URL[:min(len(s.URL), 128<<10)]
	for _, text := range []*string{&s.FinalURL, (*string)(&s.Outcome), &s.Reason, &s.ErrorClass, &s.ContentType,
		&s.SHA256, &s.Path, &s.Steps, &s.Robots, &s.Canonical, &s.Parent, &s.RemoteIP, &s.Input, &s.Run} {
		*text = (*text)[:min(len(*text), 3<<10)]
	}
	return &s
}

func appendSection(b []byte, name string, s *Section) []byte {
	if s.Path == "" {
		return b
	}
	b = jsonline.AppendString(append(append(b, name...), `{"path":`...), s.Path)
	b = strconv.AppendInt(append(b, `,"offset":`...), s.Offset, 10)
	b = strconv.AppendInt(append(b, `,"length":`...), s.Length, 10)
	return append(jsonline.AppendString(append(b, `,"digest":`...), s.Digest), '}')
}

func appendRedirects(b []byte, hops []Redirect) []byte {
	b = append(b, '[')
	for i, hop := range hops {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"status":`...), int64(hop.Status), 10)
		b = append(jsonline.AppendString(append(b, `,"url":`...), hop.URL), '}')
	}
	return append(b, ']')
}
