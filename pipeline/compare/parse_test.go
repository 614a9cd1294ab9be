package compare

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// seedSamples are what children write, and what they should not.
var seedSamples = []struct {
	line string
	want string // of the error; "" for none
}{
	{`{"wall_s":0.5,"user_s":0.1,"items":200,"digest":"ab","bytes":819200}`, ""},
	{`{"wall_s":1,"spans":[{"item":0,"worker":3,"start_s":0,"end_s":0.02,"parts":[{"waiting":true,"phase":"first byte","start_s":0,"end_s":0.01},{"waiting":false,"start_s":0.01,"end_s":0.02}]}]}`, ""},
	{`{"wall_s":1,"more":{"of":["it"]}}`, ""},
	{` {"wall_s": 1e-3} `, ""},
	{``, "no JSON object"},
	{`ready`, "no JSON object"},
	{`50 %`, "no JSON object"},
	{`[1]`, "no JSON object"},
	{`{"wall_s":1`, "no JSON object"},
	{`{"wall_s":NaN}`, "no JSON object"},
	{`null`, "wall_s is not above 0"},
	{`{"wall_s":0}`, "wall_s is not above 0"},
	{`{"wall_s":-1}`, "wall_s is not above 0"},
	{`{"wall_s":"1"}`, `"wall_s" is a string`},
	{`{"wall_s":1e999}`, `"wall_s" is a number 1e999`},
	{`{"wall_s":1,"items":1.5}`, `"items" is a number 1.5`},
	{`{"wall_s":1}{"wall_s":1}`, "more than one JSON value"},
	{`{"wall_s":1,"user_s":-1}`, "a time of -1 s"},
	{`{"wall_s":1,"phases":{"dns_s":-0.5}}`, "a time of -0.5 s"},
	{`{"wall_s":1,"bytes":-1}`, "a count of -1"},
	{`{"wall_s":1,"items":1,"failed":2}`, "2 of 1 items failed"},
	{`{"wall_s":1,"spans":[{"start_s":2,"end_s":1}]}`, "span of item 0 is upside down"},
	{`{"wall_s":1,"spans":[{"item":4,"start_s":1,"end_s":2,"parts":[{"start_s":1.5,"end_s":2.5}]}]}`, "span of item 4: its parts are not in order"},
	{`{"wall_s":1,"spans":[` + strings.Repeat(`{},`, maxSpans) + `{}]}`, "10001 spans"},
}

func TestParseSample(t *testing.T) {
	for _, test := range seedSamples {
		got := ""
		if _, err := ParseSample([]byte(test.line)); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%.60s: %q, want %q", test.line, got, test.want)
		}
	}
}

// What is taken for a sample can be written, read back and reckoned with.
func FuzzParseSample(f *testing.F) {
	for _, seed := range seedSamples {
		if len(seed.line) < 1000 {
			f.Add([]byte(seed.line))
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		s, err := ParseSample(line)
		if err != nil {
			return
		}
		if ratio := s.Pass() / s.Wall; !(ratio > 0) {
			t.Errorf("%s: a ratio of %g", line, ratio)
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		again, err := ParseSample(text)
		if err != nil {
			t.Fatalf("%s: its own %s: %v", line, text, err)
		}
		second, err := json.Marshal(again)
		if err != nil || string(second) != string(text) {
			t.Errorf("%s: %s, then %s, %v", line, text, second, err)
		}
	})
}

func TestDigest(t *testing.T) {
	fill := func(items, repeats int, order ...int) (string, error) {
		d := NewDigest(items, repeats)
		for _, n := range order {
			d.Add(n, []byte{byte(n % items)})
		}
		return d.Sum()
	}
	// By Python, as the doc comment says.
	const want = "6962ba1b8b5fd2caec417c2dadd0fd2f05c263ea32e23c9789e2679950133dc7"
	for _, order := range [][]int{{0, 1, 2}, {2, 0, 1}} {
		if got, err := fill(3, 1, order...); err != nil || got != want {
			t.Errorf("%v: %s, %v", order, got, err)
		}
	}
	if got, err := fill(3, 2, 3, 0, 1, 5, 4, 2); err != nil || got != want {
		t.Errorf("two passes: %s, %v", got, err)
	}
	if got, err := fill(3, 2, 0, 1, 2, 3, 4); err == nil {
		t.Errorf("a pass that lacks an item: %s", got)
	}
	d := NewDigest(2, 1)
	d.Add(0, []byte{1})
	d.Add(1, []byte{0})
	if got, _ := d.Sum(); got == want {
		t.Error("contents that change places are not seen")
	}
}

func TestSpecRoundTrip(t *testing.T) {
	spec := Spec{Row: "a", Job: "fetch", Mode: "pool", Width: 2, Items: 3, Repeats: 4, Spans: 5, Data: json.RawMessage(`{"x":1}`)}
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	var back Spec
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, spec) {
		t.Errorf("%+v, %v", back, err)
	}
}
