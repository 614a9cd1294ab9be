package charset

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
)

var conversions = []struct {
	name, body string
	opt        Options
	want       string
	invalid    int64 // offset, -1 for none
}{
	{"empty", "", Options{}, "", -1},
	{"ASCII", "plain", Options{}, "plain", -1},
	{"UTF-8", "größer", Options{}, "größer", -1},
	{"mark", "\xef\xbb\xbfgrößer", Options{}, "größer", -1},
	{"mark of a label", "\xef\xbb\xbfgrößer", Options{Charset: "utf8"}, "größer", -1},
	{"mark of another label", "\xef\xbb\xbf", Options{Charset: "latin1"}, "ï»¿", -1},
	{"UTF-16 by its mark", "\xfe\xff\x00a\x20\xac", Options{Charset: "utf-16"}, "a€", -1},
	{"UTF-16LE", "\xff\xfea\x00", Options{}, "a", -1},
	{"declared", "\xd4\xc5\xd3\xd4", Options{ContentType: "text/plain; charset=koi8-r"}, "тест", -1},
	{"label before declaration", "\xfc", Options{Charset: "latin1", ContentType: "text/plain; charset=koi8-r"}, "ü", -1},
	{"meta", "<meta charset=koi8-r>\xd4", Options{ContentType: "text/html"}, "<meta charset=koi8-r>т", -1},
	{"guessed", russian, Options{ContentType: "text/plain"}, "Добро пожаловать на наш сайт, где вы найдете новости и статьи", -1},
	{"U+FFFD that is meant", "a\ufffdb", Options{Charset: "utf-8"}, "a\ufffdb", -1},
	{"U+FFFD that is meant in UTF-16", "a\x00\xfd\xffb\x00", Options{Charset: "utf-16le"}, "a\ufffdb", -1},
	{"U+FFFD that is meant in GB18030", "a\x84\x31\xa4\x37b", Options{Charset: "gb18030"}, "a\ufffdb", -1},
	{"ISO-2022-JP", "a\x1b$B%F\x1b(Bb", Options{Charset: "iso-2022-jp"}, "aテb", -1},

	{"invalid", "ab\xffc", Options{Charset: "utf-8"}, "ab", 2},
	{"invalid behind a mark", "\xef\xbb\xbfab\xffc", Options{}, "ab", 5},
	{"cut", "ab\xc3", Options{Charset: "utf-8"}, "ab", 2},
	{"nothing in windows-1252", "ab\x81c", Options{Charset: "latin1"}, "ab", 2},
	{"half a pair", "a\x00\x00\xd8b\x00", Options{Charset: "utf-16le"}, "a", 2},
	{"odd byte", "a\x00b", Options{Charset: "utf-16le"}, "a", 2},
	{"nothing in Shift JIS", "x\x83e\x83", Options{Charset: "shift_jis"}, "xテ", 3},
	{"meant, then not", "a\x00\xfd\xff\x00\xdc", Options{Charset: "utf-16le"}, "a\ufffd", 4},
	{"nothing in ISO-2022-JP", "a\x1b$B%F\x1b(B\xffb", Options{Charset: "iso-2022-jp"}, "aテ", 9},

	{"replaced", "ab\xffc", Options{Charset: "utf-8", Replace: true}, "ab\ufffdc", -1},
	{"replaced in windows-1252", "ab\x81c", Options{Charset: "latin1", Replace: true}, "ab\ufffdc", -1},
}

func TestConverter(t *testing.T) {
	c := NewConverter(nil, Options{})
	for _, test := range conversions {
		for shape, shaped := range map[string]func(io.Reader) io.Reader{
			"whole":        func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
			"data and EOF": iotest.DataErrReader,
		} {
			c.Reset(shaped(strings.NewReader(test.body)), test.opt)
			checkConverted(t, test.name+", "+shape, c, test.want, test.invalid)
		}
	}
}

func checkConverted(t *testing.T, name string, c *Converter, want string, invalid int64) {
	t.Helper()
	text, err := io.ReadAll(c)
	e, ok := errors.AsType[*InvalidError](err)
	if string(text) != want || ok != (invalid >= 0) || ok && e.Offset != invalid || !ok && err != nil {
		t.Errorf("%s: %.80q, %v; want %.80q, fault at %d", name, text, err, want, invalid)
	}
}

