package stats

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"http://a.example/x y":     "http://a.example/x y",
		"http://bücher.example/本":  "http://bücher.example/本",
		"a\x1b[31mred\x07":         `a\x1b[31mred\x07`,
		"a\tb\r\nc\x7f":            `a\x09b\x0d\x0ac\x7f`,
		"c1 \u009b31m":             `c1 \u009b31m`,
		"bidi \u202etxt.exe\u2066": `bidi \u202etxt.exe\u2066`,
		"zero\u200bwidth\ufeff":    `zero\u200bwidth\ufeff`,
		"line\u2028break\u00a0":    `line\u2028break\u00a0`,
		"tag \U000e0041":           `tag \U000e0041`,
		"cut \xe6\x9c":             `cut \xe6\x9c`,
		"replaced \ufffd":          "replaced \ufffd",
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[2J", "\u202e", "\xff\xfe", "\ufffd\x00", "\U000e0041"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Printable(s)
		if !utf8.ValidString(got) {
			t.Errorf("invalid: %q", got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Errorf("%q holds %q", got, r)
			}
		}
		if again := Printable(got); again != got {
			t.Errorf("%q became %q", got, again)
		}
	})
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Count(0), "0"}, {Count(999), "999"}, {Count(1000), "1,000"}, {Count(1234567), "1,234,567"}, {Count(-123456), "-123,456"},
		{Bytes(0), "0 B"}, {Bytes(1023), "1023 B"}, {Bytes(1024), "1.0 KiB"}, {Bytes(1536), "1.5 KiB"},
		{Bytes(160 << 20), "160 MiB"}, {Bytes(1<<20 - 1), "1.0 MiB"}, {Bytes(1<<63 - 1), "8.0 EiB"},
		{Rate(0), "0/s"}, {Rate(0.52), "0.5/s"}, {Rate(9.94), "9.9/s"}, {Rate(9.96), "10/s"}, {Rate(8333.3), "8,333/s"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
