package manifest

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

func fullLine() *Line {
	return &Line{
		URL: "https://example.com/docs/a.html", Outcome: Fetched, Status: 200, ContentType: "text/html; charset=utf-8",
		Bytes: 16384, WireBytes: 4100, SHA256: strings.Repeat("0123456789abcdef", 4), Path: "bodies/example.com/docs/a.html",
		Attempts: 1, Started: time.Date(2026, 11, 23, 18, 21, 3, 123456789, time.UTC), DNS: 1.25, Connect: 12.5, TLS: 30.125,
		TTFB: 101.062, Total: 103.7, RemoteIP: "93.184.216.34", Input: "urls.txt", Line: 12345, Run: "20261123T182103",
		WARC:  Section{"warc/crawl-20261126032617-00001.warc.gz", 1 << 40, 1234, "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"},
		JSONL: Section{"jsonl/pages-00001.jsonl", 0, 17, "xxh3:0123456789abcdef0123456789abcdef"},
	}
}

func lines() map[string]*Line {
	redirected := fullLine()
	redirected.FinalURL = "https://example.com/b"
	redirected.Redirects = []Redirect{{301, "https://example.com/a"}, {302, "https://example.com/\x1b[31m"}}
	return map[string]*Line{
		"full":       fullLine(),
		"redirected": redirected,
		"empty":      {},
		"odd texts":  {URL: "http://h/\"\\\n\r\t\x00\x1b\u007f\u0085\u202e\u2028\ufeff\U000e0001é漢😀<&>", Outcome: Failed, ErrorClass: "bad_url"},
		"numbers":    {URL: "u", Outcome: Gone, DNS: 1e-9, Connect: 1e300, TLS: 0.1, TTFB: math.MaxFloat64, Total: 5e-324, Bytes: math.MinInt64},
		"validators": {URL: "u", Outcome: Fetched, ETag: "W/\"v\\1 é\"", LastModified: "Sun, 06 Nov 1994 08:49:37 GMT"},
		"weak date":  {URL: "u", Outcome: Fetched, Path: "p", LastModified: "Sun, 06 Nov 1994 08:49:37 GMT", Run: "r"},
		"zone":       {URL: "u", Outcome: Gone, Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600+17))},
	}
}

// normal is l as JSON can carry it.
func normal(l *Line) Line {
	n := *l
	for _, f := range []*float64{&n.DNS, &n.Connect, &n.TLS, &n.TTFB, &n.Total} {
		if math.IsNaN(*f) || math.IsInf(*f, 0) {
			*f = 0
		}
	}
	for _, s := range []*string{&n.URL, &n.FinalURL, (*string)(&n.Outcome), &n.Reason, &n.ErrorClass, &n.ContentType,
		&n.SHA256, &n.Path, &n.ETag, &n.LastModified, &n.Parent, &n.RemoteIP, &n.Input, &n.Run} {
		*s = string([]rune(*s)) // each invalid byte becomes U+FFFD
	}
	n.Redirects = nil
	for _, hop := range l.Redirects {
		n.Redirects = append(n.Redirects, Redirect{hop.Status, string([]rune(hop.URL))})
	}
	n.Started = l.Started.UTC()
	if y := n.Started.Year(); y < 0 || y > 9999 {
		n.Started = time.Time{}
	}
	return n
}

func checkRoundTrip(t *testing.T, l *Line) {
	t.Helper()
	raw := appendLine(nil, l, l.Schema)
	for _, c := range raw[:len(raw)-1] {
		if c < ' ' || c == 0x7f {
			t.Fatalf("raw control byte %#x in %q", c, raw)
		}
	}
	want := normal(l)
	var std Line
	if err := json.Unmarshal(raw, &std); err != nil {
		t.Fatalf("encoding/json: %v in %s", err, raw)
	}
	if !reflect.DeepEqual(std, want) {
		t.Errorf("encoding/json reads %s\ngot  %+v\nwant %+v", raw, std, want)
	}
	var own Line
	if err := parseLine(string(raw[:len(raw)-1]), &own); err != nil || !reflect.DeepEqual(own, want) {
		t.Errorf("parseLine reads %s\ngot  %+v, %v\nwant %+v", raw, own, err, want)
	}
}

