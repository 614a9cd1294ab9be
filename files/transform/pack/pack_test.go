package pack

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"crawl/files/coding"
	"crawl/files/transform"
	"crawl/files/transform/steptest"

	"github.com/klauspost/compress/zstd"
	"github.com/molecule-man/go-brrr"
)

// codecs are pairs of steps, with the program that knows the format and a decoder that is
// not the step's own way to one.
var codecs = []struct {
	pack, unpack string
	levels       []string
	program      string
	decode       func(io.Reader) (io.Reader, error)
}{
	{"gzip", "gunzip", []string{"1", "2", "6", "9"}, "gzip",
		func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	{"zstd", "unzstd", []string{"1", "3", "9", "22"}, "zstd",
		func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r, zstd.WithDecoderConcurrency(0)) }},
	{"br", "unbr", []string{"0", "1", "5", "9", "11"}, "brotli",
		func(r io.Reader) (io.Reader, error) {
			packed, err := io.ReadAll(r)
			if err != nil {
				return nil, err
			}
			plain, err := brrr.Decompress(packed)
			return bytes.NewReader(plain), err
		}},
}

// samples are what each codec meets at each of its levels. Only at the first, which is
// quick, they are long.
func samples(first bool) map[string]string {
	if !first {
		return map[string]string{"nothing": "", "line": "one line\n", "noise": steptest.Noise(10_000), "text": steptest.Text(64<<10 + 1)}
	}
	return map[string]string{
		"nothing": "", "byte": "x", "line": "one line\n",
		"block": steptest.Text(64 << 10), "more than a block": steptest.Text(64<<10 + 1),
		"zeros": strings.Repeat("\x00", 300_000), "noise": steptest.Noise(100_000), "text": steptest.Text(150_000),
	}
}

func TestCodecsComeBack(t *testing.T) {
	for _, c := range codecs {
		for i, level := range c.levels {
			for name, plain := range samples(i == 0) {
				packed := bench.Must(t, c.pack+"="+level, plain)
				if got := bench.Must(t, c.unpack, packed); got != plain {
					t.Errorf("%s=%s of %s: %d bytes come back of %d", c.pack, level, name, len(got), len(plain))
				}
				r, err := c.decode(strings.NewReader(packed))
				if err != nil {
					t.Errorf("%s=%s of %s: %v", c.pack, level, name, err)
					continue
				}
				if got, err := io.ReadAll(r); string(got) != plain || err != nil {
					t.Errorf("%s=%s of %s: another decoder reads %d bytes of %d, %v", c.pack, level, name, len(got), len(plain), err)
				}
			}
		}
	}
}

// The programs take what we make, and we what they make.
func TestCodecsAgreeWithPrograms(t *testing.T) {
	for _, c := range codecs {
		if _, ok, _ := steptest.Program(t, "", c.program, "-c"); !ok {
			continue
		}
		for name, plain := range samples(true) {
			packed, _, err := steptest.Program(t, plain, c.program, "-c")
			if err != nil {
				t.Fatal(err)
			}
			if got := bench.Must(t, c.unpack, packed); got != plain {
				t.Errorf("%s of %s by %s: %d bytes of %d", c.unpack, name, c.program, len(got), len(plain))
			}
		}
		for i, level := range c.levels {
			if testing.Short() && i > 0 {
				break
			}
			for name, plain := range samples(i == 0) {
				got, _, err := steptest.Program(t, bench.Must(t, c.pack+"="+level, plain), c.program, "-dc")
				if err != nil || got != plain {
					t.Errorf("%s reads %d bytes of %d of %s=%s of %s: %v", c.program, len(got), len(plain), c.pack, level, name, err)
				}
			}
		}
	}
}

