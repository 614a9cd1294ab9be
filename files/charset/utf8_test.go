package charset

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/transform"
)

// What is UTF-8 stays, and all else becomes what the decoder makes of it, in whatever
// pieces it comes.
func FuzzUTF8Reader(f *testing.F) {
	for _, text := range []string{"", "a", "ü", "\xff", "\xc3", "a\xe2\x82", "\xe2\x82\xac\xe2\x82", "aü€𝄞", "\xf0\x9d\x84", "\xed\xa0\x80", "\x80ü", strings.Repeat("€", 2_000) + "\xe2\x82"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, err := io.ReadAll(transform.NewReader(strings.NewReader(text), lookup("utf-8").NewDecoder()))
		if err != nil {
			t.Fatal(err)
		}
		for name, in := range map[string]io.Reader{
			"whole":       strings.NewReader(text),
			"bytes":       iotest.OneByteReader(strings.NewReader(text)),
			"data at EOF": iotest.DataErrReader(iotest.HalfReader(strings.NewReader(text))),
		} {
			if got, err := io.ReadAll(&utf8Reader{in: in}); !bytes.Equal(got, want) || err != nil {
				t.Errorf("%s: %q, %v, want %q", name, got, err, want)
			}
			in = iotest.HalfReader(strings.NewReader(text))
			if got, err := io.ReadAll(iotest.OneByteReader(&utf8Reader{in: in})); !bytes.Equal(got, want) || err != nil {
				t.Errorf("read in bytes: %q, %v, want %q", got, err, want)
			}
		}
	})
}

// A fault comes behind the bytes before it, also where these are not UTF-8.
func TestUTF8ReaderFails(t *testing.T) {
	fault := errors.New("cut")
	for text, want := range map[string]string{"": "", "a": "a", "a\xffb": "a\uFFFDb"} {
		for _, in := range []io.Reader{
			io.MultiReader(strings.NewReader(text), iotest.ErrReader(fault)),
			iotest.DataErrReader(io.MultiReader(strings.NewReader(text), iotest.ErrReader(fault))),
		} {
			if got, err := io.ReadAll(&utf8Reader{in: in}); !errors.Is(err, fault) || string(got) != want {
				t.Errorf("%q: %q, %v", text, got, err)
			}
		}
	}
}
