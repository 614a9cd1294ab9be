package charset

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

var texts = []struct {
	name, contentType, body string
	want, charset           string
}{
	{"empty", "text/html", "", "", "windows-1252"},
	{"UTF-8", "text/plain", "größer", "größer", "utf-8"},
	{"UTF-8 with mark", "text/plain", "\xef\xbb\xbfgrößer", "größer", "utf-8"},
	{"mark alone", "text/plain", "\xef\xbb\xbf", "", "utf-8"},
	{"bad UTF-8", "text/plain; charset=utf-8", "a\xffb\xc3", "a\ufffdb\ufffd", "utf-8"},
	{"UTF-16LE with mark", "text/plain", "\xff\xfea\x00\xfc\x00", "aü", "utf-16le"},
	{"UTF-16BE with mark", "text/html; charset=utf-8", "\xfe\xff\x00a\x20\xac", "a€", "utf-16be"},
	{"UTF-16 by header", "text/html; charset=utf-16", "a\x00\xac\x20", "a€", "utf-16le"},
	{"UTF-16 with half a pair and an odd byte", "text/html; charset=utf-16le", "\x00\xd8a\x00b", "\ufffda\ufffd", "utf-16le"},
	{"a pair", "text/html; charset=utf-16le", "\x3d\xd8\x00\xde", "😀", "utf-16le"},
	{"windows-1252", "text/html; charset=latin1", "\x80\x93x\x94\x81", "€“x”\ufffd", "windows-1252"},
	{"meta", "text/html", "<meta charset=koi8-r>\xd4\xc5\xd3\xd4", "<meta charset=koi8-r>тест", "koi8-r"},
	{"Shift JIS", "text/plain; charset=shift_jis", "\x83e\x83X\x83g\x83", "テスト\ufffd", "shift_jis"},
	{"EUC-JP", "text/plain; charset=euc-jp", "\xa5\xc6", "テ", "euc-jp"},
	{"ISO-2022-JP", "text/plain; charset=iso-2022-jp", "a\x1b$B%F\x1b(Bb", "aテb", "iso-2022-jp"},
	{"Big5", "text/plain; charset=big5", "\xa4\xa4\xa4\xe5", "中文", "big5"},
	{"EUC-KR", "text/plain; charset=ks_c_5601-1987", "\xc7\xd1", "한", "euc-kr"},
	{"GBK that is GB18030", "text/plain; charset=gb2312", "\xd6\xd0\x81\x30\x81\x30", "中\u0080", "gbk"},
	{"refused by browsers", "text/plain; charset=iso-2022-kr", "x", "\ufffd", "replacement"},
}

func TestText(t *testing.T) {
	for _, c := range texts {
		text, name := Text([]byte(c.body), c.contentType)
		if text != c.want || name != c.charset {
			t.Errorf("%s: Text(%q, %q) = %q, %q; want %q, %q", c.name, c.body, c.contentType, text, name, c.want, c.charset)
		}
	}
}

func TestNewReader(t *testing.T) {
	for _, c := range texts {
		for shape, shaped := range map[string]func(io.Reader) io.Reader{
			"whole":        func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
			"data and EOF": iotest.DataErrReader,
		} {
			text, name := readAll(t, shaped(strings.NewReader(c.body)), c.contentType)
			if text != c.want || name != c.charset {
				t.Errorf("%s, %s: %q in %q; want %q in %q", c.name, shape, text, name, c.want, c.charset)
			}
		}
	}
}

func readAll(t *testing.T, r io.Reader, contentType string) (text, name string) {
	t.Helper()
	decoded, name, err := NewReader(r, contentType)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(decoded)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), name
}

// A character that lies across the end of what was read ahead stays whole.
func TestNewReaderStreams(t *testing.T) {
	long := strings.Repeat("größer ", 10_000)
	for shift := range 3 {
		want := strings.Repeat("x", shift) + long
		if got, name := readAll(t, strings.NewReader(want), "text/html"); got != want || name != "utf-8" {
			t.Errorf("%d bytes of %d came in %s", len(got), len(want), name)
		}
	}
	latin := "é" + strings.Repeat("x", 3*lookahead) + "é"
	if got, _ := readAll(t, strings.NewReader(strings.ReplaceAll(latin, "é", "\xe9")), "text/html; charset=latin1"); got != latin {
		t.Errorf("%d bytes of %d came", len(got), len(latin))
	}
}

// A server that says the encoding early and then waits is not waited for.
func TestNewReaderReadsNoFurtherThanNeeded(t *testing.T) {
	for contentType, head := range map[string]string{
		"text/event-stream; charset=utf-8": "ok\n",
		"application/json":                 "{}\n",
		"text/html":                        "<meta charset=koi8-r>",
		"text/plain":                       "\xff\xfea\x00",
	} {
		silent := iotest.ErrReader(errors.New("read too far"))
		_, name, err := NewReader(io.MultiReader(strings.NewReader(head), silent), contentType)
		if err != nil {
			t.Errorf("%s (%s): %v", contentType, name, err)
		}
	}
}

func TestNewReaderFails(t *testing.T) {
	broken := errors.New("connection reset")
	_, _, err := NewReader(io.MultiReader(strings.NewReader("<html>"), iotest.ErrReader(broken)), "text/html")
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v, want %v", err, broken)
	}
	r, _, err := NewReader(io.MultiReader(strings.NewReader("text"), iotest.ErrReader(broken)), "text/plain; charset=utf-8")
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(r); string(data) != "text" || !errors.Is(err, broken) {
		t.Errorf("%q, %v came; want the text and %v", data, err, broken)
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ label, body, want string }{
		{"utf-8", "\xef\xbb\xbfü", "ü"},
		{" UTF8 ", "\xff", "\ufffd"},
		{"latin1", "\xef\xbb\xbf", "ï»¿"},
		{"utf-16", "\xff\xfea\x00", "a"},
		{"koi8-r", "\xd4\xc5\xd3\xd4", "тест"},
	} {
		if got, err := Decode([]byte(c.body), c.label); got != c.want || err != nil {
			t.Errorf("Decode(%q, %q) = %q, %v; want %q", c.body, c.label, got, err, c.want)
		}
	}
	if _, err := Decode(nil, "klingon"); err == nil || err.Error() != `unknown charset "klingon"` {
		t.Errorf("the error is %v", err)
	}
}

func BenchmarkText(b *testing.B) {
	body := []byte(strings.Repeat("größer ", 2000))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		Text(body, "text/html; charset=utf-8")
	}
}
