package page

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"crawl/files/charset"
	"crawl/files/mediatype"
	"crawl/files/transform"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mostElements that a document is made of, at some 200 bytes each.
const mostElements = 1_000_000

// pageMemory is for the largest page and its document.
const pageMemory = transform.MaxHeld + 200*mostElements

// htmlNames are the extensions that go when a page becomes something else.
var htmlNames = []string{".html", ".htm", ".xhtml", ".xht"}

// htmlText reads a page as UTF-8, as browsers find out what it is in.
func htmlText(f transform.File, in io.Reader) (io.Reader, error) {
	text, _, err := charset.NewReader(in, htmlType(f.ContentType))
	return text, err
}

// htmlType is the declared type where it is one of a page, and else that of HTML with the
// declared charset.
func htmlType(declared string) string {
	mediaType, parameters := mediatype.Parse(declared)
	if mediaType == "text/html" || strings.HasSuffix(mediaType, "xml") {
		return declared
	}
	if name := parameters.Get("charset"); mediatype.IsToken(name) {
		return "text/html; charset=" + name
	}
	return "text/html"
}

// readDocument parses a page, with scripts off, so that what noscript holds is there. The
// page has at most 64 MiB as UTF-8 and a million elements, nested at most 512 deep.
func readDocument(f transform.File, in io.Reader) (*html.Node, error) {
	text, err := htmlText(f, in)
	if err != nil {
		return nil, err
	}
	data, err := transform.Whole(text)
	if err != nil {
		return nil, err
	}
	if elements(data) > mostElements {
		return nil, &transform.Error{Kind: transform.TooLarge, Err: fmt.Errorf("is made of more than %d elements", mostElements)}
	}
	document, err := html.ParseWithOptions(bytes.NewReader(data), html.ParseOptionEnableScripting(false))
	if err != nil { // the only one that there is from bytes
		return nil, &transform.Error{Kind: transform.Unsupported, Err: errors.New("elements are nested more than 512 deep")}
	}
	return document, nil
}

// elements is how many a parser makes of data at most. That may be many more than there
// are tags: what formats text and is not closed is opened anew in each block (HTML
// standard, section 13.2.4.3, "reconstruct the active formatting elements").
func elements(data []byte) int {
	n, open := 0, 0
	tags := newTokens(bytes.NewReader(data))
	for n <= mostElements {
		switch tags.Next() {
		case html.ErrorToken:
			return n
		case html.StartTagToken, html.SelfClosingTagToken:
			n += 1 + open
			if name, _ := tags.TagName(); formats(name) {
				open++
			}
		case html.EndTagToken:
			n++ // of an end tag alone, a browser makes an empty p
			if name, _ := tags.TagName(); formats(name) {
				open = max(0, open-1)
			}
		}
	}
	return n
}

func formats(name []byte) bool {
	switch atom.Lookup(name) {
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}

// tokens are those of a page, what noscript and noframes hold among them.
type tokens struct{ *html.Tokenizer }

func newTokens(r io.Reader) tokens { return tokens{html.NewTokenizer(r)} }

func (t tokens) Next() html.TokenType {
	kind := t.Tokenizer.Next()
	if kind == html.StartTagToken {
		if raw := t.Raw(); len(raw) > 3 && raw[1]|' ' == 'n' && raw[2]|' ' == 'o' { // or nobr, which it does not hurt
			t.NextIsNotRawText()
		}
	}
	return kind
}
