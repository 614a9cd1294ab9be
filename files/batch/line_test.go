package batch

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"crawl/files"
	"crawl/files/journal"
)

var update = flag.Bool("update", false, "write the golden file anew")

func fullLine() *Line {
	return &Line{
		Input: "photos/2026/a.jpg", Steps: "gunzip,zstd=9", Outcome: Transformed, InputBytes: 16384,
		InputXXH3: strings.Repeat("0123456789abcdef", 2), Path: "2026/a.jpg.zst", Bytes: 4100,
		XXH3: strings.Repeat("fedcba9876543210", 2), Sums: map[string]string{"sha256": "00ff", "blake3": "11ee"},
		Started: time.Date(2026, 11, 23, 18, 21, 3, 123456789, time.UTC), Total: 103.7, Run: "20261123T182103",
	}
}

// lines are named so that the golden file has them in order.
func lines() map[string]*Line {
	return map[string]*Line{
		"a full":         fullLine(),
		"b failed":       {Input: "a b.gz", Steps: "gunzip", Outcome: Failed, Reason: "ends in the middle", ErrorClass: "truncated", InputBytes: 3},
		"c crawled":      {Input: "crawl-out/bodies/h/a", URL: "https://h/a", Steps: "text", Outcome: Transformed, Path: "h/a.txt"},
		"d sums alone":   {Input: "a", Steps: "sha256", Outcome: Transformed, Sums: map[string]string{"sha256": "00"}},
		"e program":      {Input: "a", Steps: "exec:false -x", Outcome: Failed, Stderr: "no\nway \xff\x1b[31m"},
		"f not UTF-8":    {Input: "caf\xe9/\xff\xfe.txt", Steps: "gzip", Outcome: Transformed, Path: "caf\xe9.gz"},
		"g odd names":    {Input: "\"\\\n\r\t\x00\x1b\u007f\u0085\u202e\u2028\ufeff\U000e0001é漢😀\ufffd<&>", Steps: "gzip", Outcome: Skipped, Path: "\ufffd"},
		"h surrogates":   {Input: "\xed\xa0\x80", Steps: "gzip", Outcome: TooLarge},
		"i empty":        {},
		"j numbers":      {Input: "a", Steps: "gzip", Outcome: Failed, InputBytes: math.MinInt64, Bytes: math.MaxInt64, Total: 1e-9},
		"k zone":         {Input: "a", Steps: "gzip", Outcome: Failed, Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600+17))},
		"l two of a sum": {Input: "a", Steps: "sha256", Outcome: Transformed, Sums: map[string]string{"é": "\"", "": ""}},
	}
}

// normal is l as it comes back: names whole, other texts as JSON can carry them.
func normal(l *Line) Line {
	n := *l
	for _, s := range []*string{&n.URL, &n.Steps, (*string)(&n.Outcome), &n.Reason, &n.ErrorClass, &n.InputXXH3, &n.XXH3, &n.Stderr, &n.Run} {
		*s = string([]rune(*s)) // each invalid byte becomes U+FFFD
	}
	if math.IsNaN(n.Total) || math.IsInf(n.Total, 0) {
		n.Total = 0
	}
	n.Started = l.Started.UTC()
	if y := n.Started.Year(); y < 0 || y > 9999 {
		n.Started = time.Time{}
	}
	return n
}

func checkRoundTrip(t *testing.T, l *Line) {
	t.Helper()
	for _, schema := range []int{0, Schema} {
		raw := appendLine(nil, l, schema)
		for _, c := range raw[:len(raw)-1] {
			if c < ' ' || c == 0x7f {
				t.Fatalf("raw control byte %#x in %q", c, raw)
			}
		}
		if !json.Valid(raw) {
			t.Fatalf("no JSON: %s", raw)
		}
		var got Line
		if err := parseLine(string(raw[:len(raw)-1]), &got); err != nil || !reflect.DeepEqual(got, normal(l)) {
			t.Errorf("reads %s\ngot  %+v, %v\nwant %+v", raw, got, err, normal(l))
		}
	}
}

func TestLineRoundTrip(t *testing.T) {
	for name, l := range lines() {
		t.Run(name, func(t *testing.T) { checkRoundTrip(t, l) })
	}
}

func TestLinesAreAsEver(t *testing.T) {
	const golden = "testdata/lines.jsonl"
	var got []byte
	all := lines()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		schema := 0
		if got == nil {
			schema = Schema
		}
		got = appendLine(got, all[name], schema)
	}
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestPlainLinesAreReadWithoutEncodingJSON(t *testing.T) {
	for _, schema := range []int{0, Schema} {
		raw := appendLine(nil, fullLine(), schema)
		var l Line
		if !parsePlain(string(raw[:len(raw)-1]), &l) {
			t.Errorf("not plain: %s", raw)
		}
	}
}

