package walk_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"crawl/files/walk"
)

// plant makes 50,000 files in 500 folders.
func plant(b *testing.B) string {
	dir := b.TempDir()
	for i := range 500 {
		folder := filepath.Join(dir, fmt.Sprint(i%10), fmt.Sprint(i))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			b.Fatal(err)
		}
		for j := range 100 {
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("file-%d.html", j)), nil, 0o666); err != nil {
				b.Fatal(err)
			}
		}
	}
	return dir
}

// BenchmarkWalk finds 50,000 files with type, size and time.
func BenchmarkWalk(b *testing.B) {
	dir := plant(b)
	for _, stat := range []bool{false, true} {
		b.Run(fmt.Sprintf("walk/stat=%v", stat), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				err := walk.Walk(b.Context(), dir, walk.Options{Stat: stat}, func(walk.Entry) error { n++; return nil })
				if err != nil || n != 50_510 {
					b.Fatal(n, err)
				}
			}
		})
		b.Run(fmt.Sprintf("WalkDir/stat=%v", stat), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
					n++
					if err == nil && stat {
						_, err = d.Info()
					}
					return err
				})
				if err != nil || n != 50_511 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
