package crawl

import (
	"context"
	"io"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/manifest"
)

// one crawls a single URL that is answered by rec, and returns its record.
func one(t *testing.T, rec *fetch.Record) manifest.Line {
	t.Helper()
	c, j := newCrawl("http://a.test/x\n", func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		rec.URL, rec.Wire = req.URL, &fetch.Wire{}
		return rec, nil
	}, memory.Options{})
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if len(j.lines) != 1 {
		t.Fatalf("%d records", len(j.lines))
	}
	return j.lines[0]
}

func TestUnchangedBodyIsStored(t *testing.T) {
	header := fetch.Header{{Name: "etag", Value: `"1"`}, {Name: "Last-Modified", Value: "then"}}
	body := func(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }
	l := one(t, &fetch.Record{Status: 304, Cached: true, Header: header, Body: body("hello")})
	if l.Outcome != manifest.NotModified || l.Bytes != 5 || l.ETag != `"1"` || l.LastModified != "then" {
		t.Errorf("recorded %+v", l)
	}
	l = one(t, &fetch.Record{Status: 304, Header: header, Body: body("")}) // the user asked conditionally himself
	if l.Outcome != manifest.NotModified || l.Bytes != 0 || l.ETag != "" {
		t.Errorf("recorded %+v", l)
	}
}

// A validator is recorded only of a body that came whole, and only as it came
// (wget2 issue 269).
func TestValidatorsAreThoseOfWholeBodies(t *testing.T) {
	cut := &fetch.Error{Class: fetch.ClassTruncated, Reason: "cut"}
	cases := map[string]struct {
		status int
		etag   string
		err    error
		want   string
	}{
		"whole":       {200, `W/"1"`, nil, `W/"1"`},
		"truncated":   {200, `"1"`, cut, ""},
		"an error":    {404, `"1"`, nil, ""},
		"not text":    {200, "\"\xff\"", nil, ""},
		"very long":   {200, strings.Repeat("x", 2000), nil, ""},
		"not there":   {200, "", nil, ""},
		"not ascii":   {200, `"é"`, nil, `"é"`},
		"no content":  {204, `"1"`, nil, `"1"`},
		"not a quote": {200, "v1", nil, "v1"}, // servers that send it understand it
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := io.MultiReader(strings.NewReader("hel"), strings.NewReader("lo"))
			if c.err != nil {
				r = io.MultiReader(strings.NewReader("hel"), broken{c.err})
			}
			l := one(t, &fetch.Record{Status: c.status, Header: fetch.Header{{Name: "ETag", Value: c.etag}}, Body: io.NopCloser(r)})
			if l.ETag != c.want {
				t.Errorf("recorded %+v", l)
			}
		})
	}
}

// broken is a body that ends with an error.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