func TestWhatIsNoRecord(t *testing.T) {
	for text, want := range map[string]string{
		``:                                      "unexpected end of JSON input",
		`{}`:                                    errNoRecord.Error(),
		`{"input":"a","steps":"gzip"}`:          errNoRecord.Error(),
		`{"input":"a","outcome":"transformed"}`: errNoRecord.Error(), // a crawl's lines have an input, too
		`{"input":"a","steps":"b","outcome":"failed"}`:                     "",
		`{"input_raw":"/w==","steps":"b","outcome":"failed"}`:              "",
		`{"input":"a","input_raw":"%","steps":"b","outcome":"failed"}`:     "illegal base64 data at input byte 0",
		`{"input":"a","steps":"b","outcome":"failed","sums":{"a":1}}`:      "json: cannot unmarshal number into Go struct field .Line.sums of type string",
		`{"input":"a","steps":"b","outcome":"failed","sums":{"a":"b",}}`:   "invalid character '}' looking for beginning of object key string",
		`{"input":"a","steps":"b","outcome":"failed","unknown":["field"]}`: "",
	} {
		got := ""
		if err := parseRecord(text, new(Line)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestShortenedLineIsShortEnough(t *testing.T) {
	bad := strings.Repeat("\x01", 2<<20)
	invalid := strings.Repeat("\xff\x01", 1<<20)
	l := &Line{Input: invalid, URL: bad, Steps: bad, Outcome: Outcome(bad), Reason: bad, ErrorClass: bad, InputXXH3: bad, Path: invalid,
		XXH3: bad, Sums: map[string]string{bad: bad}, Stderr: bad, Started: time.Now(), Run: bad}
	if n := len(appendLine(nil, shorten(l), Schema)); n > 1<<20 {
		t.Errorf("%d bytes", n)
	}
}

// TestJournal: a name that is no UTF-8 is found again, with its output.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	const name = "caf\xe9"
	output := "out"
	if os.WriteFile(filepath.Join(dir, name), nil, 0o600) == nil {
		output = name // some systems take only UTF-8
	}
	if err := eng.PutFile(t.Context(), output, []byte("output")); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), eng, Format, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first := Line{Input: name, Steps: "gzip", Outcome: Failed, Reason: "no space left"}
	last := Line{Input: name, Steps: "gzip", Outcome: Transformed, Path: output, Bytes: 6}
	hash := journal.XXH3.New()
	hash.Write([]byte("output"))
	last.XXH3 = hex.EncodeToString(hash.Sum(nil))
	for _, l := range []*Line{&first, &last} {
		if err := j.Append(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	index, err := journal.OpenIndex(t.Context(), eng, Format, Format.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	if got, err := index.Find(KeyOf(name, last.Steps)); err != nil || !reflect.DeepEqual(got, &last) {
		t.Errorf("found %+v, %v", got, err)
	}
	sum, err := journal.Verify(t.Context(), eng, Format, 1, func(p journal.Problem) { t.Error(p) })
	if want := (journal.Summary{Records: 2, Bodies: 1, Bytes: 6}); err != nil || sum != want {
		t.Errorf("%+v, %v", sum, err)
	}
	if kind, err := journal.KindOf(t.Context(), eng); err != nil || kind != Kind {
		t.Errorf("kind %q, %v", kind, err)
	}
}

func FuzzAppendLine(f *testing.F) {
	for _, l := range lines() {
		f.Add(l.Input, l.Path, l.Stderr, l.Bytes, l.Total, l.Started.UnixNano())
	}
	f.Fuzz(func(t *testing.T, input, path, stderr string, bytes int64, ms float64, nanos int64) {
		checkRoundTrip(t, &Line{Input: input, Path: path, Stderr: stderr, Steps: stderr, Bytes: bytes, Total: ms, Started: time.Unix(nanos/1000, nanos%1000)})
	})
}

func FuzzParseLine(f *testing.F) {
	for _, l := range lines() {
		raw := appendLine(nil, l, Schema)
		f.Add(string(raw[:len(raw)-1]))
	}
	for _, s := range []string{``, `{}`, `null`, `{"input":"a","steps":"b","outcome":"c"}`, `{"input":"a","steps":"b","outcome":"c","sums":{}}`,
		`{"input":"a","steps":"b","outcome":"c","sums":{"a":"b","a":"c"}}`, `{"input":"a","steps":"b","outcome":"c","sums":{"a":"b"`,
		`{"input":"a","steps":"b","outcome":"c","sums":{,"a":"b"}}`, `{"input":"a","input_raw":"/w==","steps":"b","outcome":"c"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var own, std Line
		if parsePlain(text, &own) {
			if err := json.Unmarshal([]byte(text), &std); err != nil || !reflect.DeepEqual(own, std) {
				t.Errorf("%s\nown %+v\nstd %+v, %v", text, own, std, err)
			}
		}
		if parseRecord(text, &own) == nil {
			raw := appendLine(nil, &own, 0)
			var again Line
			if err := parseRecord(string(raw[:len(raw)-1]), &again); err != nil || again.Input != own.Input || again.Path != own.Path {
				t.Errorf("%s\nbecomes %s\n%+v, %v", text, raw, again, err)
			}
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

func BenchmarkParseLine(b *testing.B) {
	raw := appendLine(nil, fullLine(), 0)
	text := string(raw[:len(raw)-1])
	var l Line
	b.ReportAllocs()
	for b.Loop() {
		if err := parseRecord(text, &l); err != nil {
			b.Fatal(err)
		}
	}
}
