package jsonl

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"crawl/fetch"
	"crawl/files"
)

func newSink(t testing.TB, opt Options) (*Sink, files.Engine) {
	t.Helper()
	eng, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), eng, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		eng.Close()
	})
	return s, eng
}

func answer(contentType string, body []byte) *fetch.Record {
	rec := &fetch.Record{
		URL: "https://me:secret@h/dir/page", Status: 200, Started: time.Date(2026, 11, 26, 3, 26, 17, 0, time.UTC),
		Request: &fetch.Request{}, Body: io.NopCloser(bytes.NewReader(body)), Wire: &fetch.Wire{},
	}
	if contentType != "" {
		rec.Header = fetch.Header{{Name: "Content-Type", Value: contentType}}
	}
	return rec
}

const article = `<!doctype html><html lang="de"><head><title> Ein
 Titel &amp; mehr </title><meta name="Description" content="Worum es geht."></head><body>
<nav><a href="/home">Start</a></nav><article><h1>Ein Titel</h1><p>` + sentence + sentence + sentence + `</p>
<p><a href="next#part">weiter</a> <a href="https://other.example/?a=b&amp;c">anderswo</a> <img src=bild.png></p></article></body></html>`

const sentence = "Ein Satz, der lang genug ist, damit man ihn für Text hält, und der mit einem Punkt endet. "

func TestPages(t *testing.T) {
	latin1 := append([]byte("caf"), 0xe9)
	tests := []struct {
		name, contentType string
		body              []byte
		want              Page
	}{
		{"a page", "text/html; charset=utf-8", []byte(article), Page{
			Charset: "utf-8", Language: "de", Title: "Ein Titel & mehr", Description: "Worum es geht.",
			Links: []string{"https://h/home", "https://h/dir/next", "https://other.example/?a=b&c"},
		}},
		{"text in another charset", "text/plain; charset=iso-8859-1", latin1, Page{Charset: "windows-1252", Text: "café"}},
		{"JSON", "application/ld+json", []byte(`{"a":"<b>"}`), Page{Charset: "utf-8", Text: `{"a":"<b>"}`}},
		{"no text", "image/png", []byte("\x89PNG\r\n"), Page{}},
		{"no type", "", []byte("text?"), Page{}},
		{"an empty page", "text/html", nil, Page{}},
		{"hardly a page", "text/html", []byte("<title>x"), Page{Charset: "windows-1252", Title: "x"}},
		{"what is not UTF-8", "text/plain; charset=utf-8", []byte("a\xff\x00b"), Page{Charset: "utf-8", Text: "a\ufffd\x00b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, eng := newSink(t, Options{})
			stored, err := s.Put(t.Context(), answer(test.contentType, test.body), "https://me:secret@h/dir/page")
			if err != nil {
				t.Fatal(err)
			}
			got := pages(t, eng)
			if len(got) != 1 {
				t.Fatalf("%d lines", len(got))
			}
			p := got[0]
			if test.name == "a page" {
				if strings.Count(p.Text, strings.TrimSpace(sentence)) != 3 || strings.Contains(p.Text, "<") {
					t.Errorf("text %q", p.Text)
				}
				p.Text = ""
			}
			want := test.want
			want.Schema, want.URL, want.Status, want.ContentType = Schema, "https://me:xxxxx@h/dir/page", 200, test.contentType
			want.Bytes, want.Fetched, want.SHA256 = int64(len(test.body)), time.Date(2026, 11, 26, 3, 26, 17, 0, time.UTC), p.SHA256
			if !reflect.DeepEqual(p, want) {
				t.Errorf("got  %+v\nwant %+v", p, want)
			}
			if stored.Bytes != want.Bytes || stored.JSONL.Offset != 0 || stored.JSONL.Length == 0 {
				t.Errorf("stored %+v", stored)
			}
		})
	}
}

func TestRedirectedPage(t *testing.T) {
	s, eng := newSink(t, Options{})
	rec := answer("text/plain", []byte("x"))
	rec.Redirects = []fetch.Hop{{URL: "https://h/old", Status: 301}}
	if _, err := s.Put(t.Context(), rec, "https://h/old"); err != nil {
		t.Fatal(err)
	}
	if p := pages(t, eng)[0]; p.URL != "https://h/old" || !strings.HasSuffix(p.FinalURL, "h/dir/page") || strings.Contains(p.FinalURL, "secret") {
		t.Errorf("%+v", p)
	}
}

// Of a body that is very long there is the beginning.
func TestLongText(t *testing.T) {
	s, eng := newSink(t, Options{})
	for _, size := range []int{MaxText, MaxText + 1} {
		if _, err := s.Put(t.Context(), answer("text/plain", bytes.Repeat([]byte("x"), size)), "https://h/"); err != nil {
			t.Fatal(err)
		}
	}
	got := pages(t, eng)
	if len(got) != 2 || got[0].TextCut || !got[1].TextCut || len(got[1].Text) != MaxText || got[1].Bytes != MaxText+1 {
		t.Errorf("%d lines, %t, %t, %d", len(got), got[0].TextCut, got[1].TextCut, len(got[1].Text))
	}
}

// The end of ctx is no fault of the disk, and leaves no line.
func TestEndOfContext(t *testing.T) {
	s, eng := newSink(t, Options{})
	for range manyAt {
		s.large <- struct{}{}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	cancel(stopped)
	if _, err := s.Put(ctx, answer("text/html", bytes.Repeat([]byte("x"), small+1)), "https://h/"); !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
	if got := pages(t, eng); len(got) != 0 {
		t.Errorf("%d lines", len(got))
	}
}
