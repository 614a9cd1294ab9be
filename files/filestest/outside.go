package filestest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"crawl/files"
)

// everywhere calls what takes a name, all of which must refuse it.
func everywhere(t *testing.T, eng files.Engine, name string) map[string]error {
	ctx := t.Context()
	errs := make(map[string]error)
	_, errs["ReadFile"] = eng.ReadFile(ctx, name)
	errs["WriteFile"] = eng.WriteFile(ctx, name, []byte("evil"))
	errs["PutFile"] = eng.PutFile(ctx, name, []byte("evil"))
	_, errs["Open"] = eng.Open(ctx, name, os.O_RDONLY)
	_, errs["Open to create"] = eng.Open(ctx, name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	errs["Rename from"] = eng.Rename(ctx, name, "stolen")
	errs["Rename to"] = eng.Rename(ctx, "mine", name)
	errs["Remove"] = eng.Remove(ctx, name)
	errs["RemoveAll"] = eng.RemoveAll(ctx, name)
	_, errs["Stat"] = eng.Stat(ctx, name)
	_, errs["ReadDir"] = eng.ReadDir(ctx, name)
	_, errs["ReadStart"] = eng.ReadStart(ctx, name, make([]byte, 10))
	errs["Draft"] = writeDraft(ctx, eng, name, []byte("evil"))
	errs["Do"] = eng.Do(ctx, "chmod", name, func(root *os.Root) error { return root.Chmod(name, 0o600) })
	return errs
}

// outside puts a file beside root and returns a check that it is untouched.
func outside(t *testing.T, root string) (check func()) {
	secret := filepath.Join(filepath.Dir(root), "secret")
	must(t, os.WriteFile(secret, []byte("secret"), 0o600))
	return func() {
		t.Helper()
		got, err := os.ReadFile(secret)
		if err != nil || string(got) != "secret" {
			t.Errorf("the file outside holds %q, %v", got, err)
		}
		beside, err := os.ReadDir(filepath.Dir(root))
		if err != nil || len(beside) != 2 {
			t.Errorf("outside are %v, %v", beside, err)
		}
	}
}

func traversal(t *testing.T, eng files.Engine, root string) {
	check := outside(t, root)
	must(t, eng.PutFile(t.Context(), "mine", []byte("mine")))
	must(t, eng.PutFile(t.Context(), "d/f", nil))
	for _, name := range []string{
		"", "..", "../secret", "d/../../secret", "d/../mine", "./mine", "d//f", "d/", "/", "/secret", "mine\x00", "d/\x00/f",
		filepath.ToSlash(filepath.Join(filepath.Dir(root), "secret")),
	} {
		for op, err := range everywhere(t, eng, name) {
			if err == nil {
				t.Errorf("%s took the name %q", op, name)
			}
		}
		check()
	}
	tidy(t, eng, ".", "d", "mine")
	wants(t, eng, "mine", "mine")
}

func links(t *testing.T, eng files.Engine, root string) {
	if runtime.GOOS == "windows" {
		t.Skip("making links takes a privilege there")
	}
	ctx := t.Context()
	check := outside(t, root)
	must(t, eng.PutFile(ctx, "mine", []byte("mine")))
	plant := func(target, name string) {
		t.Helper()
		must(t, os.RemoveAll(filepath.Join(root, name)))
		must(t, os.Symlink(target, filepath.Join(root, name)))
	}

	for _, target := range []string{"..", filepath.Dir(root)} {
		plant(target, "up")
		for op, err := range everywhere(t, eng, "up/secret") {
			if err == nil {
				t.Errorf("%s went through a folder link to %s", op, target)
			}
			if op != "RemoveAll" && !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s says %v", op, err)
			}
		}
		check()
	}
	for _, target := range []string{"../secret", filepath.Join(filepath.Dir(root), "secret"), "../new"} {
		plant(target, "link")
		if _, err := eng.ReadFile(ctx, "link"); err == nil {
			t.Errorf("the link to %s was read", target)
		}
		if _, err := eng.Open(ctx, "link", os.O_RDWR|os.O_CREATE|os.O_TRUNC); err == nil {
			t.Errorf("the link to %s was opened", target)
		}
		if info, err := eng.Stat(ctx, "link"); err != nil || info.Mode().Type() != fs.ModeSymlink {
			t.Errorf("Stat of a link: %v, %v", info, err)
		}
		for _, write := range writers(eng) {
			plant(target, "link")
			must(t, write(ctx, "link", []byte("in place of the link")))
			wants(t, eng, "link", "in place of the link")
			check()
		}
	}
	plant("..", "up2")
	must(t, eng.RemoveAll(ctx, "up2"))
	check()

	must(t, os.Link(filepath.Join(filepath.Dir(root), "secret"), filepath.Join(root, "hard")))
	for _, write := range writers(eng) {
		must(t, write(ctx, "hard", []byte("evil")))
		check()
	}
	wants(t, eng, "mine", "mine")
}
