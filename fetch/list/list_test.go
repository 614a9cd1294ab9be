package list

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNext(t *testing.T) {
	long := strings.Repeat("x", MaxLine)
	for _, test := range []struct {
		name, in string
		want     []Line
	}{
		{"empty", "", nil},
		{"one byte", "a", []Line{{1, "a", false}}},
		{"no final newline", "a\nb", []Line{{1, "a", false}, {2, "b", false}}},
		{"LF", "a\nb\n", []Line{{1, "a", false}, {2, "b", false}}},
		{"CRLF", "a\r\nb\r\n", []Line{{1, "a", false}, {2, "b", false}}},
		{"lone CR", "a\rb\r", []Line{{1, "a", false}, {2, "b", false}}},
		{"mixed ends", "a\r\r\nb\n\rc", []Line{{1, "a", false}, {3, "b", false}, {5, "c", false}}},
		{"only line ends", "\n\r\n\r", nil},
		{"blanks and comments count", "# head\n\n \t\na\n  # b\nc # d\n", []Line{{4, "a", false}, {6, "c # d", false}}},
		{"white space around", " \t\v\fa b\t \n", []Line{{1, "a b", false}}},
		{"NUL and bad UTF-8 stay", "a\x00b\n\xff\xe9\n", []Line{{1, "a\x00b", false}, {2, "\xff\xe9", false}}},
		{"UTF-8 BOM", "\ufeffa\n\ufeffb", []Line{{1, "a", false}, {2, "\ufeffb", false}}},
		{"BOM alone", "\ufeff", nil},
		{"half a BOM", "\xef\xbb", []Line{{1, "\xef\xbb", false}}},
		{"UTF-16 LE", "\xff\xfea\x00\r\x00\n\x00\xe9\x00", []Line{{1, "a", false}, {2, "é", false}}},
		{"UTF-16 BE", "\xfe\xff\x00a\x00\n\x00b", []Line{{1, "a", false}, {2, "b", false}}},
		{"longest", long + "\nb", []Line{{1, long, false}, {2, "b", false}}},
		{"too long", long + "x\nb", []Line{{1, long[:longHead], true}, {2, "b", false}}},
		{"too long, CRLF", long + "x\r\nb", []Line{{1, long[:longHead], true}, {2, "b", false}}},
		{"too long at the end", "a\n" + long + "x", []Line{{1, "a", false}, {2, long[:longHead], true}}},
		{"far too long", strings.Repeat(long, 20) + "\nb", []Line{{1, long[:longHead], true}, {2, "b", false}}},
		{"long comment", "#" + long + "\nb", []Line{{2, "b", false}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for pack, packed := range packings(t, test.in) {
				check(t, pack, bytes.NewReader(packed), test.want)
				check(t, pack+" half reads", iotest.HalfReader(bytes.NewReader(packed)), test.want)
				check(t, pack+" data with EOF", iotest.DataErrReader(bytes.NewReader(packed)), test.want)
			}
			check(t, "byte by byte", iotest.OneByteReader(strings.NewReader(test.in)), test.want)
		})
	}
}

func packings(t *testing.T, text string) map[string][]byte {
	return map[string][]byte{"plain": []byte(text), "gzip": gzipped(t, text), "zstd": zstded(t, text), "two members": append(gzipped(t, text), gzipped(t, "")...)}
}

func gzipped(t testing.TB, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstded(t testing.TB, text string, options ...zstd.EOption) []byte {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, append(options, zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))...)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func check(t *testing.T, how string, r io.Reader, want []Line) {
	t.Helper()
	got, err := readAll(NewReader(r))
	if err != io.EOF || !slices.Equal(got, want) {
		t.Errorf("%s: got %.200s and %v, want %.200s", how, fmt.Sprint(got), err, fmt.Sprint(want))
	}
}

func readAll(r *Reader) (lines []Line, err error) {
	for {
		line, err := r.Next()
		if err != nil {
			_, again := r.Next()
			if again != err {
				err = fmt.Errorf("first %w, then %w", err, again)
			}
			return lines, err
		}
		lines = append(lines, line)
	}
}

func TestErrTooLong(t *testing.T) {
	line, err := NewReader(strings.NewReader(strings.Repeat("x", MaxLine+1))).Next()
	if err != nil || !errors.Is(line.Err(), ErrTooLong) {
		t.Errorf("got %v and line error %v", err, line.Err())
	}
	if err := (Line{}).Err(); err != nil {
		t.Errorf("short line: %v", err)
	}
}

// A list cut at any byte gives whole lines of the original, in order, and then
// says that it was cut.
func TestCutShort(t *testing.T) {
	var text strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&text, "http://example.com/%d/%x\n", i, i*i*7919)
	}
	whole := strings.Split(text.String(), "\n")
	for name, packed := range map[string][]byte{"gzip": gzipped(t, text.String()), "zstd": zstded(t, text.String())} {
		most := 0
		for _, cut := range []int{4, 5, 9, 10, 11, 20, len(packed) / 2, len(packed) - 9, len(packed) - 2, len(packed) - 1} {
			lines, err := readAll(NewReader(bytes.NewReader(packed[:cut])))
			e, ok := errors.AsType[*Error](err)
			if !ok || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s cut at %d: error %v", name, cut, err)
				continue
			}
			if e.Line != int64(len(lines))+1 {
				t.Errorf("%s cut at %d: %d lines, then an error in line %d", name, cut, len(lines), e.Line)
			}
			for i, line := range lines {
				if line.Text != whole[i] {
					t.Fatalf("%s cut at %d: line %d is %q", name, cut, i+1, line.Text)
				}
			}
			most = max(most, len(lines))
		}
		if most == 0 {
			t.Errorf("%s: no line came before a cut", name)
		}
	}
}

