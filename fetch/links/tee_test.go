package links

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// body is one that knows whether it was closed.
type body struct {
	io.Reader
	closed int
}

func (b *body) Close() error {
	b.closed++
	return errClosed
}

var (
	errClosed = errors.New("what Close says")
	errBody   = errors.New("what Read says")
)

func TestTee(t *testing.T) {
	page := `<a href=/x>` + strings.Repeat("some text ", 2_000) + `<a href=/y>`
	for _, test := range []struct {
		name, contentType string
		body              io.Reader
		read              int64 // at most
		err               error // of reading
		found             []string
		foundErr          error
	}{
		{"whole", "text/html", strings.NewReader(page), 1 << 20, nil, []string{"a /x", "a /y"}, nil},
		{"bytes", "text/html", iotest.OneByteReader(strings.NewReader(page)), 1 << 20, nil, []string{"a /x", "a /y"}, nil},
		{"data at EOF", "text/html", iotest.DataErrReader(strings.NewReader(page)), 1 << 20, nil, []string{"a /x", "a /y"}, nil},
		{"not read", "text/html", strings.NewReader(page), 0, nil, nil, errCut},
		{"not to its end", "text/html", strings.NewReader(page), 10_000, nil, []string{"a /x"}, errCut},
		{"broken", "text/html", io.MultiReader(strings.NewReader(page), iotest.ErrReader(errBody)), 1 << 20, errBody, []string{"a /x", "a /y"}, errBody},
		{"no links", "image/png", strings.NewReader(page), 1 << 20, nil, nil, nil},
		{"no more wanted", "", strings.NewReader(strings.Repeat("text", 100_000)), 1 << 20, nil, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := &body{Reader: test.body}
			tee := NewTee(b, document(t, home, test.contentType), Options{})
			var sink bytes.Buffer
			_, err := io.Copy(&sink, io.LimitReader(tee, test.read))
			if err != test.err {
				t.Errorf("reading: %v, want %v", err, test.err)
			}
			if want := min(test.read, int64(sink.Len())); int64(sink.Len()) != want || !strings.HasPrefix(page, sink.String()) && test.name != "no more wanted" {
				t.Errorf("%d bytes came", sink.Len())
			}
			if err := tee.Close(); err != errClosed || b.closed != 1 {
				t.Errorf("close: %v, %d times", err, b.closed)
			}
			found, err := tee.Found()
			if got := shown(found.Links); !slices.Equal(got, test.found) || err != test.foundErr {
				t.Errorf("found %q, %v, want %q, %v", got, err, test.found, test.foundErr)
			}
		})
	}
}

// What ends the finding of links, as broken gzip does, is no error of the body.
func TestTeeGoesOnWhenFindingFails(t *testing.T) {
	doc := document(t, home, "application/gzip")
	doc.Sitemap = true
	text := "\x1f\x8b" + strings.Repeat("not gzip ", 100_000)
	tee := NewTee(io.NopCloser(strings.NewReader(text)), doc, Options{})
	defer tee.Close()
	if got, err := io.ReadAll(tee); err != nil || string(got) != text {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if found, err := tee.Found(); err == nil || len(found.Links) > 0 {
		t.Errorf("%v, %v", found, err)
	}
}

// Found may be asked before Close.
func TestTeeFoundBeforeClose(t *testing.T) {
	tee := NewTee(io.NopCloser(strings.NewReader("<a href=/x>")), document(t, home, "text/html"), Options{})
	if _, err := io.Copy(io.Discard, tee); err != nil {
		t.Fatal(err)
	}
	if found, err := tee.Found(); err != nil || len(found.Links) != 1 {
		t.Errorf("%v, %v", found, err)
	}
	if err := tee.Close(); err != nil {
		t.Error(err)
	}
}
