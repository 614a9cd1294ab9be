package jsonline

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"
)

type object struct {
	Text  string            `json:"text"`
	Count int64             `json:"count"`
	Small int               `json:"small"`
	Float float64           `json:"float"`
	Time  time.Time         `json:"time"`
	Texts map[string]string `json:"texts"`
}

// read reads an object of which each field may be missing but the text.
func read(line string) (o object, plain bool) {
	p := ReadPlain(line)
	p.Literal("{")
	p.Must(p.Text(`"text":"`, &o.Text))
	p.Int64(`,"count":`, &o.Count)
	p.Int(`,"small":`, &o.Small)
	p.Float(`,"float":`, &o.Float)
	p.Time(`,"time":"`, &o.Time)
	p.Texts(`,"texts":{`, &o.Texts)
	p.Literal("}")
	return o, p.Done()
}

func TestPlain(t *testing.T) {
	for line, want := range map[string]bool{
		`{"text":"a"}`:                                 true,
		`{"text":""}`:                                  true,
		`{"text":"a b","count":7,"small":0}`:           true,
		`{"text":"a","float":1.25}`:                    true,
		`{"text":"a","float":0.5}`:                     true,
		`{"text":"a","time":"2026-01-02T03:04:05.6Z"}`: true,
		`{"text":"a","texts":{}}`:                      true,
		`{"text":"a","texts":{"b":"c","d":"e"}}`:       true,

		``:                                 false,
		`{`:                                false,
		`{}`:                               false,
		`{"text":"a"`:                      false,
		`{"text":"a}`:                      false,
		`{"text":"a"} `:                    false,
		`{"text":"a\n"}`:                   false,
		"{\"text\":\"a\n\"}":               false,
		`{"text":"é"}`:                     false,
		`{"text": "a"}`:                    false,
		`{"text":"a","small":7,"count":7}`: false,
		`{"text":"a","count":-7}`:          false,
		`{"text":"a","count":07}`:          false,
		`{"text":"a","count":1e3}`:         false,
		`{"text":"a","count":1.5}`:         false,
		`{"text":"a","count":}`:            false,
		`{"text":"a","count":9223372036854775808}`: false,
		`{"text":"a","float":.5}`:                  false,
		`{"text":"a","float":5.}`:                  false,
		`{"text":"a","time":"yesterday"}`:          false,
		`{"text":"a","texts":{"b":"c",}}`:          false,
		`{"text":"a","texts":{"b":"c"`:             false,
		`{"text":"a","texts":{,"b":"c"}}`:          false,
		`{"text":"a","texts":{"b":7}}`:             false,
		`{"text":"a","texts":{"b":"c""d":"e"}}`:    false,
	} {
		if o, plain := read(line); plain != want {
			t.Errorf("%s: plain %t, %+v", line, plain, o)
		}
	}
}

func TestAppendFloat(t *testing.T) {
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -1.5, 1e-7, 123456.789, 1e20, 1e21, math.MaxFloat64, 5e-324} {
		var got float64
		if err := json.Unmarshal(AppendFloat(nil, f), &got); err != nil || got != f {
			t.Errorf("%g became %s", f, AppendFloat(nil, f))
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := string(AppendFloat(nil, f)); got != "0" {
			t.Errorf("%g became %s", f, got)
		}
	}
}

func TestFieldsThatAreLeftOut(t *testing.T) {
	b := AppendText(nil, `,"a":`, "")
	b = AppendCount(b, `,"b":`, 0)
	b = AppendTime(b, `,"c":`, time.Time{})
	b = AppendTime(b, `,"d":`, time.Date(10000, 1, 2, 0, 0, 0, 0, time.UTC))
	if len(b) > 0 {
		t.Errorf("got %s", b)
	}
}

func FuzzPlain(f *testing.F) {
	f.Add(`{"text":"a","count":7,"small":7,"float":1.5,"time":"2026-01-02T03:04:05Z","texts":{"b":"c","d":"e"}}`)
	f.Add(`{"text":"a","texts":{}}`)
	f.Fuzz(func(t *testing.T, line string) {
		own, plain := read(line)
		if !plain {
			return
		}
		var std object
		if err := json.Unmarshal([]byte(line), &std); err != nil || !reflect.DeepEqual(own, std) {
			t.Errorf("%s\nown %+v\nstd %+v, %v", line, own, std, err)
		}
	})
}

func FuzzAppendString(f *testing.F) {
	f.Add("a\"\\\n\r\t\x00\x1b\u007f\u0085\u202e\u2028\ufeff\U000e0001é漢😀<&>\xff")
	f.Fuzz(func(t *testing.T, s string) {
		raw := AppendString(nil, s)
		for _, c := range raw {
			if c < ' ' || c == 0x7f {
				t.Fatalf("raw control byte %#x in %q", c, raw)
			}
		}
		var got string
		if err := json.Unmarshal(raw, &got); err != nil || got != string([]rune(s)) {
			t.Errorf("%q became %s, which is read as %q, %v", s, raw, got, err)
		}
	})
}