func TestCodecsAtEveryCut(t *testing.T) {
	for _, c := range codecs {
		for _, plain := range []string{"", "x", steptest.Text(300), steptest.Noise(70), strings.Repeat("\x00", 5000)} {
			packed := bench.Must(t, c.pack+"="+c.levels[2], plain)
			for i := range packed {
				if _, err := bench.Run(t, c.unpack, packed[:i]); steptest.KindOf(err) != transform.Truncated {
					t.Errorf("%s of %d of %d bytes: %v", c.unpack, i, len(packed), err)
				}
			}
			for _, behind := range []string{"\x01", "x", "garbage that is longer than any header", "\x00x"} {
				if _, err := bench.Run(t, c.unpack, packed+behind); steptest.KindOf(err) != transform.Corrupt && steptest.KindOf(err) != transform.Truncated {
					t.Errorf("%s with %q behind: %v", c.unpack, behind, err)
				}
			}
		}
	}
}

// A decoder that has failed is used again as if nothing had been.
func TestCodecsAfterFailure(t *testing.T) {
	for _, c := range codecs {
		packed := bench.Must(t, c.pack, steptest.Text(5000))
		for range 10 {
			if _, err := bench.Run(t, c.unpack, "\x1f\x8b\x08 no such thing"); err == nil {
				t.Errorf("%s takes anything", c.unpack)
			}
			if _, err := bench.Run(t, c.unpack, packed[:len(packed)/2]); err == nil {
				t.Errorf("%s takes half", c.unpack)
			}
			if got := bench.Must(t, c.unpack, packed); got != steptest.Text(5000) {
				t.Errorf("%s is not what it was", c.unpack)
			}
		}
	}
}

// Errors of what is read and of what is written come back as they are, and nothing of the
// file is left behind.
func TestCodecsFail(t *testing.T) {
	boom := errors.New("boom")
	plain := steptest.Noise(300_000)
	for _, c := range codecs {
		for _, level := range c.levels {
			chain := bench.Chain(t, c.pack+"="+level)
			in := io.MultiReader(strings.NewReader(plain), iotest.ErrReader(boom))
			if _, err := chain.Run(t.Context(), transform.File{}, in, io.Discard, transform.Options{}); err != boom {
				t.Errorf("%s: %v", chain, err)
			}
			if _, err := chain.Run(t.Context(), transform.File{}, strings.NewReader(plain), steptest.Failing(boom), transform.Options{}); err != boom {
				t.Errorf("%s: %v", chain, err)
			}
		}
		packed := bench.Must(t, c.pack+"="+c.levels[0], plain)
		chain := bench.Chain(t, c.unpack)
		in := io.MultiReader(strings.NewReader(packed[:len(packed)/2]), iotest.ErrReader(boom))
		if _, err := chain.Run(t.Context(), transform.File{}, in, io.Discard, transform.Options{}); err != boom {
			t.Errorf("%s: %v", chain, err)
		}
		if _, err := chain.Run(t.Context(), transform.File{}, iotest.DataErrReader(strings.NewReader(packed)), steptest.Failing(boom), transform.Options{}); err != boom {
			t.Errorf("%s: %v", chain, err)
		}
		var out strings.Builder
		if _, err := chain.Run(t.Context(), transform.File{}, iotest.DataErrReader(strings.NewReader(packed)), &out, transform.Options{}); err != nil || out.String() != plain {
			t.Errorf("%s: %d bytes, %v", chain, out.Len(), err)
		}
	}
}

