package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"crawl/files"
)

// manyTrees is how many folders of a command line stay open for reading. Files of one
// folder come one after another, so few are ever in use.
const manyTrees = 2

// trees opens the folders that are read below, as many of them as a command line may
// name and few at a time. It is safe for concurrent use.
type trees struct {
	open func(folder string) (files.Engine, error)

	mu   sync.Mutex // guards what follows
	kept []*tree    // the one used last is last
}

// tree is a folder, opened when it is read below. It is a [crawl/files/batch.Reader].
type tree struct {
	trees  *trees
	folder string
	eng    files.Engine // nil while closed
	users  int
}

// below returns what reads below folder.
func (t *trees) below(folder string) *tree { return &tree{trees: t, folder: folder} }

// ReadStart is [files.Engine.ReadStart]. What is left of a file may be read after its
// folder has been closed.
func (t *tree) ReadStart(ctx context.Context, name string, buf []byte) (files.Start, error) {
	eng, err := t.use()
	if err != nil {
		return files.Start{}, err
	}
	defer t.release()
	return eng.ReadStart(ctx, name, buf)
}

// use returns the folder's engine, which stays open until release.
func (t *tree) use() (files.Engine, error) {
	t.trees.mu.Lock()
	defer t.trees.mu.Unlock()
	if t.eng == nil {
		eng, err := t.trees.open(t.folder)
		if err != nil {
			return nil, err
		}
		t.eng = eng
		t.trees.kept = append(t.trees.kept, t)
	}
	t.users++
	return t.eng, nil
}

// release gives the engine back, and closes the folder not used for longest where too
// many are open.
func (t *tree) release() {
	t.trees.mu.Lock()
	defer t.trees.mu.Unlock()
	t.users--
	if kept := t.trees.kept; kept[len(kept)-1] != t {
		at := slices.Index(kept, t)
		t.trees.kept = append(slices.Delete(kept, at, at+1), t)
	}
	for i, old := range t.trees.kept {
		if len(t.trees.kept) <= manyTrees {
			return
		}
		if old.users == 0 {
			t.trees.kept = slices.Delete(t.trees.kept, i, i+1)
			_ = old.eng.Close() // only read
			old.eng = nil
			return
		}
	}
}

// close closes all folders, of which none may be in use.
func (t *trees) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	for _, kept := range t.kept {
		errs = append(errs, kept.eng.Close())
		kept.eng = nil
	}
	t.kept = nil
	return errors.Join(errs...)
}