func TestDamaged(t *testing.T) {
	big := strings.Repeat("http://example.com/\n", 1<<20)
	for name, in := range map[string][]byte{
		"gzip head":       []byte("\x1f\x8bnonsense and more"),
		"gzip trailer":    append(gzipped(t, "a\n"), "garbage after the end"...),
		"zstd body":       []byte("\x28\xb5\x2f\xfdnonsense and more"),
		"zstd big window": zstded(t, big, zstd.WithWindowSize(16<<20), zstd.WithSingleSegment(false)),
	} {
		_, err := readAll(NewReader(bytes.NewReader(in)))
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestReadError(t *testing.T) {
	broken := errors.New("broken")
	lines, err := readAll(NewReader(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken))))
	if !errors.Is(err, broken) || !slices.Equal(lines, []Line{{1, "a", false}}) {
		t.Errorf("got %v and %v", lines, err)
	}
	if want := `read list "", line 2: broken`; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestNoProgress(t *testing.T) {
	if _, err := NewReader(idle{}).Next(); !errors.Is(err, io.ErrNoProgress) && !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	if _, err := NewReader(io.MultiReader(strings.NewReader("ab"), idle{})).Next(); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("after some bytes: got %v", err)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "urls.txt") // packed all the same
	packed := gzipped(t, "a\nb\n")
	if err := os.WriteFile(name, packed, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(t.Context(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	lines, err := readAll(r)
	if err != io.EOF || len(lines) != 2 {
		t.Errorf("got %v and %v", lines, err)
	}
	if size := int64(len(packed)); r.Size() != size || r.Read() != size {
		t.Errorf("size %d, read %d, want %d", r.Size(), r.Read(), size)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(t.Context(), dir, nil)
	if err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("directory: %v", err)
	}
	_, err = Open(t.Context(), filepath.Join(dir, "missing"), nil)
	if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), "missing") != 1 {
		t.Errorf("missing file: %v", err)
	}
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	r, err := Open(ctx, "-", in)
	if err != nil {
		t.Fatal(err)
	}
	go func() { io.WriteString(out, "first\n") }() // ends as Next reads it
	if line, err := r.Next(); err != nil || line.Text != "first" {
		t.Fatalf("got %v and %v", line, err)
	}
	cancel()
	if _, err := r.Next(); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCloseEndsNext(t *testing.T) {
	in, out := io.Pipe()
	r, err := Open(t.Context(), "-", in)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		r.Next()
		_, err := r.Next() // blocks, or will
		done <- err
	}()
	io.WriteString(out, "first\n")
	r.Close()
	if err := <-done; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

// naive does the same in the plainest way, all in memory.
func naive(in []byte) (lines []Line) {
	text := strings.TrimPrefix(string(in), bomUTF8)
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	for i, line := range strings.Split(text, "\n") {
		long := len(line) > MaxLine
		if long {
			line = line[:longHead]
		}
		line = strings.Trim(line, " \t\v\f")
		if line == "" && !long || strings.HasPrefix(line, "#") {
			continue
		}
		lines = append(lines, Line{int64(i + 1), line, long})
	}
	return lines
}

func FuzzReader(f *testing.F) {
	for _, seed := range []string{"", "a\r\nb\rc\n", "\ufeff# x\n y ", "\r\r\n\n\r", magicGzip, magicZstd, bomUTF16LE + "a\x00", string(gzipped(f, "a\nb")), string(zstded(f, "a\nb"))} {
		f.Add([]byte(seed), 1, 1)
	}
	f.Add([]byte("ab\n\r"), 40_000, 3)
	f.Fuzz(func(t *testing.T, in []byte, times, chunk int) {
		if times > 0 && len(in) > 0 && times < 1<<20/len(in) {
			in = bytes.Repeat(in, times)
		}
		got, err := readAll(NewReader(&chunks{in, min(max(chunk, 1), 1<<16)}))
		for _, magic := range []string{magicGzip, magicZstd, bomUTF16BE, bomUTF16LE} {
			if strings.HasPrefix(string(in), magic) {
				return // that it ends is all that is asked
			}
		}
		if want := naive(in); err != io.EOF || !slices.Equal(got, want) {
			t.Errorf("got %.200s and %v, want %.200s", fmt.Sprint(got), err, fmt.Sprint(want))
		}
	})
}

// chunks reads at most size bytes at once.
type chunks struct {
	rest []byte
	size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.rest[:min(c.size, len(c.rest))])
	c.rest = c.rest[n:]
	return n, nil
}

func BenchmarkNext(b *testing.B) {
	text := bytes.Repeat([]byte("https://www.example.com/some/folder/page-12345.html?id=1\n"), 100_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(bytes.NewReader(text))
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
	}
}

func TestAllocations(t *testing.T) {
	r := NewReader(strings.NewReader(strings.Repeat("http://example.com/\n", 10_000)))
	r.Next()
	if n := testing.AllocsPerRun(5000, func() { r.Next() }); n > 1 {
		t.Errorf("%v allocations a line", n)
	}
}
