package glob_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"crawl/files/glob"
	"crawl/files/walk"

	"github.com/bmatcuk/doublestar/v4"
)

func plant(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var planted = []string{
	"a.go", "b.txt", ".hidden", "sub/a.go", "sub/deep/a.go", "sub/deep/er/c.txt", "other/a.go", "other/x/a.go", "[odd]", "sub/.git/config",
}

// against holds a pattern against the library's own glob.
func against(t *testing.T, dir, pattern string) {
	got, err := glob.Glob(t.Context(), dir, pattern)
	if !doublestar.ValidatePattern(pattern) {
		if !errors.Is(err, glob.ErrPattern) {
			t.Errorf("%q: %v", pattern, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want, err := doublestar.Glob(os.DirFS(dir), pattern)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	want = slices.DeleteFunc(slices.Compact(want), func(name string) bool { return name == "." || name == "" })
	if !slices.Equal(got, want) {
		t.Errorf("%q: got %v, want %v", pattern, got, want)
	}
}

func TestGlob(t *testing.T) {
	dir := plant(t, planted...)
	for _, pattern := range []string{
		"*", "*.go", "**", "**/*.go", "sub/*", "sub/**", "sub/**/a.go", "*/a.go", "*/*/a.go", "{sub,other}/*.go", "{sub/deep,other}/a.go",
		"[ab].*", `\[odd\]`, "none/*", "sub/deep", "a.go", "?.go", "**/deep/**", "s*/d*/e*/*", "**/.git/*", "[", "{a", "[^a]*", "a.go/x",
	} {
		against(t, dir, pattern)
	}
}

func FuzzGlob(f *testing.F) {
	dir := plant(f, planted...)
	for _, pattern := range []string{"**/*.go", "*/a.go", "{a,b}*", "sub/**/[a-c]*", `\*`} {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if !fs.ValidPath(pattern) || len(pattern) > 40 { // what io/fs takes; long ones only take time
			return
		}
		if ok := doublestar.ValidatePattern(pattern); !ok {
			against(t, dir, pattern)
			return
		}
		got, err := glob.Glob(t.Context(), dir, pattern)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		err = walk.Walk(t.Context(), dir, walk.Options{}, func(e walk.Entry) error {
			if doublestar.MatchUnvalidated(pattern, e.Path) {
				want = append(want, e.Path)
			}
			return nil
		})
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v, %v", pattern, got, want, err)
		}
	})
}

// TestEntersNoMore: a folder in which nothing can match is not entered.
func TestEntersNoMore(t *testing.T) {
	dir := plant(t, planted...)
	var seen atomic.Int64
	s, err := glob.Open(t.Context(), dir, "other/*.go", walk.Options{Skip: func(walk.Entry) bool { seen.Add(1); return false }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if e, err := s.Next(t.Context()); e.Path != "other/a.go" || err != nil {
		t.Errorf("got %v, %v", e.Path, err)
	}
	if _, err := s.Next(t.Context()); err == nil {
		t.Error("more than one")
	}
	if n := seen.Load(); n != 6+2 {
		t.Errorf("%d entries seen", n)
	}
	if _, err := glob.Glob(t.Context(), filepath.Join(dir, "none"), "*"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := glob.Glob(ended, dir, "**"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"a.html", "b.txt", "c.htm"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			panic(err)
		}
	}
	fmt.Println(glob.Glob(context.Background(), dir, "**/*.{html,htm}"))
	// Output: [a.html c.htm] <nil>
}

func TestSplit(t *testing.T) {
	for text, want := range map[string][2]string{
		"*.txt":            {".", "*.txt"},
		"logs/**/*.log":    {"logs", "**/*.log"},
		"/var/log/a?/b":    {"/var/log", "a?/b"},
		"../x/{a,b}/c.txt": {"../x", "{a,b}/c.txt"},
		"a/b":              {"a", "b"},
	} {
		dir, pattern := glob.Split(text)
		if filepath.ToSlash(dir) != want[0] || pattern != want[1] {
			t.Errorf("%s: %q, %q", text, dir, pattern)
		}
	}
}
