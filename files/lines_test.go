package files_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"crawl/files"
	"crawl/files/errfs"
)

func TestLines(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		long := strings.Repeat("x", 300<<10)
		for name, content := range map[string]string{
			"empty": "", "one": "a", "ended": "a\n", "blank": "\n\n\n", "crlf": "a\r\nb\rc\n", "nul": "\x00\n\xff\n",
			"long": long + "\n" + long + long + "\nend", "many": strings.Repeat("line\n", 120_000),
			"edge": strings.Repeat("y", 256<<10-1) + "\n" + "z", "over": strings.Repeat("y", 256<<10) + "\nz\n",
		} {
			put(t, eng, name, content)
			var got []string
			for line, err := range files.Lines(t.Context(), eng, name) {
				must(t, err)
				got = append(got, string(line))
			}
			var want []string
			for line := range strings.Lines(content) {
				want = append(want, line)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %d lines, want %d", name, len(got), len(want))
			}
		}
	})
}

// TestLinesLeft: who leaves the loop leaves nothing behind (goleak, and Close of the engine).
func TestLinesLeft(t *testing.T) {
	eng := direct(t, t.TempDir(), files.Options{Width: 1})
	defer eng.Close()
	put(t, eng, "file", strings.Repeat("line\n", 500_000))
	for stop := range 3 {
		n := 0
		for _, err := range files.Lines(t.Context(), eng, "file") {
			must(t, err)
			if n++; n > stop*60_000 {
				break
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	n := 0
	for _, err := range files.Lines(ctx, eng, "file") {
		cancel()
		n, last = n+1, err
	}
	if !errors.Is(last, context.Canceled) || n > 200_000 {
		t.Errorf("%d lines, then %v", n, last)
	}
	if _, err := eng.ReadFile(t.Context(), "file"); err != nil { // its only turn is free
		t.Error(err)
	}
}

// TestLinesOfSlowDisk: blocks that are read ahead come in order, to the end or to where
// the loop is left, and with the error of the disk.
func TestLinesOfSlowDisk(t *testing.T) {
	inner := direct(t, t.TempDir(), files.Options{Width: 1})
	defer inner.Close()
	content := strings.Repeat("0123456789abcde\n", 100_000)
	put(t, inner, "file", content)
	slow := errfs.Rule{Op: errfs.FileRead, Delay: 2 * time.Millisecond}
	for _, leave := range []int{0, 1, 40_000, 90_000} {
		eng := errfs.New(inner, slow)
		var got []byte
		n := 0
		for line, err := range files.Lines(t.Context(), eng, "file") {
			must(t, err)
			got = append(got, line...)
			if n++; n == leave {
				break
			}
		}
		if want := content[:len(got)]; string(got) != want || leave == 0 && len(got) != len(content) {
			t.Errorf("left at %d: got %d bytes", leave, len(got))
		}
	}
	eng := errfs.New(inner, errfs.Rule{Op: errfs.FileRead, Nth: 4, Err: syscall.EIO}, slow)
	n := 0
	var last error
	for _, err := range files.Lines(t.Context(), eng, "file") {
		n, last = n+1, err
	}
	if !errors.Is(last, syscall.EIO) || n != 4*(256<<10)/16+1 {
		t.Errorf("%d lines, then %v", n, last)
	}
}

func TestLinesFail(t *testing.T) {
	eng := errfs.New(direct(t, t.TempDir(), files.Options{}), errfs.Rule{Op: errfs.FileRead, Nth: 2, Err: syscall.EIO})
	defer eng.Close()
	put(t, eng, "file", strings.Repeat("line\n", 500_000))
	var errs []error
	n := 0
	for line, err := range files.Lines(t.Context(), eng, "file") {
		if err != nil {
			errs = append(errs, err)
		} else if string(line) != "line\n" {
			t.Fatalf("got %q", line)
		}
		n++
	}
	if len(errs) != 1 || !errors.Is(errs[0], syscall.EIO) || n < 2*(256<<10)/5 {
		t.Errorf("%d lines and %v", n, errs)
	}
	for _, err := range files.Lines(t.Context(), eng, "none") {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	}
}

func TestLongestLine(t *testing.T) {
	eng := direct(t, t.TempDir(), files.Options{})
	defer eng.Close()
	put(t, eng, "file", "")
	must(t, files.Truncate(t.Context(), eng, "file", files.LongestLine+10))
	var last error
	for _, err := range files.Lines(t.Context(), eng, "file") {
		last = err
	}
	if !errors.Is(last, bufio.ErrTooLong) {
		t.Errorf("got %v", last)
	}
}

func TestChunks(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		for _, size := range []int{0, 1, 999, 1000, 1001, 4000, 5000} {
			content := bytes.Repeat([]byte("0123456789"), 400)
			put(t, eng, "file", string(content))
			var got []byte
			n := 0
			for chunk, err := range files.Chunks(t.Context(), eng, "file", size) {
				must(t, err)
				if n*max(size, 0) != len(got) && size > 0 {
					t.Errorf("size %d: a short piece before the last", size)
				}
				got = append(got, chunk...)
				n++
			}
			if !bytes.Equal(got, content) {
				t.Errorf("size %d: got %d bytes", size, len(got))
			}
		}
	})
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\n\nc"), uint8(0))
	f.Add([]byte("\n"), uint8(200))
	f.Fuzz(func(t *testing.T, content []byte, times uint8) {
		content = bytes.Repeat(content, 1+int(times)*64)
		eng := direct(t, t.TempDir(), files.Options{})
		defer eng.Close()
		put(t, eng, "file", string(content))
		var got []byte
		for line, err := range files.Lines(t.Context(), eng, "file") {
			must(t, err)
			if end := bytes.IndexByte(line, '\n'); len(line) == 0 || end >= 0 && end != len(line)-1 {
				t.Fatalf("%q is no line", line)
			}
			got = append(got, line...)
		}
		if !bytes.Equal(got, content) {
			t.Error("the lines do not make up the file")
		}
	})
}

// BenchmarkLines reads a file of 50,000 lines of 100 bytes.
func BenchmarkLines(b *testing.B) {
	dir := b.TempDir()
	eng := direct(b, dir, files.Options{})
	defer eng.Close()
	put(b, eng, "file", strings.Repeat(strings.Repeat("x", 99)+"\n", 50_000))
	check := func(n int, err error) {
		if n != 50_000 || err != nil {
			b.Fatal(n, err)
		}
	}
	b.Run("Lines", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for _, err := range files.Lines(b.Context(), eng, "file") {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			check(n, nil)
		}
	})
	b.Run("Scanner", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f, err := eng.Open(b.Context(), "file", 0)
			must(b, err)
			n := 0
			s := bufio.NewScanner(f)
			for s.Scan() {
				n++
			}
			check(n, errors.Join(s.Err(), f.Close()))
		}
	})
}