func TestLineRoundTrip(t *testing.T) {
	for name, l := range lines() {
		t.Run(name, func(t *testing.T) { checkRoundTrip(t, l) })
	}
}

func TestPlainLinesAreReadWithoutEncodingJSON(t *testing.T) {
	raw := appendLine(nil, fullLine(), Schema)
	var l Line
	if !parsePlain(string(raw[:len(raw)-1]), &l) {
		t.Errorf("not plain: %s", raw)
	}
}

func TestEncodesWhatEncodingJSONDoes(t *testing.T) {
	for _, name := range []string{"full", "empty", "numbers"} {
		l := lines()[name]
		want, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		if err := json.Unmarshal(want, &a); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(appendLine(nil, l, 0), &b); err != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s: got %v, %v, want %v", name, b, err, a)
		}
	}
}

func TestShortenedLineIsShortEnough(t *testing.T) {
	bad := strings.Repeat("\x01", 2<<20)
	l := &Line{URL: bad, FinalURL: bad, Outcome: Outcome(bad), Reason: bad, ErrorClass: bad, ContentType: bad, SHA256: bad,
		Path: bad, Parent: bad, RemoteIP: bad, Input: bad, Run: bad, ETag: bad, LastModified: bad, Redirects: []Redirect{{302, bad}}, Started: time.Now()}
	if n := len(appendLine(nil, shorten(l), Schema)); n > 1<<20 {
		t.Errorf("%d bytes", n)
	}
}

func FuzzAppendLine(f *testing.F) {
	for _, l := range lines() {
		f.Add(l.URL, string(l.Outcome), l.Reason, l.Bytes, l.DNS, l.Started.UnixNano(), l.Status)
	}
	f.Fuzz(func(t *testing.T, url, outcome, reason string, bytes int64, ms float64, nanos int64, status int) {
		checkRoundTrip(t, &Line{URL: url, Outcome: Outcome(outcome), Reason: reason, Bytes: bytes, Total: ms, DNS: -ms,
			Started: time.Unix(nanos/1000, nanos%1000), Status: status, Redirects: []Redirect{{status, reason}}})
	})
}

func FuzzParseLine(f *testing.F) {
	for _, l := range lines() {
		raw := appendLine(nil, l, Schema)
		f.Add(string(raw[:len(raw)-1]))
	}
	for _, s := range []string{``, `{}`, `null`, `{"url":"a","outcome":"b"}`, `{"url":"a","outcome":"b","bytes":01}`,
		`{"url":"a","outcome":"b","dns_ms":1.}`, `{"url":"a","outcome":"b","dns_ms":.5}`, `{"url":"a","outcome":"b","status":1e3}`,
		`{"url":"a","outcome":"b","started":"2026-01-02T03:04:05,5Z"}`, `{"URL":"a","url":"b"}`, `{"schema":0,"url":"a","outcome":"b"}`,
		`{"schema":0"url":"a","outcome":"b"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var own, std Line
		if !parsePlain(text, &own) {
			return
		}
		if err := json.Unmarshal([]byte(text), &std); err != nil || !reflect.DeepEqual(own, std) {
			t.Errorf("%s\nown %+v\nstd %+v, %v", text, own, std, err)
		}
	})
}

func BenchmarkAppendLine(b *testing.B) {
	l := fullLine()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = appendLine(buf[:0], l, 0)
	}
}

func BenchmarkRead(b *testing.B) {
	line := string(appendLine(nil, fullLine(), 0))
	const n = 100_000
	all := strings.Repeat(line, n)
	b.ReportAllocs()
	for b.Loop() {
		count := 0
		for _, err := range Read(strings.NewReader(all)) {
			if err != nil {
				b.Fatal(err)
			}
			count++
		}
		if count != n {
			b.Fatal(count)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/line")
}