// What is not ASCII may come late, and where a piece ends.
func TestConverterWaits(t *testing.T) {
	late := strings.Repeat("ascii ", 20_000)
	latin := strings.Repeat("caf\xe9 \xe0 la carte, fran\xe7ais, ", 2000)
	accents := strings.Repeat("café à la carte, français, ", 2000)
	for shift := range 4 {
		ascii := strings.Repeat("x", shift) + late
		checkConverted(t, "UTF-8", NewConverter(strings.NewReader(ascii+accents), Options{ContentType: "text/html"}), ascii+accents, -1)
		checkConverted(t, "latin", NewConverter(strings.NewReader(ascii+latin), Options{ContentType: "text/html"}), ascii+accents, -1)
		checkConverted(t, "one letter", NewConverter(strings.NewReader(ascii+"é"), Options{}), ascii+"é", -1)
		checkConverted(t, "fault", NewConverter(strings.NewReader(ascii+accents+"\xff"), Options{}), ascii+accents, int64(len(ascii+accents)))
		jis, err := japanese.ShiftJIS.NewEncoder().String(strings.Repeat("テスト", 9000))
		if err != nil {
			t.Fatal(err)
		}
		bad := strings.Repeat("x", shift) + jis + "\x81"
		checkConverted(t, "fault in Shift JIS", NewConverter(strings.NewReader(bad), Options{Charset: "shift_jis"}),
			strings.Repeat("x", shift)+strings.Repeat("テスト", 9000), int64(len(bad)-1))
	}
}

func TestConverterFails(t *testing.T) {
	broken := errors.New("disk error")
	for _, opt := range []Options{{}, {Charset: "latin1"}, {Replace: true}} {
		_, err := io.ReadAll(NewConverter(io.MultiReader(strings.NewReader("text"), iotest.ErrReader(broken)), opt))
		if err != broken {
			t.Errorf("%+v: %v", opt, err)
		}
	}
}

func TestName(t *testing.T) {
	for label, want := range map[string]string{"latin1": "windows-1252", " UTF8 ": "utf-8", "klingon": "", "iso-2022-kr": "", "": ""} {
		if got := Name(label); got != want {
			t.Errorf("Name(%q) = %q, want %q", label, got, want)
		}
	}
}

// What a strict converter takes is what others make of it, and what it refuses they replace.
func FuzzConverter(f *testing.F) {
	for _, test := range conversions {
		f.Add([]byte(test.body), test.opt.Charset, test.opt.ContentType)
	}
	f.Fuzz(func(t *testing.T, body []byte, label, contentType string) {
		if label != "" && Name(label) == "" {
			return
		}
		opt := Options{Charset: label, ContentType: contentType}
		text, err := io.ReadAll(NewConverter(iotest.HalfReader(strings.NewReader(string(body))), opt))
		opt.Replace = true
		replaced, err2 := io.ReadAll(NewConverter(strings.NewReader(string(body)), opt))
		if err2 != nil {
			t.Fatal(err2)
		}
		if e, ok := errors.AsType[*InvalidError](err); ok {
			if !strings.HasPrefix(string(replaced), string(text)+"\ufffd") || e.Offset >= int64(len(body)) {
				t.Errorf("%q, %v; replaced %q", text, err, replaced)
			}
		} else if err != nil || string(text) != string(replaced) {
			t.Errorf("%q, %v; replaced %q", text, err, replaced)
		}
	})
}

// Every encoding takes what it has itself made of ASCII.
func TestConverterKnowsAll(t *testing.T) {
	for _, name := range []string{"big5", "euc-jp", "euc-kr", "gb18030", "gbk", "ibm866", "iso-8859-8-i", "koi8-u", "macintosh", "shift_jis", "utf-16be", "windows-874", "x-mac-cyrillic"} {
		e, err := htmlindex.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := e.NewEncoder().String("plain text")
		if err != nil {
			t.Fatal(err)
		}
		checkConverted(t, name, NewConverter(strings.NewReader(raw), Options{Charset: name}), "plain text", -1)
	}
}

func BenchmarkConverter(b *testing.B) {
	for _, bench := range []struct{ name, text, charset string }{
		{"utf-8", "größer als gedacht und ", "utf-8"},
		{"windows-1252", "gr\xf6\xdfer als gedacht und ", "windows-1252"},
	} {
		body := strings.Repeat(bench.text, 50_000)
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			c := NewConverter(nil, Options{})
			for b.Loop() {
				c.Reset(strings.NewReader(body), Options{Charset: bench.charset})
				if _, err := io.Copy(io.Discard, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
