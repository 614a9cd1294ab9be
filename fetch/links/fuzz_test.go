package links

import (
	"bytes"

	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"crawl/fetch/urls"
)

// whole are what holds of every document: links are canonical and each there once,
// those for readers are the same with assets and without, and it does not matter in
// what pieces the bytes come.
func whole(t *testing.T, doc Document, text []byte) {
	t.Helper()
	all, err := Find(bytes.NewReader(text), doc, Options{All: true})
	if err != nil && !doc.packed() {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var follow []string
	for _, l := range all.Links {
		u, err := urls.Parse(l.URL)
		if err != nil || u.String() != l.URL || l.URL == doc.URL.String() || seen[l.URL] {
			t.Fatalf("%q: %v", l.URL, err)
		}
		seen[l.URL] = true
		if l.Page() {
			follow = append(follow, l.URL)
		}
	}
	slices.Sort(follow)
	pages, _ := Find(bytes.NewReader(text), doc, Options{})
	var got []string
	for _, l := range pages.Links {
		got = append(got, l.URL)
	}
	if slices.Sort(got); !slices.Equal(got, follow) {
		t.Fatalf("pages %q, with assets %q", got, follow)
	}
	pieces, pieceErr := Find(iotest.OneByteReader(bytes.NewReader(text)), doc, Options{All: true})
	if !slices.Equal(pieces.Links, all.Links) || (pieceErr == nil) != (err == nil) {
		t.Fatalf("%v in pieces, %v as a whole", pieces.Links, all.Links)
	}
}

func FuzzPage(f *testing.F) {
	for _, test := range pages {
		f.Add([]byte(test.text), "text/html; charset=utf-8")
	}
	for _, text := range tricky {
		f.Add([]byte(text[:min(len(text), 500)]), "text/html")
	}
	f.Add([]byte("<html><a href='?\x93\xfa'/><style><![CDATA[a{b:url(x)}]]></style>"), "application/xhtml+xml; charset=shift_jis")
	f.Fuzz(func(t *testing.T, text []byte, contentType string) {
		whole(t, document(t, home, contentType), text)
	})
}

func FuzzSitemap(f *testing.F) {
	for _, test := range sitemaps {
		f.Add([]byte(test.text), test.contentType, true)
	}
	for _, test := range feeds {
		f.Add([]byte(test.text), test.contentType, false)
	}
	f.Fuzz(func(t *testing.T, text []byte, contentType string, isSitemap bool) {
		doc := document(t, home, contentType)
		doc.Sitemap = isSitemap
		whole(t, doc, text)
	})
}

func FuzzCSS(f *testing.F) {
	for _, test := range sheets {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := readCSS([]byte(text))
		// A sheet that is put behind a comment, or before one, stays the same.
		if again := readCSS([]byte("/* url(no) */" + text)); !slices.Equal(again, found) {
			t.Errorf("%q behind a comment, %q without", again, found)
		}
		for _, url := range found {
			if strings.Count(text, "url") == 0 && len(url) > 0 && !strings.ContainsAny(text, `\'"uU`) {
				t.Errorf("%q comes from nowhere", url)
			}
		}
	})
}

func FuzzSrcset(f *testing.F) {
	for _, test := range srcsets {
		f.Add(test.set)
	}
	f.Fuzz(func(t *testing.T, set string) {
		for url := range srcsetURLs([]byte(set)) {
			if len(url) == 0 || bytes.ContainsAny(url, space) || bytes.HasPrefix(url, []byte(",")) || !strings.Contains(set, string(url)) {
				t.Errorf("%q of %q", url, set)
			}
			// Alone and with a good descriptor it is itself, if it does not end with a comma.
			for again := range srcsetURLs(append(bytes.Clone(url), " 1x"...)) {
				if !bytes.Equal(again, bytes.TrimRight(url, ",")) {
					t.Errorf("%q becomes %q", url, again)
				}
			}
		}
	})
}

func FuzzRefresh(f *testing.F) {
	for _, test := range refreshes {
		f.Add(test.content)
	}
	f.Fuzz(func(t *testing.T, content string) {
		url, ok := refreshURL([]byte(content))
		if ok != (len(url) > 0) || !strings.Contains(content, string(url)) {
			t.Errorf("%q: %q, %v", content, url, ok)
		}
	})
}

func FuzzHeader(f *testing.F) {
	f.Add(`</c>; rel=canonical, <n>; rel="next nofollow"`, "0; url=/r")
	f.Add(`</feed>; rel="alternate"; type="application/atom+xml"; title*=UTF-8''x`, "")
	f.Add(`<//[::1]>;rel=next;anchor=x,<>;rel`, "5;url='")
	f.Fuzz(func(t *testing.T, value, refresh string) {
		for _, l := range Header(document(t, home, "").URL, []string{value, value}, refresh, Options{All: true}) {
			if u, err := urls.Parse(l.URL); err != nil || u.String() != l.URL {
				t.Errorf("%q: %v", l.URL, err)
			}
		}
	})
}

func FuzzUnescape(f *testing.F) {
	for _, test := range entities {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(text)
		if got := unescape([]byte(escaped)); string(got) != text {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
