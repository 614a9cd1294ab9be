package plaintext

import (
	"strings"
	"testing"
	"unicode/utf8"

	"crawl/files/transform"
	"crawl/files/transform/steptest"
)

func TestUTF8(t *testing.T) {
	html := "<meta charset=koi8-r>\xd4\xc5\xd3\xd4"
	for _, test := range []struct {
		chain    string
		f        transform.File
		in, want string
		kind     transform.Kind
	}{
		{"utf8", transform.File{}, "", "", ""},
		{"utf8", transform.File{}, "\xef\xbb\xbfgrößer", "größer", ""},
		{"utf8", transform.File{}, "\xff\xfeh\x00i\x00", "hi", ""},
		{"utf8", transform.File{Name: "a.html"}, html, "<meta charset=koi8-r>тест", ""},
		{"utf8", transform.File{Name: "a", ContentType: "text/html; charset=windows-1251"}, html, "<meta charset=koi8-r>ФЕУФ", ""},
		{"utf8", transform.File{Name: "a.JSON"}, "[\"\xfc\"]", "[\"", transform.Encoding},
		{"utf8", transform.File{Name: "a.xml"}, "<?xml version='1.0' encoding='latin1'?>\xfc", "<?xml version='1.0' encoding='latin1'?>ü", ""},
		{"utf8=latin1", transform.File{}, "\x80uro \xfc", "€uro ü", ""},
		{"utf8=utf-16", transform.File{}, "\xfe\xff\x00a", "a", ""},
		{"utf8=utf-8", transform.File{}, "ab\xffc", "ab", transform.Encoding},
		{"utf8=utf-8:replace", transform.File{}, "ab\xffc", "ab\ufffdc", ""},
		{"utf8=:replace", transform.File{ContentType: "text/plain; charset=utf-8"}, "ab\xffc", "ab\ufffdc", ""},
		{"utf8,utf8=utf-8", transform.File{Name: "a.html"}, html, "<meta charset=koi8-r>тест", ""},
		{"utf8,utf8", transform.File{Name: "a.html"}, html, "<meta charset=koi8-r>тест", ""}, // the second knows by the type
	} {
		got, err := bench.RunFile(t, test.chain, test.f, test.in)
		if got != test.want || steptest.KindOf(err) != test.kind {
			t.Errorf("%s of %+v: %q, %v; want %q, %s", test.chain, test.f, got, err, test.want, test.kind)
		}
	}
	_, err := bench.Run(t, "utf8=utf-8", "ab\xffc")
	if err == nil || err.Error() != "utf8=utf-8: the byte at offset 2 is not utf-8" {
		t.Error(err)
	}
}

func TestUTF8SaysSo(t *testing.T) {
	for in, want := range map[transform.File]string{
		{Name: "a.html", ContentType: ""}:                                    "text/html; charset=utf-8",
		{Name: "a", ContentType: ""}:                                         "text/plain; charset=utf-8",
		{Name: "a.html", ContentType: "Text/Plain; charset=latin1; x=y"}:     "text/plain; charset=utf-8; x=y",
		{Name: "a", ContentType: "; charset=latin1"}:                         "text/plain; charset=utf-8",
		{Name: "a", ContentType: "text/html; ä=b"}:                           "text/html; charset=utf-8",
		{Name: "a.svg", ContentType: ""}:                                     "image/svg+xml; charset=utf-8",
		{Name: "a", ContentType: "text/html; charset=a; charset=b; CHARSET"}: "text/html; charset=utf-8",
	} {
		if got := bench.Chain(t, "utf8").Output(in); got != (transform.File{Name: in.Name, ContentType: want}) {
			t.Errorf("%+v: %+v, want %s", in, got, want)
		}
	}
}

func TestUTF8AgreesWithIconv(t *testing.T) {
	plain := strings.Repeat("größer als gedacht, côté ", 3000)
	for _, name := range []string{"latin1", "utf-16le", "utf-16be", "windows-1252", "gb18030"} {
		raw, ok, err := steptest.Program(t, plain, "iconv", "-f", "utf-8", "-t", name)
		if !ok || err != nil {
			continue
		}
		if got := bench.Must(t, "utf8="+name, raw); got != plain {
			t.Errorf("%s: %d bytes of %d", name, len(got), len(plain))
		}
	}
}

// Whatever comes, what goes is UTF-8.
func FuzzUTF8(f *testing.F) {
	f.Add("\xff\xfeh\x00i\x00", "", "a.html")
	f.Add("<meta charset=koi8-r>\xd4", "text/html", "")
	f.Fuzz(func(t *testing.T, in, contentType, name string) {
		for _, chain := range []string{"utf8", "utf8=:replace"} {
			got, err := bench.RunFile(t, chain, transform.File{Name: name, ContentType: contentType}, in)
			if !utf8.ValidString(got) || err != nil && (steptest.KindOf(err) != transform.Encoding || chain != "utf8") {
				t.Errorf("%s: %q, %v", chain, got, err)
			}
		}
	})
}

func BenchmarkUTF8(b *testing.B) {
	in := strings.Repeat("plain words, mostly, and a few gr\xf6\xdfere ones ", 50_000)
	b.Run("utf8=latin1", func(b *testing.B) { bench.Benchmark(b, "utf8=latin1", in, len(in)) })
	in = bench.Must(b, "utf8=latin1", in)
	b.Run("utf8", func(b *testing.B) { bench.Benchmark(b, "utf8", in, len(in)) })
	b.Run("utf8=:replace", func(b *testing.B) { bench.Benchmark(b, "utf8=:replace", in, len(in)) })
}
