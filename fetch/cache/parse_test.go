package cache

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"crawl/fetch"
)

func TestParseControl(t *testing.T) {
	absent := control{maxAge: none, minFresh: none, maxStale: none}
	with := func(change func(*control)) control {
		c := absent
		change(&c)
		return c
	}
	cases := map[string]control{
		"":                                 absent,
		",, ,":                             absent,
		"unknown, x=y, z=\"max-age=5\"":    absent,
		"no-store":                         with(func(c *control) { c.noStore = true }),
		" NO-Cache ,Private":               with(func(c *control) { c.noCache, c.private = true, true }),
		"max-age=5":                        with(func(c *control) { c.maxAge = 5 * time.Second }),
		"max-age = 5":                      with(func(c *control) { c.maxAge = 5 * time.Second }),
		"max-age=\"5\", public":            with(func(c *control) { c.maxAge, c.public = 5*time.Second, true }),
		"max-age=5, max-age=6":             with(func(c *control) { c.maxAge = 5 * time.Second }),
		"max-age":                          with(func(c *control) { c.maxAge = 0 }),
		"max-age=1.5":                      with(func(c *control) { c.maxAge = 0 }),
		"max-age=-1":                       with(func(c *control) { c.maxAge = 0 }),
		"max-age=184467440737095516160000": with(func(c *control) { c.maxAge = maxDelta }),
		"max-stale":                        with(func(c *control) { c.maxStale = math.MaxInt64 }),
		"max-stale=, min-fresh=x":          with(func(c *control) { c.maxStale, c.minFresh = 0, maxDelta }),
		"no-cache=\"a, b\"":                with(func(c *control) { c.noCacheFields = []string{"a", "b"} }),
		"no-cache=\"a\", no-cache":         with(func(c *control) { c.noCache, c.noCacheFields = true, []string{"a"} }),
		"no-cache=\"\"":                    with(func(c *control) { c.noCache = true }),
		"x=\"a\\\",no-store\", immutable":  with(func(c *control) { c.immutable = true }),
		"x=\"no end, no-store":             absent,
		"s-maxage=1, must-revalidate":      with(func(c *control) { c.shared, c.mustRevalidate = true, true }),
		"only-if-cached":                   with(func(c *control) { c.onlyIfCached = true }),
	}
	for text, want := range cases {
		if got := parseControl(h("cache-control", text)); !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\ngot  %+v\nwant %+v", text, got, want)
		}
	}
	if got := parseControl(h("Cache-Control", "public", "X", "y", "Cache-Control", "no-store")); !got.public || !got.noStore {
		t.Errorf("of two fields: %+v", got)
	}
}

func FuzzParseControl(f *testing.F) {
	for _, seed := range []string{"max-age=5, no-cache=\"a, b\", x=\"\\\"", "max-stale,,=,\"", "=\"a\"b,no-store"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := parseControl(h("Cache-Control", text))
		for _, d := range []time.Duration{c.maxAge, c.minFresh, c.maxStale} {
			if d < none || d > maxDelta && d != math.MaxInt64 {
				t.Errorf("%v", d)
			}
		}
		// The order of fields is that of one list.
		if again := parseControl(h("Cache-Control", text, "Cache-Control", "no-store")); !again.noStore {
			t.Error("the next field is lost")
		}
	})
}

