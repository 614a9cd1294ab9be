// Package charset makes UTF-8 of what servers send as text. Begin with [NewReader]
// for a body that streams and with [Text] for one that is there; [Detect] only says
// which encoding it is, and [Decode] is for callers who know better. A [Converter] is for
// files, where a fault should be known rather than shown.
//
// The encoding is found as browsers find it (HTML standard, section 13.2.3.2,
// "determining the character encoding"):
//
//  1. a byte order mark,
//  2. the charset of the Content-Type,
//  3. in HTML a meta element, in XML the declaration,
//  4. valid UTF-8 that is more than ASCII is UTF-8,
//  5. what the frequency of bytes and pairs of them says of the first 4 KiB from
//     where ASCII ends,
//  6. windows-1252 for HTML, UTF-8 for all else.
//
// JSON is UTF-8 unless 1 or 2 say otherwise (RFC 8259 section 8.1). An empty
// Content-Type is taken for HTML.
//
// Names and labels are those of the Encoding standard in lower case: "latin1",
// "iso-8859-1" and "ascii" are all windows-1252. What is written is always valid
// UTF-8, without byte order mark; bytes that mean nothing become U+FFFD, but for a
// Converter. UTF-7,
// UTF-32 and other encodings that browsers refuse are not read.
//
// All functions are safe for concurrent use.
package charset

import (
	"bytes"
	"strings"

	"crawl/files/mediatype"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Detect names the encoding of a document that begins with head. It is certain when
// a byte order mark or the Content-Type said so, and else a belief: then a caller
// who knows more about the server may prefer another, with [Decode].
//
// 4 KiB are mostly enough. In a longer head a meta element is looked for in the
// first 16 KiB, and all of it is asked whether it is UTF-8.
func Detect(head []byte, contentType string) (name string, certain bool) {
	d := described(contentType)
	if name, certain = d.said(head); name == "" {
		name = d.guess(head)
	}
	return name, certain
}

// description is what a Content-Type says of a document.
type description struct {
	kind    kind
	charset string // "" when it names none that is known
}

type kind int

const (
	other kind = iota
	html
	xml
	json
)

func described(contentType string) description {
	mediaType, parameters := mediatype.Parse(contentType)
	return description{
		kind:    kindOf(mediaType),
		charset: canonical(strings.Trim(parameters.Get("charset"), "'")),
	}
}

func kindOf(mediaType string) kind {
	_, sub, _ := strings.Cut(mediaType, "/")
	switch {
	case mediaType == "", mediaType == "text/html":
		return html
	case sub == "xml", strings.HasSuffix(sub, "+xml"):
		return xml
	case sub == "json", strings.HasSuffix(sub, "+json"), strings.HasSuffix(sub, "ndjson"):
		return json
	}
	return other
}

// said is the encoding that is stated somewhere, or "".
func (d description) said(head []byte) (name string, certain bool) {
	if name, _ := mark(head); name != "" {
		return name, true
	}
	if d.charset != "" {
		return d.charset, true
	}
	switch d.kind {
	case html:
		return fromHTML(head), false
	case xml:
		return fromXML(head), false
	case json:
		return "utf-8", false
	}
	return "", false
}

// mark returns the encoding that a byte order mark stands for, and its length.
func mark(head []byte) (name string, length int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return "utf-8", 3
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "utf-16be", 2
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return "utf-16le", 2
	}
	return "", 0
}

// canonical returns the name of the encoding that label stands for in the Encoding
// standard (section 4.2), or "".
func canonical(label string) string {
	e, err := htmlindex.Get(label)
	if err != nil {
		return ""
	}
	name, _ := htmlindex.Name(e)
	return name
}

// lookup returns the encoding of a canonical name.
func lookup(name string) encoding.Encoding {
	if name == "gbk" {
		return simplifiedchinese.GB18030 // which decodes GBK and what pages say GBK to (Encoding standard, section 10.1.1)
	}
	e, _ := htmlindex.Get(name)
	return e
}
