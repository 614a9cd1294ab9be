package coding_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"github.com/molecule-man/go-brrr"

	"crawl/files/coding"
)

// coders make what the format of that name is.
var coders = map[string]func(w io.Writer) io.WriteCloser{
	"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"zlib": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
	"raw":  func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 6); return z },
	"br":   func(w io.Writer) io.WriteCloser { z, _ := brrr.NewWriter(w, 5); return z },
	"zstd": func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)); return z },
}

func coded(format, plain string) string {
	var b bytes.Buffer
	w := coders[format](&b)
	io.WriteString(w, plain)
	w.Close()
	return b.String()
}

// names are what HTTP calls the formats.
var names = map[string]string{"gzip": "gzip", "zlib": "deflate", "raw": "deflate", "br": "br", "zstd": "zstd"}

// formats are the functions for one format.
var formats = map[string]func(*bufio.Reader) (io.ReadCloser, error){
	"gzip": coding.Gzip, "zlib": coding.Deflate, "raw": coding.Deflate, "br": coding.Brotli, "zstd": coding.Zstd,
}

const most = 1 << 20

func open(text string, codings ...string) (string, error) {
	r, err := coding.Open(strings.NewReader(text), most, codings...)
	if err != nil {
		return "", err
	}
	defer r.Close()
	plain, err := io.ReadAll(r)
	return string(plain), err
}

