package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What was dropped is not in memory, and the look at it does not bring it back; where
// that can't be, it is said why.
func TestDropCaches(t *testing.T) {
	var all []fileName
	for _, name := range []string{"a", "b", "empty"} {
		path := filepath.Join(t.TempDir(), name)
		content := bytes.Repeat([]byte(name), 1<<20)
		if name == "empty" {
			content = nil
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		all = append(all, fileName{Shown: path})
	}
	for range 3 {
		if err := dropCaches(all); err != nil {
			if !strings.Contains(err.Error(), "2 of 3 files cannot be taken out of the page cache") {
				t.Fatal(err)
			}
			return // a file system in memory
		}
		for _, f := range all[:2] {
			if cached, err := dropCache(f.Shown); cached || err != nil {
				t.Errorf("%s: %v, %v", f.Shown, cached, err)
			}
			if _, err := os.ReadFile(f.Shown); err != nil {
				t.Fatal(err)
			}
			file, err := os.Open(f.Shown)
			if err != nil {
				t.Fatal(err)
			}
			if cached, err := isCached(int(file.Fd()), 1<<20); !cached || err != nil {
				t.Errorf("%s was read, and is cached: %v, %v", f.Shown, cached, err)
			}
			file.Close()
		}
	}
	if err := dropCaches([]fileName{{Shown: "nowhere"}}); err == nil {
		t.Error("no error")
	}
}
