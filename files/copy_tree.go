package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"crawl/files/walk"
	"crawl/pipeline"
)

// CopyTree copies all below src's folder from into dst's folder to, width files at a
// time: files as [Copy] does, folders, and links as links, which may lead elsewhere
// from their new place. What is there already is replaced file by file and not
// removed. to must not lie below from.
//
// What can't be copied, a pipe or an unreadable folder, is told to failed, one call at
// a time, and the rest goes on; without failed the first such error ends the copy. The
// error of CopyTree is that one, or says that nothing could be copied at all.
func CopyTree(
	ctx context.Context, dst Engine, to string, src Engine, from string, width int, failed func(name string, err error),
) error {
	// The walk has a root of its own: one turn of the engine held throughout would be
	// one too few where it has one.
	root, err := doFor(ctx, src, "copy", from, func(root *os.Root) (*os.Root, error) { return root.OpenRoot(from) })
	if err != nil {
		return err
	}
	defer root.Close() // nothing was written
	if err := MkdirAll(ctx, dst, to); err != nil {
		return err
	}
	w, err := walk.Start(ctx, root, walk.Options{})
	if err != nil {
		return fmt.Errorf("walk %s: %w", from, err)
	}
	defer w.Close() // as above

	var mu sync.Mutex // held while failed is called
	settle := func(_ context.Context, r pipeline.Result[walk.Entry, struct{}]) error {
		if r.Err == nil || failed == nil || ctx.Err() != nil {
			return r.Err
		}
		mu.Lock()
		defer mu.Unlock()
		failed(join(from, r.In.Path), r.Err)
		return nil
	}
	copyOne := func(ctx context.Context, e walk.Entry) (struct{}, error) {
		return struct{}{}, copyEntry(ctx, dst, join(to, e.Path), src, join(from, e.Path), e)
	}
	return pipeline.Run(ctx, pipeline.Pool, max(width, 1), w, pipeline.Shared(copyOne), settle)
}

func copyEntry(ctx context.Context, dst Engine, to string, src Engine, from string, e walk.Entry) error {
	switch {
	case e.Err != nil:
		if inner, ok := errors.AsType[*fs.PathError](e.Err); ok {
			return &fs.PathError{Op: inner.Op, Path: from, Err: inner.Err}
		}
		return e.Err
	case e.Mode.IsDir():
		return MkdirAll(ctx, dst, to)
	case e.Mode.IsRegular():
		_, err := Copy(ctx, dst, to, src, from)
		return err
	case e.Mode&fs.ModeSymlink != 0:
		return copyLink(ctx, dst, to, src, from)
	}
	return &fs.PathError{Op: "copy", Path: from, Err: errNotRegular}
}

func copyLink(ctx context.Context, dst Engine, to string, src Engine, from string) error {
	target, err := Readlink(ctx, src, from)
	if err != nil {
		return err
	}
	err = Symlink(ctx, dst, target, to)
	if errors.Is(err, fs.ErrNotExist) { // its folder is being made by somebody else
		if err = MkdirAll(ctx, dst, dirOf(to)); err == nil {
			err = Symlink(ctx, dst, target, to)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		if err = Unlink(ctx, dst, to); err == nil {
			err = Symlink(ctx, dst, target, to)
		}
	}
	return err
}

func dirOf(name string) string {
	dir, _ := split(name)
	return dir
}

// join puts a valid name below a folder.
func join(dir, name string) string {
	switch {
	case dir == ".":
		return name
	case name == ".":
		return dir
	}
	return dir + "/" + name
}