// Each format comes back as it was, cut anywhere it ends early, and the decoder is none the
// worse for it.
func TestFormats(t *testing.T) {
	for format, name := range names {
		t.Run(format, func(t *testing.T) {
			var text strings.Builder
			for i := range 500 {
				fmt.Fprintf(&text, "%d %x;", i*i, i)
			}
			whole := coded(format, text.String())
			for n := range len(whole) {
				plain, err := open(whole[:n], name)
				if n == 0 {
					if plain != "" || err != nil {
						t.Errorf("nothing is %q, %v", plain, err)
					}
				} else if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("cut after %d of %d: %v", n, len(whole), err)
				}
			}
			for _, in := range []io.Reader{strings.NewReader(whole), iotest.OneByteReader(strings.NewReader(whole)), iotest.DataErrReader(strings.NewReader(whole))} {
				r, err := formats[format](bufio.NewReader(in))
				if err != nil {
					t.Fatal(err)
				}
				plain, err := io.ReadAll(r)
				if string(plain) != text.String() || err != nil {
					t.Errorf("%d bytes, %v", len(plain), err)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// What stands behind the data stays in the source, for the formats that say so.
func TestRest(t *testing.T) {
	for _, format := range []string{"gzip", "zlib", "raw"} {
		src := bufio.NewReader(strings.NewReader(coded(format, "text") + "rest"))
		r, err := formats[format](src)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(r)
		if string(plain) != "text" || err != nil {
			t.Errorf("%s: %q, %v", format, plain, err)
		}
		if rest, err := io.ReadAll(src); string(rest) != "rest" || err != nil {
			t.Errorf("%s: the rest is %q, %v", format, rest, err)
		}
		r.Close()
	}
	for name, text := range map[string]string{
		"gzip": coded("gzip", "text") + "rest",
		"br":   coded("br", "text") + "rest",
	} {
		if plain, err := open(text, name); plain != "text" || err != nil && name != "br" {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
}

func TestOpen(t *testing.T) {
	twice := coded("gzip", "a") + coded("gzip", "b")
	wide := func() string {
		var b bytes.Buffer
		z, _ := zstd.NewWriter(&b, zstd.WithWindowSize(2*coding.MaxWindow))
		io.WriteString(z, strings.Repeat("x", 3*coding.MaxWindow))
		z.Close()
		return b.String()
	}
	unsupported := func(err error) bool {
		_, ok := errors.AsType[*coding.UnsupportedError](err)
		return ok
	}
	for _, test := range []struct {
		name, text string
		codings    []string
		want       string
		err        func(error) bool // nil: none
	}{
		{"none", "text", nil, "text", nil},
		{"members", twice, []string{"x-gzip"}, "ab", nil},
		{"one in the other", coded("br", coded("gzip", "text")), []string{"gzip", "br"}, "text", nil},
		{"the wrong order", coded("br", coded("gzip", "text")), []string{"br", "gzip"}, "", func(err error) bool { return err != nil }},
		{"unknown", "text", []string{"compress"}, "", unsupported},
		{"too many", "", slices.Repeat([]string{"gzip"}, coding.MaxCodings+1), "", unsupported},
		{"no gzip", "text, and not a little", []string{"gzip"}, "", func(err error) bool { return err != nil && !errors.Is(err, io.ErrUnexpectedEOF) }},
		{"a wide window", wide(), []string{"zstd"}, "", unsupported},
		{"too large between", coded("gzip", coded("gzip", "")+strings.Repeat("\x00", 2*most)), []string{"gzip", "gzip"}, "", nil},
		{"too large between, and endless", coded("gzip", strings.Repeat(coded("gzip", ""), 1+most/len(coded("gzip", "")))), []string{"gzip", "gzip"}, "",
			func(err error) bool { return errors.Is(err, coding.ErrTooLarge) }},
	} {
		plain, err := open(test.text, test.codings...)
		switch {
		case test.err == nil && (err != nil || plain != test.want):
			t.Errorf("%s: %q, %v, want %q", test.name, plain, err, test.want)
		case test.err != nil && !test.err(err):
			t.Errorf("%s: %q, %v", test.name, plain, err)
		}
	}
}

func TestClosed(t *testing.T) {
	r, err := coding.Open(strings.NewReader(coded("gzip", "text")), most, "gzip")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if n, err := r.Read(make([]byte, 10)); n != 0 || err != io.ErrClosedPipe {
			t.Errorf("%d bytes, %v", n, err)
		}
	}
}

// The source's own error comes back.
func TestSourceFails(t *testing.T) {
	broken := errors.New("the line is dead")
	for format, name := range names {
		whole := coded(format, strings.Repeat("some text ", 100))
		for _, n := range []int{0, 1, len(whole) / 2} {
			r, err := coding.Open(io.MultiReader(strings.NewReader(whole[:n]), iotest.ErrReader(broken)), most, name)
			if err == nil {
				_, err = io.ReadAll(r)
				r.Close()
			}
			if !errors.Is(err, broken) {
				t.Errorf("%s, cut after %d of %d: %v", format, n, len(whole), err)
			}
		}
	}
}

func TestAppend(t *testing.T) {
	got := coding.Append(coding.Append(nil, "gzip, ,IDENTITY"), " BR\t")
	if want := []string{"gzip", "br"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever comes, a decoder ends, says the same however it is fed, and does for good data
// afterwards.
func FuzzOpen(f *testing.F) {
	all := []string{"gzip", "deflate", "br", "zstd"}
	for format := range names {
		whole := coded(format, "hello, hello, hello, hello")
		f.Add([]byte(whole), uint8(slices.Index(all, names[format])))
		f.Add([]byte(whole[:len(whole)/2]), uint8(slices.Index(all, names[format])))
	}
	good := map[string]string{"gzip": coded("gzip", "good"), "deflate": coded("raw", "good"), "br": coded("br", "good"), "zstd": coded("zstd", "good")}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		name := all[int(which)%len(all)]
		read := func(in io.Reader) (string, bool) {
			r, err := coding.Open(in, most, name)
			if err != nil {
				return "", false
			}
			defer r.Close()
			plain, err := io.ReadAll(io.LimitReader(r, most))
			return string(plain), err == nil
		}
		plain, ok := read(bytes.NewReader(data))
		if again, okAgain := read(iotest.OneByteReader(bytes.NewReader(data))); name != "br" && (ok != okAgain || ok && again != plain) {
			t.Errorf("%s: %.50q, %v in one piece; %.50q, %v in pieces", name, plain, ok, again, okAgain)
		}
		if plain, err := open(good[name], name); plain != "good" || err != nil {
			t.Errorf("%s: a good one is %q, %v then", name, plain, err)
		}
	})
}
