package jsonline

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Plain walks over a line; after a surprise it only remembers that there was one.
// What it reads shares the memory of the line.
type Plain struct {
	rest   string
	failed bool
}

// ReadPlain starts at the beginning of a line.
func ReadPlain(line string) Plain { return Plain{rest: line} }

// Done reports whether the line ended here without a surprise. Then encoding/json
// would have read the same.
func (p *Plain) Done() bool { return !p.failed && p.rest == "" }

// Must counts it as a surprise when ok is false.
func (p *Plain) Must(ok bool) { p.failed = p.failed || !ok }

// Has reports whether s comes next, and leaves it there.
func (p *Plain) Has(s string) bool { return strings.HasPrefix(p.rest, s) }

// Literal reads s.
func (p *Plain) Literal(s string) {
	rest, ok := strings.CutPrefix(p.rest, s)
	p.rest = rest
	p.Must(ok)
}

// Text reads a field that may be missing; name ends in the opening quote.
func (p *Plain) Text(name string, to *string) bool {
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

// Texts reads an object of texts that may be missing; name ends in the opening brace.
func (p *Plain) Texts(name string, to *map[string]string) {
	rest, ok := strings.CutPrefix(p.rest, name)
	if !ok {
		return
	}
	p.rest = rest
	texts := map[string]string{}
	for field := `"`; !p.Has("}") && !p.failed; field = `,"` {
		var key, text string
		p.Must(p.Text(field, &key))
		p.Must(p.Text(`:"`, &text))
		texts[key] = text
	}
	p.Literal("}")
	*to = texts
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
func (p *Plain) token(name string) (string, bool) {
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
	p.Must(end > 0 && value[0] != '.' && value[end-1] != '.' && (end == 1 || value[0] != '0' || value[1] == '.'))
	return value, !p.failed
}

// Int reads a number that may be missing.
func (p *Plain) Int(name string, to *int) {
	if value, ok := p.token(name); ok {
		n, err := strconv.Atoi(value)
		p.Must(err == nil)
		*to = n
	}
}

// Int64 is [Plain.Int] for 64 bits.
func (p *Plain) Int64(name string, to *int64) {
	if value, ok := p.token(name); ok {
		n, err := strconv.ParseInt(value, 10, 64)
		p.Must(err == nil)
		*to = n
	}
}

// Float reads a number that may be missing.
func (p *Plain) Float(name string, to *float64) {
	if value, ok := p.token(name); ok && value != "0" {
		f, err := strconv.ParseFloat(value, 64)
		p.Must(err == nil)
		*to = f
	}
}

// Time reads an RFC 3339 time that may be missing; name ends in the opening quote.
func (p *Plain) Time(name string, to *time.Time) {
	var value string
	if p.Text(name, &value) {
		p.Must(to.UnmarshalText([]byte(value)) == nil)
	}
}
