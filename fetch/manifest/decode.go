package manifest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

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
	p := plain{rest: text}
	p.literal("{")
	if strings.HasPrefix(p.rest, `"schema":`) {
		p.number(`"schema":`, &l.Schema)
		p.literal(",")
	}
	p.must(p.text(`"url":"`, &l.URL))
	p.text(`,"final_url":"`, &l.FinalURL)
	p.must(p.text(`,"outcome":"`, (*string)(&l.Outcome)))
	p.text(`,"reason":"`, &l.Reason)
	p.text(`,"error_class":"`, &l.ErrorClass)
	p.number(`,"status":`, &l.Status)
	p.text(`,"content_type":"`, &l.ContentType)
	p.long(`,"bytes":`, &l.Bytes)
	p.long(`,"wire_bytes":`, &l.WireBytes)
	p.text(`,"sha256":"`, &l.SHA256)
	p.text(`,"path":"`, &l.Path)
	p.text(`,"etag":"`, &l.ETag)
	p.text(`,"last_modified":"`, &l.LastModified)
	p.number(`,"depth":`, &l.Depth)
	p.text(`,"parent":"`, &l.Parent)
	p.number(`,"attempts":`, &l.Attempts)
	p.time(`,"started":"`, &l.Started)
	p.float(`,"dns_ms":`, &l.DNS)
	p.float(`,"connect_ms":`, &l.Connect)
	p.float(`,"tls_ms":`, &l.TLS)
	p.float(`,"ttfb_ms":`, &l.TTFB)
	p.float(`,"total_ms":`, &l.Total)
	p.text(`,"remote_ip":"`, &l.RemoteIP)
	p.text(`,"input":"`, &l.Input)
	p.long(`,"line":`, &l.Line)
	p.text(`,"run":"`, &l.Run)
	p.literal("}")
	return !p.failed && p.rest == ""
}

// plain walks over a line; after a surprise it only remembers that there was one.
type plain struct {
	rest   string
	failed bool
}

func (p *plain) must(ok bool) { p.failed = p.failed || !ok }

func (p *plain) literal(s string) {
	rest, ok := strings.CutPrefix(p.rest, s)
	p.rest = rest
	p.must(ok)
}

// text reads an optional field; name ends in the opening quote.
func (p *plain) text(name string, to *string) bool {
	value, ok := strings.CutPrefix(p.rest, name)
	if !ok {
		return false
	}
	end := strings.IndexByte(value, '"')
	if end < 0 || !isPlainText(value[:end]) {
		p.failed = true
		return false
	}
	*to, p.rest = value[:end], value[end+1:]
	return true
}

func isPlainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// token reads an optional number.
func (p *plain) token(name string) (string, bool) {
	value, ok := strings.CutPrefix(p.rest, name)
	if !ok {
		return "", false
	}
	end := 0
	for end < len(value) && (value[end] == '.' || '0' <= value[end] && value[end] <= '9') {
		end++
	}
	value, p.rest = value[:end], value[end:]
	// JSON has no 01, .5 or 5. and what is left of 1e9 fails as the next field.
	p.must(end > 0 && value[0] != '.' && value[end-1] != '.' && (end == 1 || value[0] != '0' || value[1] == '.'))
	return value, !p.failed
}

func (p *plain) number(name string, to *int) {
	if value, ok := p.token(name); ok {
		n, err := strconv.Atoi(value)
		p.must(err == nil)
		*to = n
	}
}

func (p *plain) long(name string, to *int64) {
	if value, ok := p.token(name); ok {
		n, err := strconv.ParseInt(value, 10, 64)
		p.must(err == nil)
		*to = n
	}
}

func (p *plain) float(name string, to *float64) {
	if value, ok := p.token(name); ok && value != "0" {
		f, err := strconv.ParseFloat(value, 64)
		p.must(err == nil)
		*to = f
	}
}

func (p *plain) time(name string, to *time.Time) {
	var value string
	if p.text(name, &value) {
		p.must(to.UnmarshalText([]byte(value)) == nil)
	}
}
