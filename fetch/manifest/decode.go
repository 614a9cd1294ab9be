package manifest

import (
	"encoding/json"
	"errors"

	"crawl/files/journal/jsonline"
)

var errNoRecord = errors.New("no url or no outcome")

// parseRecord is parseLine of what must be a record.
func parseRecord(text string, l *Line) error {
	if err := parseLine(text, l); err != nil {
		return err
	}
	if l.URL == "" || l.Outcome == "" {
		return errNoRecord
	}
	return nil
}

// parseLine reads one line, without its newline, into l, whose texts then share
// the memory of text. Ten million lines may be read before a run resumes, so lines
// as appendLine mostly writes them take an eighth of the time of encoding/json,
// which reads all others.
func parseLine(text string, l *Line) error {
	if parsePlain(text, l) {
		return nil
	}
	*l = Line{}
	return json.Unmarshal([]byte(text), l)
}

// parsePlain reads a line that has its fields in order and no escapes, spaces or
// redirects. Where it returns true, encoding/json would have read the same.
func parsePlain(text string, l *Line) bool {
	*l = Line{}
	p := jsonline.ReadPlain(text)
	p.Literal("{")
	if p.Has(`"schema":`) {
		p.Int(`"schema":`, &l.Schema)
		p.Literal(",")
	}
	p.Must(p.Text(`"url":"`, &l.URL))
	p.Text(`,"final_url":"`, &l.FinalURL)
	p.Must(p.Text(`,"outcome":"`, (*string)(&l.Outcome)))
	p.Text(`,"reason":"`, &l.Reason)
	p.Text(`,"error_class":"`, &l.ErrorClass)
	p.Int(`,"status":`, &l.Status)
	p.Text(`,"content_type":"`, &l.ContentType)
	p.Int64(`,"bytes":`, &l.Bytes)
	p.Int64(`,"wire_bytes":`, &l.WireBytes)
	p.Text(`,"sha256":"`, &l.SHA256)
	p.Text(`,"path":"`, &l.Path)
	p.Text(`,"steps":"`, &l.Steps)
	parseSection(&p, `,"warc":`, &l.WARC)
	parseSection(&p, `,"jsonl":`, &l.JSONL)
	p.Text(`,"etag":"`, &l.ETag)
	p.Text(`,"last_modified":"`, &l.LastModified)
	p.Text(`,"robots":"`, &l.Robots)
	p.Text(`,"canonical":"`, &l.Canonical)
	p.Int(`,"depth":`, &l.Depth)
	p.Text(`,"parent":"`, &l.Parent)
	p.Int(`,"attempts":`, &l.Attempts)
	p.Time(`,"started":"`, &l.Started)
	p.Float(`,"dns_ms":`, &l.DNS)
	p.Float(`,"connect_ms":`, &l.Connect)
	p.Float(`,"tls_ms":`, &l.TLS)
	p.Float(`,"ttfb_ms":`, &l.TTFB)
	p.Float(`,"total_ms":`, &l.Total)
	p.Text(`,"remote_ip":"`, &l.RemoteIP)
	p.Text(`,"input":"`, &l.Input)
	p.Int64(`,"line":`, &l.Line)
	p.Text(`,"run":"`, &l.Run)
	p.Literal("}")
	return p.Done()
}

func parseSection(p *jsonline.Plain, name string, s *Section) {
	if !p.Has(name) {
		return
	}
	p.Literal(name)
	p.Must(p.Text(`{"path":"`, &s.Path))
	p.Int64(`,"offset":`, &s.Offset)
	p.Int64(`,"length":`, &s.Length)
	p.Text(`,"digest":"`, &s.Digest)
	p.Literal("}")
}
