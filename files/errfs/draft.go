package errfs

import (
	"context"
	"errors"
	"io/fs"

	"crawl/files"
)

// Draft implements [files.Engine].
func (e *Engine) Draft(ctx context.Context, name string) (files.Draft, error) {
	if err := e.allow(ctx, Draft, name); err != nil {
		return nil, err
	}
	inner, err := e.inner.Draft(ctx, name)
	if err != nil {
		return nil, err
	}
	return &draft{inner: inner, engine: e, name: name}, nil
}

type draft struct {
	inner  files.Draft
	engine *Engine
	name   string
	ended  bool
	failed error // injected into Write, Chmod or Commit, after which there is only Discard
}

func (d *draft) Write(p []byte) (int, error) {
	if d.failed != nil {
		return 0, d.failed
	}
	room, err := d.engine.check(context.Background(), call{op: DraftWrite, name: d.name, size: len(p)})
	if err == nil {
		return d.inner.Write(p)
	}
	n, inner := d.inner.Write(p[:room])
	d.failed = errors.Join(err, inner)
	return n, d.failed
}

func (d *draft) Chmod(mode fs.FileMode) error {
	if d.failed != nil {
		return d.failed
	}
	if d.failed = d.engine.allow(context.Background(), DraftChmod, d.name); d.failed != nil {
		return d.failed
	}
	return d.inner.Chmod(mode)
}

func (d *draft) Commit(ctx context.Context) error {
	if d.failed != nil {
		return d.failed
	}
	if d.ended {
		return &fs.PathError{Op: "commit", Path: d.name, Err: fs.ErrClosed}
	}
	if err := d.engine.allow(ctx, DraftCommit, d.name); err != nil {
		d.failed = err
		return err
	}
	err := d.inner.Commit(ctx)
	d.ended = err == nil
	return err
}

// Discard drops the draft inside even when it is made to fail.
func (d *draft) Discard() error {
	if d.ended {
		return nil
	}
	d.ended = true
	return errors.Join(d.engine.allow(context.Background(), DraftDiscard, d.name), d.inner.Discard())
}
