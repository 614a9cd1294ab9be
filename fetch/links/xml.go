package links

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"crawl/fetch/links/markup"
)

// vocabulary hears a document that is XML. Names are in lower case and without prefix,
// for namespaces are forgotten or mistyped too often to go by them; one that is not
// among words is "".
type vocabulary interface {
	words() *words[element]
	open(t *tag, tokens *markup.Tokens) // which have come to t, whose attributes are not read yet
	text(b []byte)
	close(name string)
}

// xml reads XML, or what comes near to it.
//
// Its tags are read as those of HTML: this is faster than encoding/xml and goes on behind
// mistakes. Of entities only those of unescape are known in text, so nothing is expanded,
// and nothing external is fetched.
func (c *collector) xml(text io.Reader, v vocabulary) {
	tokens := c.tokens
	tokens.Reset(text, markup.Options{XML: true, Max: c.longestToken})
	words := v.words()
	var t tag
	for {
		switch kind := tokens.Next(); kind {
		case markup.End:
			return
		case markup.StartTag, markup.SelfClosingTag:
			t.element, _ = words.find(local(tokens.Name()))
			v.open(&t, tokens)
			if kind == markup.SelfClosingTag {
				v.close(t.name)
			}
		case markup.EndTag:
			e, _ := words.find(local(tokens.Name()))
			v.close(e.name)
		case markup.Text:
			v.text(unescape(tokens.Raw()))
		case markup.CData:
			v.text(tokens.Raw())
		case markup.Instruction:
			c.instruction(tokens.Raw())
		}
	}
}

// instruction hears a style sheet (Associating Style Sheets with XML documents 1.0). A
// tokenizer of HTML takes instructions for comments.
func (c *collector) instruction(raw []byte) {
	rest, ok := bytes.CutPrefix(raw, []byte("<?xml-stylesheet"))
	if !ok {
		return
	}
	_, rest, ok = bytes.Cut(rest, []byte("href="))
	if ok && len(rest) > 0 {
		if sheet, _, ok := bytes.Cut(rest[1:], rest[:1]); ok {
			c.add(unescape(sheet), Style, 0)
		}
	}
}

// unescape decodes the five entities of XML and numbers. It leaves all else, for "&" in
// URLs is often not escaped.
func unescape(s []byte) []byte {
	first := bytes.IndexByte(s, '&')
	if first < 0 {
		return s
	}
	b := append(make([]byte, 0, len(s)), s[:first]...)
	for s = s[first:]; len(s) > 0; {
		end := bytes.IndexByte(s[:min(len(s), len("&#x10FFFF;"))], ';')
		if r, ok := entity(s, end); ok {
			b, s = utf8.AppendRune(b, r), s[end+1:]
		} else {
			b, s = append(b, '&'), s[1:]
		}
		next := bytes.IndexByte(s, '&')
		if next < 0 {
			next = len(s)
		}
		b, s = append(b, s[:next]...), s[next:]
	}
	return b
}

// entity is what the reference at the beginning of s means, whose semicolon is at end.
func entity(s []byte, end int) (r rune, ok bool) {
	if end < 0 {
		return 0, false
	}
	name := string(s[1:end])
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n <= utf8.MaxRune
}
