package errfs

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"crawl/files"
)

// ReadFile implements [files.Engine].
func (e *Engine) ReadFile(ctx context.Context, name string) ([]byte, error) {
	if err := e.allow(ctx, ReadFile, name); err != nil {
		return nil, err
	}
	return e.inner.ReadFile(ctx, name)
}

// ReadStart implements [files.Engine].
func (e *Engine) ReadStart(ctx context.Context, name string, buf []byte) (start files.Start, err error) {
	room, err := e.check(ctx, call{op: ReadStart, name: name, size: len(buf), reads: true})
	if err != nil {
		if room > 0 {
			start, _ = e.inner.ReadStart(ctx, name, buf[:room])
			if start.Rest != nil {
				err = errors.Join(err, start.Rest.Close())
				start.Rest = nil
			}
		}
		return start, err
	}
	start, err = e.inner.ReadStart(ctx, name, buf)
	if start.Rest != nil {
		start.Rest = &file{File: start.Rest, engine: e}
	}
	return start, err
}

// Do implements [files.Engine]. Rules know it by its op.
func (e *Engine) Do(ctx context.Context, op, name string, do func(root *os.Root) error) error {
	if err := e.allow(ctx, Op(op), name); err != nil {
		return err
	}
	return e.inner.Do(ctx, op, name, do)
}

// WriteFile implements [files.Engine].
func (e *Engine) WriteFile(ctx context.Context, name string, data []byte) error {
	if _, err := e.check(ctx, call{op: WriteFile, name: name, size: len(data)}); err != nil {
		return err
	}
	return e.inner.WriteFile(ctx, name, data)
}

// PutFile implements [files.Engine]. A fault leaves no file, as a real one would.
func (e *Engine) PutFile(ctx context.Context, name string, data []byte) error {
	if _, err := e.check(ctx, call{op: PutFile, name: name, size: len(data)}); err != nil {
		if left := e.inner.Remove(ctx, name); left != nil && !errors.Is(left, fs.ErrNotExist) {
			return errors.Join(err, left)
		}
		return err
	}
	return e.inner.PutFile(ctx, name, data)
}

// Open implements [files.Engine].
func (e *Engine) Open(ctx context.Context, name string, flag int) (files.File, error) {
	if err := e.allow(ctx, Open, name); err != nil {
		return nil, err
	}
	f, err := e.inner.Open(ctx, name, flag)
	if err != nil {
		return nil, err
	}
	return &file{File: f, engine: e}, nil
}

// Rename implements [files.Engine]. Rules match the old name.
func (e *Engine) Rename(ctx context.Context, from, to string) error {
	if err := e.allow(ctx, Rename, from); err != nil {
		return err
	}
	return e.inner.Rename(ctx, from, to)
}

// Remove implements [files.Engine].
func (e *Engine) Remove(ctx context.Context, name string) error {
	if err := e.allow(ctx, Remove, name); err != nil {
		return err
	}
	return e.inner.Remove(ctx, name)
}

// RemoveAll implements [files.Engine].
func (e *Engine) RemoveAll(ctx context.Context, name string) error {
	if err := e.allow(ctx, RemoveAll, name); err != nil {
		return err
	}
	return e.inner.RemoveAll(ctx, name)
}

// Stat implements [files.Engine].
func (e *Engine) Stat(ctx context.Context, name string) (fs.FileInfo, error) {
	if err := e.allow(ctx, Stat, name); err != nil {
		return nil, err
	}
	return e.inner.Stat(ctx, name)
}

// ReadDir implements [files.Engine].
func (e *Engine) ReadDir(ctx context.Context, name string) ([]fs.DirEntry, error) {
	if err := e.allow(ctx, ReadDir, name); err != nil {
		return nil, err
	}
	return e.inner.ReadDir(ctx, name)
}

// Sync implements [files.Engine]. Its name is ".".
func (e *Engine) Sync(ctx context.Context) error {
	if err := e.allow(ctx, Sync, "."); err != nil {
		return err
	}
	return e.inner.Sync(ctx)
}

// Close implements [files.Engine]. No rule touches it.
func (e *Engine) Close() error { return e.inner.Close() }
