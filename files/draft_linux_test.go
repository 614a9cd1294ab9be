package files_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"crawl/files"
	"crawl/files/filestest"
)

func TestDirectWithNamedDrafts(t *testing.T) {
	filestest.Run(t, func(t *testing.T, root string) files.Engine {
		d := direct(t, root, files.Options{})
		files.NameDrafts(d)
		return d
	})
}

func TestDirectWithDraftsLinkedByProc(t *testing.T) {
	filestest.Run(t, func(t *testing.T, root string) files.Engine {
		d := direct(t, root, files.Options{})
		files.LinkByProc(d)
		return d
	})
}

// TestNamedDraft: what a killed process leaves is hidden and known, and its owner's alone
// also where the file was to be everybody's.
func TestNamedDraft(t *testing.T) {
	root := t.TempDir()
	eng := direct(t, root, files.Options{})
	defer eng.Close()
	files.NameDrafts(eng)
	d, err := eng.Draft(t.Context(), "folder/file")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Discard()
	if err := d.Chmod(0o666); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(root, "folder"))
	if err != nil || len(left) != 1 || !files.IsTemp(left[0].Name()) {
		t.Fatalf("%v, %v", left, err)
	}
	if info, err := left[0].Info(); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestFolderRemovedUnderADraft: a hidden one outlives its folder, a named one goes with it.
func TestFolderRemovedUnderADraft(t *testing.T) {
	for _, named := range []bool{false, true} {
		root := t.TempDir()
		eng := direct(t, root, files.Options{})
		defer eng.Close()
		if named {
			files.NameDrafts(eng)
		}
		d, err := eng.Draft(t.Context(), "a/b/file")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Write([]byte("text")); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(root, "a")); err != nil {
			t.Fatal(err)
		}
		err = d.Commit(t.Context())
		if named {
			if !errors.Is(err, fs.ErrNotExist) || err.Error() != "commit a/b/file: no such file or directory" {
				t.Errorf("named: %v", err)
			}
		} else if got, readErr := eng.ReadFile(t.Context(), "a/b/file"); string(got) != "text" {
			t.Errorf("hidden: %v, then %q, %v", err, got, readErr)
		}
		if err := d.Discard(); err != nil {
			t.Errorf("named %v: %v", named, err)
		}
	}
}
