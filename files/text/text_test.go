package text_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"crawl/files"
	"crawl/files/text"
)

func reader(t testing.TB, r io.Reader, opt text.Options) *text.Reader {
	t.Helper()
	out, err := text.NewReader(r, opt)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNewlines expects what Python says of the same.
func TestNewlines(t *testing.T) {
	const all = "a\nb\rc\r\nd\r\r\n\n\re"
	for newline, want := range map[text.Newline][]string{
		text.Universal: {"a\n", "b\n", "c\n", "d\n", "\n", "\n", "\n", "e"},
		text.Raw:       {"a\n", "b\r", "c\r\n", "d\r", "\r\n", "\n", "\r", "e"},
		text.LF:        {"a\n", "b\rc\r\n", "d\r\r\n", "\n", "\re"},
		text.CR:        {"a\nb\r", "c\r", "\nd\r", "\r", "\n\n\r", "e"},
		text.CRLF:      {"a\nb\rc\r\n", "d\r\r\n", "\n\re"},
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(all), "bytewise": iotest.OneByteReader(strings.NewReader(all))} {
			var got []string
			for line, err := range reader(t, r, text.Options{Newline: newline}).Lines() {
				if err != nil {
					t.Error(err)
				}
				got = append(got, line)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d, %s: got %q, want %q", newline, name, got, want)
			}
		}
	}
	for newline, want := range map[text.Newline]string{
		text.Raw: "a\nb\r\n", text.LF: "a\nb\r\n", text.CR: "a\rb\r\r", text.CRLF: "a\r\nb\r\r\n",
		text.Universal: map[bool]string{false: "a\nb\r\n", true: "a\r\nb\r\r\n"}[runtime.GOOS == "windows"],
	} {
		if got, err := written("a\nb\r\n", text.Options{Newline: newline}); got != want || err != nil {
			t.Errorf("%d: wrote %q, %v, want %q", newline, got, err, want)
		}
	}
}

func written(s string, opt text.Options) (string, error) {
	var out bytes.Buffer
	w, err := text.NewWriter(&out, opt)
	if err != nil {
		return "", err
	}
	if _, err := w.WriteString(s); err != nil {
		return "", err
	}
	err = w.Close()
	return out.String(), err
}

func TestEncodings(t *testing.T) {
	for _, c := range []struct {
		label, raw string
		mode       text.Errors
		want       string
		bad        bool
	}{
		{"", "gr\u00fcn", text.Strict, "grün", false},
		{"utf-8", "a\xffb", text.Strict, "a", true},
		{"utf-8", "a\xffb", text.Replace, "a\ufffdb", false},
		{"utf-8", "a\xffb", text.Ignore, "ab", false},
		{"UTF-8", "a\ufffdb", text.Strict, "a\ufffdb", false},
		{"utf-8", "cut \xe2\x82", text.Strict, "cut ", true},
		{"utf-8", "cut \xe2\x82", text.Ignore, "cut ", false},
		{"latin1", "gr\xfcn", text.Strict, "grün", false},
		{"windows-1252", "\x80", text.Strict, "€", false},
		{"shift_jis", "\x93\xfa\x96\x7b", text.Strict, "日本", false},
		{"shift_jis", "\x93\xfa\xff!", text.Strict, "日", true},
		{"shift_jis", "\x93\xfa\xff!", text.Ignore, "日!", false},
		{"shift_jis", "\x93\xfa\xff!", text.Replace, "日\ufffd!", false},
		{"utf-16le", "a\x00\xfc\x00", text.Strict, "aü", false},
		{"gb18030", "\xb1\xb1", text.Strict, "北", false},
	} {
		got, err := reader(t, strings.NewReader(c.raw), text.Options{Encoding: c.label, Errors: c.mode}).ReadAll()
		wrong, isText := errors.AsType[*text.Error](err)
		if got != c.want || (err != nil) != c.bad || c.bad && (!isText || wrong.Op != "read") {
			t.Errorf("%s %q: got %q, %v, want %q", c.label, c.raw, got, err, c.want)
		}
		if c.bad || c.mode != text.Strict {
			continue
		}
		if raw, err := written(c.want, text.Options{Encoding: c.label, Newline: text.Raw}); raw != c.raw || err != nil {
			t.Errorf("%s: wrote %q, %v, want %q", c.label, raw, err, c.raw)
		}
	}
	for _, c := range []struct {
		label, text string
		mode        text.Errors
		want        string
		bad         bool
	}{
		{"latin1", "1 日€ ü", text.Strict, "", true},
		{"latin1", "1 日€ ü", text.Replace, "1 ?\x80 \xfc", false},
		{"latin1", "1 日€ ü", text.Ignore, "1 \x80 \xfc", false},
		{"iso-2022-jp", "日ü本", text.Replace, "\x1b$BF|\x1b(B?\x1b$BK\\\x1b(B", false},
		{"utf-8", "a\xffb", text.Strict, "", true},
		{"utf-8", "a\xffb", text.Replace, "a?b", false},
		{"utf-8", "a\xffb", text.Ignore, "ab", false},
	} {
		got, err := written(c.text, text.Options{Encoding: c.label, Errors: c.mode, Newline: text.LF})
		wrong, isText := errors.AsType[*text.Error](err)
		if !c.bad && got != c.want || (err != nil) != c.bad || c.bad && (!isText || wrong.Op != "write") {
			t.Errorf("%s %q: wrote %q, %v, want %q", c.label, c.text, got, err, c.want)
		}
	}
	_, rerr := text.NewReader(nil, text.Options{Encoding: "klingon"})
	_, werr := text.NewWriter(nil, text.Options{Encoding: "klingon"})
	if rerr == nil || werr == nil {
		t.Errorf("klingon: %v, %v", rerr, werr)
	}
}

