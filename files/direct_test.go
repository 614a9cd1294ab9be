package files_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"crawl/files"
)

// TestManyFolders uses more folders than are kept open, from many callers, while
// some of them are removed and moved.
func TestManyFolders(t *testing.T) {
	eng := direct(t, t.TempDir(), files.Options{})
	defer eng.Close()
	const folders, rounds = 300, 4
	done := make(chan error)
	for caller := range 4 {
		go func() {
			var errs []error
			for round := range rounds {
				for f := range folders {
					errs = append(errs, eng.PutFile(t.Context(), fmt.Sprintf("keep/%d/%d-%d", f, caller, round), []byte("x")))
				}
				own := "own/" + strconv.Itoa(caller)
				errs = append(errs,
					eng.PutFile(t.Context(), own+"/deep/f", nil),
					eng.Rename(t.Context(), own, fmt.Sprintf("moved/%d-%d", caller, round)),
					eng.RemoveAll(t.Context(), fmt.Sprintf("moved/%d-%d", caller, round)))
			}
			done <- errors.Join(errs...)
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for f := range folders {
		entries, err := eng.ReadDir(t.Context(), fmt.Sprintf("keep/%d", f))
		if err != nil || len(entries) != 4*rounds {
			t.Fatalf("folder %d holds %d files, %v", f, len(entries), err)
		}
	}
}

func TestNewDirectOnAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{file, file + "/below"} {
		if _, err := files.NewDirect(root, files.Options{}); err == nil {
			t.Errorf("an engine below %s", root)
		}
		if _, err := files.NewPool(root, files.Options{}); err == nil {
			t.Errorf("a pool below %s", root)
		}
	}
}

func TestRootRemovedMeanwhile(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	eng := direct(t, root, files.Options{})
	defer eng.Close()
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		eng.PutFile(t.Context(), "a", nil), eng.PutFile(t.Context(), "d/a", nil), eng.WriteFile(t.Context(), "d/a", nil),
	} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	}
}

// FuzzNames checks that no name reaches what is outside the root.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"a", "a/b", "..", "a/../..", "/etc", "a//b", "a\x00", `..\a`, "C:a", ".", "\xff", "aux"} {
		f.Add(name)
	}
	root := filepath.Join(f.TempDir(), "root")
	eng := direct(f, root, files.Options{})
	f.Cleanup(func() { eng.Close() })
	f.Fuzz(func(t *testing.T, name string) {
		put := eng.PutFile(t.Context(), name, []byte("data"))
		if put == nil {
			got, err := eng.ReadFile(t.Context(), name)
			if err != nil || string(got) != "data" || !filepath.IsLocal(filepath.FromSlash(name)) {
				t.Errorf("%q: %q, %v", name, got, err)
			}
		} else if _, ok := errors.AsType[*fs.PathError](put); !ok {
			t.Errorf("%q: %T", name, put)
		}
		if eng.WriteFile(t.Context(), name, nil) == nil && put != nil {
			t.Errorf("%q was refused by PutFile only: %v", name, put)
		}
		if err := writeDraft(t.Context(), eng, name, []byte("draft")); (err == nil) != (put == nil) {
			t.Errorf("%q: a draft %v, PutFile %v", name, err, put)
		}
		var buf [10]byte
		if start, err := eng.ReadStart(t.Context(), name, buf[:]); (err == nil) != (put == nil) || err == nil && string(buf[:start.N]) != "draft" {
			t.Errorf("%q starts with %q, %v, PutFile %v", name, buf[:start.N], err, put)
		}
		beside, err := os.ReadDir(filepath.Dir(root))
		if err != nil || len(beside) != 1 {
			t.Errorf("%q left the root: %v, %v", name, beside, err)
		}
		entries, err := eng.ReadDir(t.Context(), ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if err := eng.RemoveAll(t.Context(), e.Name()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// BenchmarkPutFile creates 4 KiB files in two folders, on TMPDIR.
// The last row is what the others are measured against.
func BenchmarkPutFile(b *testing.B) {
	data := make([]byte, 4096)
	bench := func(name string, put func(root string) func(i int) error) {
		b.Run(name, func(b *testing.B) {
			put := put(b.TempDir())
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := put(i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	name := func(i int) string {
		return "bodies/127.0.0." + strconv.Itoa(i&1) + "+80/d/0/s/4096/" + strconv.Itoa(i)
	}
	bench("Direct", func(root string) func(int) error {
		eng := direct(b, root, files.Options{})
		b.Cleanup(func() { eng.Close() })
		return func(i int) error { return eng.PutFile(b.Context(), name(i), data) }
	})
	bench("Pool", func(root string) func(int) error {
		eng, err := files.NewPool(root, files.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { eng.Close() })
		return func(i int) error { return eng.PutFile(b.Context(), name(i), data) }
	})
	bench("os.Root.WriteFile", func(root string) func(int) error {
		r, err := os.OpenRoot(root)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { r.Close() })
		for i := range 2 {
			if err := r.MkdirAll(filepath.Dir(name(i)), 0o755); err != nil {
				b.Fatal(err)
			}
		}
		return func(i int) error { return r.WriteFile(name(i), data, 0o644) }
	})
	bench("os.WriteFile", func(root string) func(int) error {
		for i := range 2 {
			if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name(i))), 0o755); err != nil {
				b.Fatal(err)
			}
		}
		return func(i int) error { return os.WriteFile(root+"/"+name(i), data, 0o644) }
	})
}

func Example() {
	dir, err := os.MkdirTemp("", "files")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer eng.Close()

	ctx := context.Background()
	fmt.Println(eng.PutFile(ctx, "bodies/example.org/index.html", []byte("<p>hello")))
	fmt.Println(eng.PutFile(ctx, "../elsewhere", nil))
	data, err := eng.ReadFile(ctx, "bodies/example.org/index.html")
	fmt.Println(string(data), err)
	// Output:
	// <nil>
	// put ../elsewhere: invalid argument
	// <p>hello <nil>
}

func ExampleDirect_Draft() {
	dir, err := os.MkdirTemp("", "files")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer eng.Close()

	ctx := context.Background()
	write := func(text string) error {
		draft, err := eng.Draft(ctx, "report.txt")
		if err != nil {
			return err
		}
		defer draft.Discard() // nothing to do after Commit
		if _, err := io.Copy(draft, strings.NewReader(text)); err != nil {
			return err
		}
		return draft.Commit(ctx)
	}
	fmt.Println(write("all of it"))
	data, err := eng.ReadFile(ctx, "report.txt")
	fmt.Println(string(data), err)
	// Output:
	// <nil>
	// all of it <nil>
}

func ExampleDirect_ReadStart() {
	dir, err := os.MkdirTemp("", "files")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer eng.Close()

	ctx := context.Background()
	buf := make([]byte, 8) // one for all files that a worker reads
	for _, text := range []string{"short", "long and longer"} {
		if err := eng.PutFile(ctx, "file", []byte(text)); err != nil {
			fmt.Println(err)
			return
		}
		start, err := eng.ReadStart(ctx, "file", buf)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q", buf[:start.N])
		if start.Rest != nil {
			more, err := io.ReadAll(start.Rest)
			fmt.Printf(" and %q, %v", more, err)
			start.Rest.Close()
		}
		fmt.Println()
	}
	// Output:
	// "short"
	// "long and" and " longer", <nil>
}
