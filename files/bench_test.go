package files_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"crawl/files"
)

// tree makes n files of 4,000 bytes, 100 to a folder, and returns their names.
func tree(b *testing.B, n int) (root string, names []string) {
	b.Helper()
	root = b.TempDir()
	for i := range n {
		name := fmt.Sprintf("d%03d/f%02d", i/100, i%100)
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), make([]byte, 4000), 0o644); err != nil {
			b.Fatal(err)
		}
		names = append(names, name)
	}
	return root, names
}

// BenchmarkRead opens, reads and closes a small file that is cached. The first row
// is what the others are measured against.
func BenchmarkRead(b *testing.B) {
	root, names := tree(b, 5000)
	eng := direct(b, root, files.Options{})
	defer eng.Close()
	var next atomic.Int64
	pick := func() string { return names[int(next.Add(1))%len(names)] }
	buf := make([]byte, 64<<10)
	for _, way := range []struct {
		name string
		read func() (int, error)
	}{
		{"os.ReadFile", func() (int, error) {
			data, err := os.ReadFile(root + "/" + pick())
			return len(data), err
		}},
		{"ReadFile", func() (int, error) {
			data, err := eng.ReadFile(b.Context(), pick())
			return len(data), err
		}},
		{"ReadStart", func() (int, error) {
			s, err := eng.ReadStart(b.Context(), pick(), buf)
			return s.N, err
		}},
		{"ReadStart+sha256", func() (int, error) {
			s, err := eng.ReadStart(b.Context(), pick(), buf)
			sha256.Sum256(buf[:s.N])
			return s.N, err
		}},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := way.read(); n != 4000 || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

// BenchmarkDraft writes new files of 4 KiB: 100 to a folder, or a folder for each.
func BenchmarkDraft(b *testing.B) {
	data := make([]byte, 4096)
	put := func(eng files.Engine, name string) error { return eng.PutFile(b.Context(), name, data) }
	draft := func(eng files.Engine, name string) error { return writeDraft(b.Context(), eng, name, data) }
	shared := func(i int) string { return fmt.Sprintf("d/%d/f%d", i/100, i) }
	own := func(i int) string { return "a/b/c/" + strconv.Itoa(i) + "/index.html" }
	for _, way := range []struct {
		name   string
		write  func(eng files.Engine, name string) error
		naming func(int) string
	}{
		{"PutFile", put, shared},
		{"PutFile/folder each", put, own},
		{"Draft", draft, shared},
		{"Draft/folder each", draft, own},
	} {
		b.Run(way.name, func(b *testing.B) {
			eng := direct(b, b.TempDir(), files.Options{})
			defer eng.Close()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if err := way.write(eng, way.naming(i)); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

func writeDraft(ctx context.Context, eng files.Engine, name string, data []byte) error {
	d, err := eng.Draft(ctx, name)
	if err != nil {
		return err
	}
	defer d.Discard() // nothing to do after Commit
	if _, err := d.Write(data); err != nil {
		return err
	}
	return d.Commit(ctx)
}