func TestParseETag(t *testing.T) {
	cases := map[string]ETag{
		`"v1"`: {Value: "v1"}, `W/"v1"`: {Weak: true, Value: "v1"}, `""`: {}, " \"a,b\\\" ": {Value: `a,b\`}, "\"\xe9\"": {Value: "\xe9"},
	}
	for text, want := range cases {
		got, ok := ParseETag(text)
		if got != want || !ok {
			t.Errorf("%q: %+v, %v", text, got, ok)
		}
		if again, ok := ParseETag(got.String()); again != want || !ok {
			t.Errorf("%q: %+v, %v", got, again, ok)
		}
	}
	for _, text := range []string{``, `"`, `v1`, `*`, `w/"v1"`, `W/`, `W/v1`, `"a" "b"`, `"a", "b"`, "\"a\x00\"", `"a b"`} {
		if got, ok := ParseETag(text); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
	weak, strong := ETag{Weak: true, Value: "1"}, ETag{Value: "1"}
	if strong.Strong(weak) || weak.Strong(weak) || !strong.Strong(strong) || !weak.Same(strong) || weak.Same(ETag{Value: "2"}) {
		t.Error("comparison (RFC 9110 section 8.8.3.2)")
	}
}

func FuzzParseETag(f *testing.F) {
	f.Add(`W/"v1"`)
	f.Fuzz(func(t *testing.T, text string) {
		tag, ok := ParseETag(text)
		if !ok {
			return
		}
		if again, ok := ParseETag(tag.String()); again != tag || !ok {
			t.Errorf("%q: %+v, then %+v, %v", text, tag, again, ok)
		}
	})
}

func TestConfirms(t *testing.T) {
	modified := date(0)
	cases := []struct {
		header         fetch.Header
		etag, modified string
		want           bool
	}{
		{nil, `"1"`, modified, true},
		{h("ETag", `"1"`), `"1"`, "", true},
		{h("ETag", `"2"`), `"1"`, "", false},
		{h("ETag", `W/"1"`), `"1"`, "", true},
		{h("ETag", `W/"2"`), `W/"1"`, "", false},
		{h("Last-Modified", modified), "", modified, true},
		{h("Last-Modified", date(day)), "", modified, false},
		{h("ETag", `"1"`, "Last-Modified", date(day)), `"1"`, modified, true}, // the tag says more
		{h("ETag", "odd"), "odd", "", true},
	}
	for _, c := range cases {
		if got := Confirms(c.header, c.etag, c.modified); got != c.want {
			t.Errorf("%v of %s, %s: %v", c.header, c.etag, c.modified, got)
		}
	}
}

func sample() (string, []Answer) {
	return "http://a.test/\xe9", []Answer{
		{Status: 200, Proto: "HTTP/1.1", SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Requested: begin, Received: begin.Add(time.Millisecond)},
		{Variant: "v", Status: 404, Reason: "Caf\xe9", Header: h("ETag", "\"\xff\x80 \u00e9\"", "X", ""), Bytes: 5,
			SHA256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", Requested: begin, Received: begin},
	}
}

func TestEntryRoundTrip(t *testing.T) {
	url, answers := sample()
	data, err := encode(url, answers)
	if err != nil {
		t.Fatal(err)
	}
	gotURL, got, err := decode(data)
	if err != nil || gotURL != url || !reflect.DeepEqual(got, answers) {
		t.Errorf("got  %q %+v, %v\nwant %q %+v", gotURL, got, err, url, answers)
	}
	for i := range data {
		if _, _, err := decode(data[:i]); err == nil {
			t.Fatalf("an entry cut at %d passes", i)
		}
	}
}

func FuzzDecodeEntry(f *testing.F) {
	data, err := encode(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"url":"u","answers":[{"status":200,"sha256":"../../../../etc/passwd"}]}`))
	f.Add([]byte(`{"url":"u","answers":[{"status":200,"bytes":-1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		url, answers, err := decode(data)
		if err != nil {
			return
		}
		for _, a := range answers {
			if !isSum(a.SHA256) || a.Bytes < 0 {
				t.Errorf("%+v", a)
			}
			a.satisfies(parseControl(a.Header), begin)
		}
		again, err := encode(url, answers)
		if err != nil {
			return // years that JSON has no room for, or too large
		}
		url2, answers2, err := decode(again)
		if err != nil || url2 != url || !slices.EqualFunc(answers, answers2, func(a, b Answer) bool { return reflect.DeepEqual(normalTimes(a), normalTimes(b)) }) {
			t.Errorf("%q %+v\nthen %q %+v, %v", url, answers, url2, answers2, err)
		}
	})
}

func normalTimes(a Answer) Answer {
	a.Requested, a.Received = a.Requested.UTC(), a.Received.UTC()
	return a
}

func BenchmarkHit(b *testing.B) {
	s := NewMemory(0)
	f := Layer(s, Options{})(always(200, h("Cache-Control", "max-age=1000000", "ETag", `"1"`, "Content-Type", "text/html"), "hello"))
	req := &fetch.Request{URL: url, Header: h("User-Agent", "crawl")}
	b.ReportAllocs()
	for b.Loop() {
		rec, err := f.Fetch(b.Context(), req)
		if err != nil {
			b.Fatal(err)
		}
		var buf [64]byte
		for err == nil {
			_, err = rec.Body.Read(buf[:])
		}
		rec.Body.Close()
	}
}
