package filestest

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"crawl/files"
)

// writeDraft writes a file in two pieces, for its owner only.
func writeDraft(ctx context.Context, eng files.Engine, name string, data []byte) error {
	d, err := eng.Draft(ctx, name)
	if err != nil {
		return err
	}
	defer d.Discard() // nothing to do after Commit
	if err := d.Chmod(0o600); err != nil {
		return err
	}
	for _, piece := range [][]byte{data[:len(data)/2], data[len(data)/2:]} {
		if _, err := d.Write(piece); err != nil {
			return err
		}
	}
	return d.Commit(ctx)
}

// underWay checks that beside want there are only files that IsTemp knows.
func underWay(t *testing.T, eng files.Engine, dir string, want ...string) {
	t.Helper()
	entries, err := eng.ReadDir(t.Context(), dir)
	must(t, err)
	var got []string
	for _, e := range entries {
		if !files.IsTemp(e.Name()) {
			got = append(got, e.Name())
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("folder %s holds %q, want %q", dir, got, want)
	}
}

func draft(t *testing.T, eng files.Engine, _ string) {
	ctx := t.Context()
	d, err := eng.Draft(ctx, "new/folder/file")
	must(t, err)
	var want bytes.Buffer
	for i := range 100 {
		piece := bytes.Repeat([]byte{byte(i)}, 1000*i)
		want.Write(piece)
		if n, err := d.Write(piece); n != len(piece) || err != nil {
			t.Fatalf("wrote %d of %d bytes, %v", n, len(piece), err)
		}
	}
	underWay(t, eng, "new/folder")
	must(t, d.Commit(ctx))
	wants(t, eng, "new/folder/file", want.String())
	tidy(t, eng, "new/folder", "file")
	must(t, d.Discard())
	_, err = d.Write([]byte("more"))
	wantErr(t, err, fs.ErrClosed)
	wantErr(t, d.Chmod(0o600), fs.ErrClosed)
	wantErr(t, d.Commit(ctx), fs.ErrClosed)
	wants(t, eng, "new/folder/file", want.String())

	must(t, eng.PutFile(ctx, "put", nil))
	put, err := eng.Stat(ctx, "put")
	must(t, err)
	drafted, err := eng.Stat(ctx, "new/folder/file")
	must(t, err)
	if drafted.Mode() != put.Mode() {
		t.Errorf("mode %v, of PutFile %v", drafted.Mode(), put.Mode())
	}
}

func draftDiscarded(t *testing.T, eng files.Engine, _ string) {
	must(t, eng.PutFile(t.Context(), "d/old", []byte("old")))
	for _, name := range []string{"d/old", "d/new"} {
		d, err := eng.Draft(t.Context(), name)
		must(t, err)
		_, err = d.Write([]byte("new"))
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		wantErr(t, d.Commit(ctx), context.Canceled)
		must(t, d.Discard())
		must(t, d.Discard())
		_, err = d.Write([]byte("more"))
		wantErr(t, err, fs.ErrClosed)
		wantErr(t, d.Commit(t.Context()), fs.ErrClosed)
	}
	tidy(t, eng, "d", "old")
	wants(t, eng, "d/old", "old")
}

// draftOver lets something come to stand at the name while the draft is under way.
func draftOver(t *testing.T, eng files.Engine, root string) {
	ctx := t.Context()
	d, err := eng.Draft(ctx, "d/file")
	must(t, err)
	_, err = d.Write([]byte("draft"))
	must(t, err)
	must(t, eng.PutFile(ctx, "d/file", []byte("meanwhile")))
	must(t, d.Commit(ctx))
	wants(t, eng, "d/file", "draft")

	d, err = eng.Draft(ctx, "d/folder")
	must(t, err)
	must(t, os.Mkdir(filepath.Join(root, "d/folder"), 0o755))
	if err := d.Commit(ctx); err == nil {
		t.Error("a folder gave way")
	}
	if err := d.Commit(ctx); err == nil {
		t.Error("the second try says that it worked")
	}
	must(t, d.Discard())
	tidy(t, eng, "d", "file", "folder")
}

// draftsOfOneName races them: one wins, whole.
func draftsOfOneName(t *testing.T, eng files.Engine, _ string) {
	const writers, size = 32, 10000
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			if err := writeDraft(t.Context(), eng, "d/file", bytes.Repeat([]byte{byte(i)}, size)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := eng.ReadFile(t.Context(), "d/file")
	must(t, err)
	if len(got) != size || bytes.Count(got, got[:1]) != size {
		t.Errorf("%d bytes of several writers are mixed", len(got))
	}
	tidy(t, eng, "d", "file")
}

func draftMoved(t *testing.T, eng files.Engine, _ string) {
	if runtime.GOOS == "windows" {
		t.Skip("no folder with an open file in it can be moved there")
	}
	must(t, eng.PutFile(t.Context(), "d/deep/1", nil))
	d, err := eng.Draft(t.Context(), "d/deep/2")
	must(t, err)
	_, err = d.Write([]byte("draft"))
	must(t, err)
	must(t, eng.Rename(t.Context(), "d", "e"))
	must(t, d.Commit(t.Context()))
	wants(t, eng, "d/deep/2", "draft")
	tidy(t, eng, "d/deep", "2")
	tidy(t, eng, "e/deep", "1")
}
