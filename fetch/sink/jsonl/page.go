package jsonl

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"time"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/fetch/urls"
)

// Schema is the version of [Page]'s meaning.
const Schema = 1

// Page is a line.
type Page struct {
	Schema      int    `json:"schema,omitempty"` // on the first line of a file only
	URL         string `json:"url"`
	FinalURL    string `json:"final_url,omitempty"` // where redirects led, when they did
	Status      int    `json:"status"`
	ContentType string `json:"content_type,omitempty"`
	Charset     string `json:"charset,omitempty"` // that the body was in, as the Encoding standard calls it
	Language    string `json:"language,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`

	Text    string   `json:"text,omitempty"`
	TextCut bool     `json:"text_cut,omitempty"` // it is of the first MaxText bytes of the body
	Links   []string `json:"links,omitempty"`    // absolute, in the order of the page, each once

	Bytes   int64     `json:"bytes"` // of the body, decoded
	SHA256  string    `json:"sha256"`
	Fetched time.Time `json:"fetched,omitzero"`
}

// newPage has what is known without a look at the body.
func newPage(rec *fetch.Record, url string, body sink.Stored) *Page {
	p := &Page{
		URL:         shown(url),
		Status:      rec.Status,
		ContentType: rec.Header.Get("Content-Type"),
		Bytes:       body.Bytes,
		SHA256:      hex.EncodeToString(body.SHA256[:]),
		Fetched:     rec.Started.UTC(),
	}
	if len(rec.Redirects) > 0 {
		p.FinalURL = shown(rec.URL)
	}
	return p
}

// shown is a URL without a password.
func shown(url string) string {
	u, err := urls.Parse(url)
	if err != nil {
		return urls.Mask(url)
	}
	return u.Redacted()
}

// appendTo appends p as a line. Bytes that are not UTF-8 become U+FFFD.
func (p *Page) appendTo(b *bytes.Buffer) error {
	out := json.NewEncoder(b)
	out.SetEscapeHTML(false)
	return out.Encode(p)
}
