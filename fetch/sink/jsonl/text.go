package jsonl

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"crawl/fetch"
	"crawl/fetch/links"
	"crawl/fetch/urls"
	"crawl/files/charset"
	"crawl/files/mediatype"
	"crawl/files/transform"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// kind is what a body is to us.
type kind int

const (
	noText kind = iota
	plain
	markup
)

func kindOf(rec *fetch.Record) kind {
	mime, _ := mediatype.Parse(rec.Header.Get("Content-Type"))
	mime = strings.ToLower(mime)
	switch {
	case mime == "text/html", mime == "application/xhtml+xml":
		return markup
	case strings.HasPrefix(mime, "text/"), strings.HasSuffix(mime, "+json"), strings.HasSuffix(mime, "+xml"):
		return plain
	}
	switch mime {
	case "application/json", "application/xml", "application/javascript", "application/x-ndjson":
		return plain
	}
	return noText
}

// look fills in what the body tells. Only the end of ctx is an error: a page that can't
// be taken apart has no text.
func (s *Sink) look(ctx context.Context, body []byte, rec *fetch.Record, p *Page) error {
	kind := kindOf(rec)
	if kind == noText || len(body) == 0 {
		return nil
	}
	p.Links = linksOf(body, rec)
	if kind == plain {
		p.Text, p.Charset = charset.Text(body, p.ContentType)
		return nil
	}
	if err := s.turns.Take(ctx); err != nil {
		return err
	}
	defer s.turns.Give()
	utf8, name, err := charset.NewReader(bytes.NewReader(body), p.ContentType)
	if err != nil {
		return nil
	}
	p.Charset = name
	p.readHead(utf8)
	text, err := s.mainText(ctx, body, p)
	if err != nil {
		return err
	}
	p.Text = text
	return nil
}

// linksOf are the links that a reader would follow.
func linksOf(body []byte, rec *fetch.Record) []string {
	u, err := urls.Parse(rec.URL)
	if err != nil {
		return nil
	}
	doc := links.Document{URL: u.WithoutUserinfo(), ContentType: rec.Header.Get("Content-Type")}
	found, _ := links.Find(bytes.NewReader(body), doc, links.Options{}) // memory gives no errors
	all := make([]string, len(found.Links))
	for i, l := range found.Links {
		all[i] = l.URL
	}
	return all
}

// mainText is the text of a page, without the title, which stands elsewhere.
func (s *Sink) mainText(ctx context.Context, body []byte, p *Page) (string, error) {
	var text strings.Builder
	file := transform.File{Name: "page.html", ContentType: p.ContentType}
	_, err := s.text.Run(ctx, file, bytes.NewReader(body), &text, transform.Options{})
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if unfit := (*transform.Error)(nil); errors.As(err, &unfit) {
		return "", nil
	}
	return strings.TrimSpace(text.String()), err
}

// readHead takes title, language and description from the head of a page.
func (p *Page) readHead(in io.Reader) {
	tags := html.NewTokenizer(in)
	tags.SetMaxBuf(1 << 20)
	for {
		switch tags.Next() {
		case html.ErrorToken:
			return // what follows is for mainText to judge
		case html.StartTagToken, html.SelfClosingTagToken:
			switch t := tags.Token(); t.DataAtom {
			case atom.Html:
				p.Language = attribute(t, "lang")
			case atom.Title:
				if p.Title == "" && tags.Next() == html.TextToken {
					p.Title = strings.Join(strings.Fields(string(tags.Text())), " ")
				}
			case atom.Meta:
				if p.Description == "" && strings.EqualFold(attribute(t, "name"), "description") {
					p.Description = strings.Join(strings.Fields(attribute(t, "content")), " ")
				}
			case atom.Body:
				return
			}
		}
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}