func TestGunzipTakesMembersAndPadding(t *testing.T) {
	a, b := bench.Must(t, "gzip", "one "), bench.Must(t, "gzip", "two")
	empty := bench.Must(t, "gzip", "")
	for name, test := range map[string]struct{ in, want string }{
		"members":       {a + b, "one two"},
		"empty members": {empty + a + strings.Repeat(empty, 1000) + b + empty, "one two"},
		"padding":       {a + strings.Repeat("\x00", 10_000), "one "},
		"a full head":   {"\x1f\x8b\x08\x1c\x00\x00\x00\x00\x00\x03\x02\x00xxname\x00comment\x00" + a[10:], "one "},
	} {
		if got, err := bench.Run(t, "gunzip", test.in); got != test.want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestGunzipFindsFaults(t *testing.T) {
	packed := bench.Must(t, "gzip", steptest.Text(2000))
	for i := range packed {
		if i > 3 && i < 10 {
			continue // time and system mean nothing
		}
		bad := packed[:i] + string([]byte{packed[i] ^ 0x41}) + packed[i+1:]
		if _, err := bench.Run(t, "gunzip", bad); err == nil || steptest.KindOf(err) == "other" {
			t.Errorf("a fault at %d of %d: %v", i, len(packed), err)
		}
	}
}

func TestUnzstdTakesFrames(t *testing.T) {
	a, b := bench.Must(t, "zstd", "one "), bench.Must(t, "zstd", "two")
	skipped := "\x50\x2a\x4d\x18\x04\x00\x00\x00skip"
	for name, test := range map[string]struct{ in, want string }{
		"frames":            {a + b, "one two"},
		"skippable":         {skipped + a + skipped + b + skipped, "one two"},
		"nothing but skips": {skipped, ""},
	} {
		if got, err := bench.Run(t, "unzstd", test.in); got != test.want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestUnzstdRefusesWindows(t *testing.T) {
	plain := steptest.Noise(100_000)
	for window, want := range map[int]transform.Kind{coding.MaxWindow: "", 2 * coding.MaxWindow: transform.Unsupported} {
		var packed bytes.Buffer
		w, err := zstd.NewWriter(&packed, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1), zstd.WithSingleSegment(false))
		if err != nil {
			t.Fatal(err)
		}
		for range 200 { // so much that the frame can't be smaller than its window
			if _, err := io.WriteString(w, plain); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := bench.Run(t, "unzstd", packed.String()); steptest.KindOf(err) != want {
			t.Errorf("window of %d: %v", window, err)
		}
	}
	// A frame that needs dictionary 7.
	if _, err := bench.Run(t, "unzstd", "\x28\xb5\x2f\xfd\x21\x07\x01\x09\x00\x00x"); steptest.KindOf(err) != transform.Unsupported {
		t.Errorf("dictionary: %v", err)
	}
}

func TestCodecsName(t *testing.T) {
	for _, test := range []struct {
		chain    string
		in, want transform.File
	}{
		{"gzip", transform.File{Name: "a/b.txt", ContentType: "text/plain"}, transform.File{Name: "a/b.txt.gz", ContentType: "application/gzip"}},
		{"gunzip", transform.File{Name: "a/b.txt.gz", ContentType: "application/x-gzip"}, transform.File{Name: "a/b.txt", ContentType: ""}},
		{"gunzip", transform.File{Name: "a.TGZ", ContentType: "text/html"}, transform.File{Name: "a.tar", ContentType: "text/html"}},
		{"gunzip", transform.File{Name: "a/.gz", ContentType: ""}, transform.File{Name: "a/.gz", ContentType: ""}},
		{"gunzip", transform.File{Name: ".gz", ContentType: ""}, transform.File{Name: ".gz", ContentType: ""}},
		{"gunzip", transform.File{Name: "a", ContentType: ""}, transform.File{Name: "a", ContentType: ""}},
		{"zstd", transform.File{Name: "a", ContentType: ""}, transform.File{Name: "a.zst", ContentType: "application/zstd"}},
		{"unzstd", transform.File{Name: "a.ZST", ContentType: "application/zstd"}, transform.File{Name: "a", ContentType: ""}},
		{"br", transform.File{Name: "a", ContentType: "text/html"}, transform.File{Name: "a.br", ContentType: ""}},
		{"unbr", transform.File{Name: "a.br", ContentType: ""}, transform.File{Name: "a", ContentType: ""}},
		{"gunzip,zstd=9", transform.File{Name: "a.gz", ContentType: "application/gzip"}, transform.File{Name: "a.zst", ContentType: "application/zstd"}},
	} {
		if got := bench.Chain(t, test.chain).Output(test.in); got != test.want {
			t.Errorf("%s of %+v: %+v, want %+v", test.chain, test.in, got, test.want)
		}
	}
}

// Zeros that have been made small three times over stop where they must.
func TestBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 10<<20)
	for _, c := range codecs {
		level := "=" + c.levels[1]
		bomb := zeros
		for range 3 {
			bomb = bench.Must(t, c.pack+level, bomb)
		}
		chain := strings.Join(slices.Repeat([]string{c.unpack}, 3), ",")
		var out counting
		_, err := bench.Chain(t, chain).Run(t.Context(), transform.File{}, strings.NewReader(bomb), &out, transform.Options{MaxSize: 1 << 20})
		if steptest.KindOf(err) != transform.TooLarge || out > 1<<20 {
			t.Errorf("%s: %d bytes, %v", chain, out, err)
		}
		if got := bench.Must(t, chain, bomb); got != zeros {
			t.Errorf("%s: %d bytes without a limit", chain, len(got))
		}
	}
}

type counting int64

func (c *counting) Write(p []byte) (int, error) {
	*c += counting(len(p))
	return len(p), nil
}

// Whatever the bytes: no panic, no error that says nothing of the file, and what is taken
// is what another decoder takes, too.
func FuzzDecoders(f *testing.F) {
	for i, c := range codecs {
		for _, plain := range []string{"", "x", steptest.Text(200), strings.Repeat("\x00", 500)} {
			f.Add([]byte(bench.Must(f, c.pack, plain)), uint(i))
		}
		f.Add([]byte(bench.Must(f, c.pack, "a")+bench.Must(f, c.pack, "b")), uint(i))
	}
	f.Fuzz(func(t *testing.T, in []byte, which uint) {
		c := codecs[which%uint(len(codecs))]
		var out bytes.Buffer
		_, err := bench.Chain(t, c.unpack).Run(t.Context(), transform.File{}, steptest.Dripping(bytes.NewReader(in)), &out, transform.Options{MaxSize: 1 << 20})
		if err != nil {
			if steptest.KindOf(err) == "other" {
				t.Fatal(err)
			}
			return
		}
		if c.unpack == "gunzip" {
			in = bytes.TrimRight(in, "\x00") // the padding
			in = append(in, make([]byte, 8)...)
			r, err := gzip.NewReader(bytes.NewReader(in))
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(r)
			if err != nil && err != gzip.ErrHeader && err != io.ErrUnexpectedEOF || !bytes.Equal(plain, out.Bytes()) {
				t.Fatalf("%d bytes, another decoder has %d, %v", out.Len(), len(plain), err)
			}
			return
		}
		r, err := c.decode(bytes.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(r); err != nil || !bytes.Equal(plain, out.Bytes()) {
			t.Fatalf("%d bytes, another decoder has %d, %v", out.Len(), len(plain), err)
		}
	})
}

// Rates are of what is plain, on either side.
func BenchmarkCodecs(b *testing.B) {
	plain := steptest.Text(4 << 20)
	for _, c := range codecs {
		for _, level := range c.levels {
			packed := bench.Must(b, c.pack+"="+level, plain[:1<<20])
			if level != "11" && level != "22" {
				packed = bench.Must(b, c.pack+"="+level, plain)
			} else {
				plain = plain[:1<<20]
			}
			b.Run(fmt.Sprintf("%s=%s", c.pack, level), func(b *testing.B) {
				bench.Benchmark(b, c.pack+"="+level, plain, len(plain))
				b.ReportMetric(100*float64(len(packed))/float64(len(plain)), "%size")
			})
			if level == c.levels[2] {
				b.Run(c.unpack, func(b *testing.B) { bench.Benchmark(b, c.unpack, packed, len(plain)) })
			}
		}
	}
}
