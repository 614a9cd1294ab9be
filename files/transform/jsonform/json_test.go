package jsonform

import (
	"fmt"
	"strings"
	"testing"

	"crawl/files/transform"
	"crawl/files/transform/steptest"
)

func TestJSON(t *testing.T) {
	const number = "123456789012345678901234567890.10e+400"
	for _, test := range []struct{ form, in, want string }{
		{"compact", "", ""},
		{"compact", " \n", ""},
		{"compact", "\ufeff{ \"b\" : 1 , \"a\" : [ ] }", "{\"b\":1,\"a\":[]}\n"},
		{"compact", "[1]\n{} 2 \"x\"", "[1]\n{}\n2\n\"x\"\n"},
		{"compact", `[` + number + `, -0, 1.0, 1E5]`, `[` + number + ",-0,1.0,1E5]\n"},
		{"compact", `{"a": 1, "a": 2}`, "{\"a\":1,\"a\":2}\n"},
		{"compact", `["\u00e9\/é<\ud800\u2028"]`, "[\"\\u00e9\\/é<\\ud800\\u2028\"]\n"},
		{"pretty", `{"b":1,"a":[1,{}]}`, "{\n  \"b\": 1,\n  \"a\": [\n    1,\n    {}\n  ]\n}\n"},
		{"pretty", `1 2`, "1\n2\n"},
		{"jsonl", `[1, {"a": [ 2 ]}, [3]]`, "1\n{\"a\":[2]}\n[3]\n"},
		{"jsonl", `{"a": 1} [] [null]`, "{\"a\":1}\nnull\n"},
		{"array", "{\"a\": 1}\n[2]\n", "[{\"a\":1},[2]]\n"},
		{"array", "", "[]\n"},
		{"csv", "", ""},
		{"csv", "{}", ""},
		{"csv", `[{"a":1,"b":"x,\"y\"\n"},{"c":true,"a":null}]`, "a,b,c\n1,\"x,\"\"y\"\"\n\",\n,,true\n"},
		{"csv", "{\"a\":{\"b\": [1 ]}}\n{\"a\":" + number + ",\"a\":\"last\"}", "a\n\"{\"\"b\"\":[1]}\"\nlast\n"},
		{"csv", `{"a":""} {"a":null} {}`, "a\n\"\"\n\"\"\n\"\"\n"},
		{"from-csv", "", ""},
		{"from-csv", "a,b\n", ""},
		{"from-csv", "\ufeffa,b\r\n007,\"x\"\"\ny\"\r\n\r\n,<\r\n", "{\"a\":\"007\",\"b\":\"x\\\"\\ny\"}\n{\"a\":\"\",\"b\":\"<\"}\n"},
	} {
		got, err := bench.Run(t, "json="+test.form, test.in)
		if err != nil || got != test.want {
			t.Errorf("%s of %q: %q, %v; want %q", test.form, test.in, got, err, test.want)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	deep := strings.Repeat("[", deepest+1) + strings.Repeat("]", deepest+1)
	var late strings.Builder
	for range csvAhead {
		late.WriteString(`{"a":1}`)
	}
	for _, test := range []struct {
		form, in string
		kind     transform.Kind
		want     string
	}{
		{"compact", `{"a":1`, transform.Truncated, "line 1, byte 6: ends within a value"},
		{"compact", `"abc`, transform.Truncated, "line 1, byte 4: ends within a value"},
		{"compact", "[1,\n2,\nx]", transform.Corrupt, "line 3, byte 7: invalid character 'x' at start of value"},
		{"compact", "[1,\n2}\n\n\n", transform.Corrupt, "line 2, byte 5: invalid character '}' after array element (expecting ',' or ']')"},
		{"pretty", "[01]", transform.Corrupt, "line 1, byte 2: invalid character '1' after array element (expecting ',' or ']')"},
		{"pretty", "[\"a\nb\"]", transform.Corrupt, ""},
		{"pretty", "[NaN]", transform.Corrupt, ""},
		{"pretty", "[1,]", transform.Corrupt, ""},
		{"array", "1\n\"\xff\"", transform.Encoding, "line 2: not UTF-8"},
		{"jsonl", deep, transform.Unsupported, fmt.Sprintf("line 1, byte %d: values are nested more than %d deep", deepest+1, deepest)},
		{"csv", `[{"a":` + strings.Repeat("[", 20000), transform.Corrupt, ""},
		{"csv", "[{\"a\":1},\n2]", transform.Unsupported, "line 2, byte 11: a row of CSV can be made of an object only"},
		{"csv", late.String() + "\n{\"b\":1}", transform.Unsupported, `line 2, byte 7008: the key "b" is none of those of the first records, which make the header`},
		{"from-csv", "a,b\n1,2\n3\n", transform.Corrupt, "line 3, byte 1 of it: wrong number of fields"},
		{"from-csv", "a\nx\"y\n", transform.Corrupt, `line 2, byte 2 of it: bare " in non-quoted-field`},
		{"from-csv", "a\n\"x", transform.Corrupt, ""},
		{"from-csv", "a,b,a\n", transform.Corrupt, `line 1: the header has "a" twice`},
		{"from-csv", ",\n", transform.Corrupt, `line 1: the header has "" twice`},
		{"from-csv", "a\n\xff\n", transform.Encoding, "line 2: not UTF-8"},
		{"from-csv", "a\n" + strings.Repeat(",", 2*longestRow), transform.TooLarge, "line 2: a value takes more than 4 MiB"},
	} {
		_, err := bench.Run(t, "json="+test.form, test.in)
		if steptest.KindOf(err) != test.kind || test.want != "" && err.Error() != "json="+test.form+": "+test.want {
			t.Errorf("%s of %.50q: %q %.200v, want %q %s", test.form, test.in, steptest.KindOf(err), err, test.kind, test.want)
		}
	}
}

func TestJSONHoldsNoLongValue(t *testing.T) {
	values := newJSONReader(strings.NewReader("[1,\n\"" + strings.Repeat("x", 5<<20) + "\"]"))
	values.taken.most = 1 << 20
	var err error
	for err == nil {
		_, err = values.next()
	}
	if steptest.KindOf(err) != transform.TooLarge || err.Error() != ": line 2: a value takes more than 1 MiB" {
		t.Error(err)
	}
}

func TestJSONNames(t *testing.T) {
	for _, test := range []struct{ form, name, want string }{
		{"pretty", "d/x.json", "d/x.json"},
		{"jsonl", "d/x.JSON", "d/x.jsonl"},
		{"array", "x.ndjson", "x.json"},
		{"csv", "x.v1", "x.v1.csv"},
		{"from-csv", "x.csv", "x.jsonl"},
	} {
		c, err := bench.Set.Parse("json=" + test.form)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Output(transform.File{Name: test.name}).Name; got != test.want {
			t.Errorf("%s: %s, want %s", test.form, got, test.want)
		}
	}
	if _, err := bench.Set.Parse("json"); err == nil {
		t.Error("json without a form")
	}
}

// What a form reads it writes: a second pass changes nothing, and neither panics.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{`{"a":[1,"x\ud800",null]}`, "[{\"a\":1},{\"b\":[{}]}]", "a,b\n1,\"2\n\"\n", "1 2\n3", `{"":""}`, "\"\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, form := range []string{"pretty", "compact", "jsonl", "array", "csv", "from-csv"} {
			once, err := bench.Run(t, "json="+form, text)
			if err != nil {
				if steptest.KindOf(err) == "" {
					t.Errorf("%s: %v is no *Error", form, err)
				}
				continue
			}
			again := form
			switch form {
			case "csv":
				again = "from-csv"
			case "from-csv", "jsonl":
				again = "compact"
			case "array":
				again = "compact"
			}
			twice, err := bench.Run(t, "json="+again, once)
			if err != nil || again == "compact" && form != "csv" && twice != once || again == "pretty" && twice != once {
				t.Errorf("%s of %q is %q, and %s of that %q, %v", form, text, once, again, twice, err)
			}
		}
	})
}

func BenchmarkJSON(b *testing.B) {
	var text strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&text, "{\"id\": %d, \"name\": \"number %d\", \"tags\": \"a b\", \"price\": %d.50, \"ok\": true}\n", i, i, i)
	}
	table, err := bench.Run(b, "json=csv", text.String())
	if err != nil {
		b.Fatal(err)
	}
	for _, form := range []string{"pretty", "compact", "jsonl", "array", "csv", "from-csv"} {
		b.Run(form, func(b *testing.B) {
			in := text.String()
			if form == "from-csv" {
				in = table
			}
			bench.Benchmark(b, "json="+form, in, len(in))
		})
	}
}
