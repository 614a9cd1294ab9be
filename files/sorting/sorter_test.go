package sorting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// all is what a sorter of memory gives of lines.
func all(t testing.TB, memory int, lines [][]byte) [][]byte {
	t.Helper()
	s := New(Options{Memory: memory, Dir: t.TempDir()})
	defer s.Close()
	for _, l := range lines {
		if err := s.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	return collect(t, s)
}

func collect(t testing.TB, s *Sorter) [][]byte {
	t.Helper()
	var got [][]byte
	for l, err := range s.Iterate(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, bytes.Clone(l))
	}
	return got
}

func random(n, longest int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	lines := make([][]byte, n)
	for i := range lines {
		lines[i] = make([]byte, r.IntN(longest))
		for j := range lines[i] {
			lines[i][j] = byte(r.IntN(4)) // zeros too, and many that are equal
		}
	}
	return lines
}

func TestSorts(t *testing.T) {
	for name, lines := range map[string][][]byte{
		"nothing":    nil,
		"empty line": {{}},
		"zeros":      {{0}, {}, {0, 0}, {1}, {0, 0, 0, 0, 0, 0, 0, 0, 0}, {0}},
		"random":     random(5000, 20),
		"long":       {bytes.Repeat([]byte("b"), 300<<10), []byte("c"), bytes.Repeat([]byte("a"), 300<<10), []byte("a")},
	} {
		want := slices.Clone(lines)
		slices.SortFunc(want, bytes.Compare)
		for _, memory := range []int{1, 100, 1000, 3 * bufferSize, DefaultMemory} {
			if got := all(t, memory, lines); !slices.EqualFunc(got, want, bytes.Equal) {
				t.Errorf("%s in %d bytes: %d lines of %d, or not in order", name, memory, len(got), len(want))
			}
		}
	}
}

func TestIteratesAgainAndEarly(t *testing.T) {
	for _, memory := range []int{100, DefaultMemory} {
		s := New(Options{Memory: memory, Dir: t.TempDir()})
		for _, l := range []string{"b", "c", "a", "d", "e"} {
			if err := s.Add([]byte(l)); err != nil {
				t.Fatal(err)
			}
		}
		for l := range s.Iterate(t.Context()) {
			if string(l) == "b" {
				break
			}
		}
		if got := bytes.Join(collect(t, s), nil); string(got) != "abcde" {
			t.Errorf("%q", got)
		}
		if err := s.Add(nil); err == nil {
			t.Error("added behind the end")
		}
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error("closing failed")
		}
		for _, err := range s.Iterate(t.Context()) {
			if err == nil {
				t.Error("a closed sorter gives lines")
			}
		}
	}
}

func TestLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	s := New(Options{Memory: 100, Dir: dir})
	for range 1000 {
		if err := s.Add([]byte("some line")); err != nil {
			t.Fatal(err)
		}
	}
	collect(t, s)
	s.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}

func TestHearsContext(t *testing.T) {
	for _, memory := range []int{100, DefaultMemory} {
		s := New(Options{Memory: memory, Dir: t.TempDir()})
		defer s.Close()
		for _, l := range random(10*often, 20) {
			if err := s.Add(l); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		var last error
		stop := errors.New("enough")
		n := 0
		for _, last = range s.Iterate(ctx) {
			cancel(stop)
			n++
		}
		if last != stop || n > often+1 {
			t.Errorf("after %d lines: %v", n, last)
		}
	}
}

// broken is a temporary file whose operations fail once some have worked.
type broken struct {
	temporary spill
	left      *int
	closed    *int
}

var errBroken = errors.New("disk full")

func (b broken) Write(p []byte) (int, error) {
	if *b.left--; *b.left < 0 {
		return 0, errBroken
	}
	return b.temporary.Write(p)
}

func (b broken) ReadAt(p []byte, off int64) (int, error) {
	if *b.left--; *b.left < 0 {
		return 0, errBroken
	}
	return b.temporary.ReadAt(p, off)
}

func (b broken) Close() error {
	*b.closed++
	return b.temporary.Close()
}

// Whatever operation fails, the error comes back and every file is closed.
func TestEveryFailureComesBack(t *testing.T) {
	lines := random(300, 20)
	for works := 0; ; works++ {
		left, opened, closed := works, 0, 0
		dir := t.TempDir()
		s := New(Options{Memory: 1000, Dir: dir})
		create := s.create
		s.create = func() (spill, error) {
			if left--; left < 0 {
				return nil, errBroken
			}
			f, err := create()
			opened++
			return broken{f, &left, &closed}, err
		}
		var err error
		n := 0
		for _, l := range lines {
			if err = s.Add(l); err != nil {
				break
			}
		}
		if err == nil {
			for _, err = range s.Iterate(t.Context()) {
				n++
			}
		}
		s.Close()
		if closed != opened {
			t.Fatalf("failing after %d: %d of %d files closed", works, closed, opened)
		}
		if err == nil {
			if n != len(lines) {
				t.Errorf("%d lines", n)
			}
			if works < 20 {
				t.Errorf("only %d operations", works)
			}
			return
		}
		if !errors.Is(err, errBroken) {
			t.Fatalf("failing after %d: %v", works, err)
		}
	}
}

func TestRunThatIsCut(t *testing.T) {
	s := New(Options{Memory: 100, Dir: t.TempDir()})
	defer s.Close()
	for range 10 {
		if err := s.Add([]byte("some line that is long")); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.finish(t.Context()), s.spill.(*temporary).Truncate(s.size-1)); err != nil {
		t.Fatal(err)
	}
	var last error
	for _, last = range s.Iterate(t.Context()) {
	}
	if !errors.Is(last, io.ErrUnexpectedEOF) {
		t.Error(last)
	}
}

func TestNoFolder(t *testing.T) {
	s := New(Options{Memory: 1, Dir: t.TempDir() + "/none"})
	defer s.Close()
	err := errors.Join(s.Add([]byte("a")), s.Add([]byte("b")))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "none") {
		t.Error(err)
	}
	if again := s.Add(nil); again == nil {
		t.Error("the error is forgotten")
	}
}

func FuzzSorter(f *testing.F) {
	f.Add([]byte("b\na\n\nc"), 40)
	f.Fuzz(func(t *testing.T, text []byte, memory int) {
		lines := bytes.Split(text, []byte("\n"))
		got := all(t, memory, lines)
		slices.SortFunc(lines, bytes.Compare)
		if !slices.EqualFunc(got, lines, bytes.Equal) {
			t.Errorf("%q, want %q", got, lines)
		}
	})
}

// The lines of a list of sums, in memory and through the disk.
func BenchmarkSorter(b *testing.B) {
	const n = 500_000
	r := rand.New(rand.NewPCG(1, 2))
	lines := make([][]byte, n)
	size := 0
	for i := range lines {
		lines[i] = fmt.Appendf(nil, "%016x%016x%016x%016x  folder/file-%d", r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64(), i)
		size += len(lines[i])
	}
	for _, memory := range []int{8 << 20, 128 << 20} {
		b.Run(fmt.Sprintf("memory=%dMiB", memory>>20), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				s := New(Options{Memory: memory, Dir: b.TempDir()})
				for _, l := range lines {
					if err := s.Add(l); err != nil {
						b.Fatal(err)
					}
				}
				for _, err := range s.Iterate(b.Context()) {
					if err != nil {
						b.Fatal(err)
					}
				}
				s.Close()
			}
		})
	}
}