// TestBrokenStream: an error of the stream comes after what was read before it.
func TestBrokenStream(t *testing.T) {
	errBroken := errors.New("broken")
	r := reader(t, io.MultiReader(strings.NewReader("one\ntw"), iotest.ErrReader(errBroken)), text.Options{})
	var got []string
	var last error
	for line, err := range r.Lines() {
		if last = err; err == nil {
			got = append(got, line)
		}
	}
	if !slices.Equal(got, []string{"one\n", "tw"}) || !errors.Is(last, errBroken) {
		t.Errorf("got %q, %v", got, last)
	}
}

func TestLongestLine(t *testing.T) {
	endless := io.LimitReader(zeros{}, files.LongestLine+1<<20)
	if _, err := reader(t, endless, text.Options{}).ReadLine(); !errors.Is(err, bufio.ErrTooLong) {
		t.Errorf("got %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func FuzzText(f *testing.F) {
	f.Add("a\r\nb\rc\n\xff", uint8(0), uint8(1))
	f.Add("\xe2\x82\xac\r", uint8(2), uint8(0))
	f.Fuzz(func(t *testing.T, raw string, newline, mode uint8) {
		opt := text.Options{Newline: text.Newline(newline % 5), Errors: text.Errors(mode % 3)}
		whole, err := reader(t, strings.NewReader(raw), opt).ReadAll()
		if valid := utf8.ValidString(raw); (err == nil) != (valid || opt.Errors != text.Strict) {
			t.Fatalf("got %v", err)
		}
		if !utf8.ValidString(whole) {
			t.Errorf("%q is no text", whole)
		}
		var lines strings.Builder
		for line, err := range reader(t, iotest.HalfReader(strings.NewReader(raw)), opt).Lines() {
			if err == nil && line == "" {
				t.Fatal("an empty line")
			}
			lines.WriteString(line)
		}
		if lines.String() != whole {
			t.Errorf("lines %q, whole %q", lines.String(), whole)
		}
		if opt.Newline == text.Universal {
			if strings.Contains(whole, "\r") {
				t.Errorf("%q has a \\r", whole)
			}
			return
		}
		opt.Newline = text.Raw
		if back, err := written(whole, opt); back != whole || err != nil {
			t.Errorf("wrote %q, %v", back, err)
		}
	})
}

func Example() {
	var out bytes.Buffer
	w, err := text.NewWriter(&out, text.Options{Encoding: "windows-1252", Newline: text.CRLF})
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(w, "5 € for")
	fmt.Fprintln(w, "tee")
	if err := w.Close(); err != nil {
		panic(err)
	}
	fmt.Printf("%q\n", out.String())

	r, err := text.NewReader(&out, text.Options{Encoding: "windows-1252"})
	if err != nil {
		panic(err)
	}
	for line, err := range r.Lines() {
		fmt.Printf("%q %v\n", line, err)
	}
	// Output:
	// "5 \x80 for\r\ntee\r\n"
	// "5 € for\n" <nil>
	// "tee\n" <nil>
}
