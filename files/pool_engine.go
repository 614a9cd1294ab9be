package files

import (
	"context"
	"io/fs"
	"os"
)

// ReadFile implements [Engine].
func (p *Pool) ReadFile(ctx context.Context, name string) ([]byte, error) {
	return look(ctx, p, "read", name, func() ([]byte, error) { return p.direct.ReadFile(ctx, name) }, nothing)
}

// ReadStart implements [Engine].
func (p *Pool) ReadStart(ctx context.Context, name string, buf []byte) (s Start, err error) {
	err = p.change(ctx, "read", name, func() (err error) {
		s, err = p.direct.ReadStart(ctx, name, buf)
		return err
	})
	return s, err
}

// Draft implements [Engine].
func (p *Pool) Draft(ctx context.Context, name string) (Draft, error) {
	var inner Draft
	err := p.change(ctx, "draft", name, func() (err error) {
		inner, err = p.direct.Draft(ctx, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &poolDraft{inner, p, name}, nil
}

// poolDraft commits on a worker. Its other methods run on the calling goroutine,
// as those of a File do.
type poolDraft struct {
	Draft
	pool *Pool
	name string
}

func (d *poolDraft) Commit(ctx context.Context) error {
	return d.pool.change(ctx, "commit", d.name, func() error { return d.Draft.Commit(ctx) })
}

// WriteFile implements [Engine].
func (p *Pool) WriteFile(ctx context.Context, name string, data []byte) error {
	return p.change(ctx, "write", name, func() error { return p.direct.WriteFile(ctx, name, data) })
}

// PutFile implements [Engine].
func (p *Pool) PutFile(ctx context.Context, name string, data []byte) error {
	return p.change(ctx, "put", name, func() error { return p.direct.PutFile(ctx, name, data) })
}

// Open implements [Engine].
func (p *Pool) Open(ctx context.Context, name string, flag int) (File, error) {
	if flag&(os.O_CREATE|os.O_TRUNC) == 0 {
		return look(ctx, p, "open", name, func() (File, error) { return p.direct.Open(ctx, name, flag) }, func(f File) { f.Close() })
	}
	var f File
	err := p.change(ctx, "open", name, func() (err error) {
		f, err = p.direct.Open(ctx, name, flag)
		return err
	})
	return f, err
}

// Rename implements [Engine].
func (p *Pool) Rename(ctx context.Context, from, to string) error {
	return p.change(ctx, "rename", from, func() error { return p.direct.Rename(ctx, from, to) })
}

// Remove implements [Engine].
func (p *Pool) Remove(ctx context.Context, name string) error {
	return p.change(ctx, "remove", name, func() error { return p.direct.Remove(ctx, name) })
}

// RemoveAll implements [Engine].
func (p *Pool) RemoveAll(ctx context.Context, name string) error {
	return p.change(ctx, "remove", name, func() error { return p.direct.RemoveAll(ctx, name) })
}

// Stat implements [Engine].
func (p *Pool) Stat(ctx context.Context, name string) (fs.FileInfo, error) {
	return look(ctx, p, "stat", name, func() (fs.FileInfo, error) { return p.direct.Stat(ctx, name) }, nothing)
}

// ReadDir implements [Engine].
func (p *Pool) ReadDir(ctx context.Context, name string) ([]fs.DirEntry, error) {
	return look(ctx, p, "readdir", name, func() ([]fs.DirEntry, error) { return p.direct.ReadDir(ctx, name) }, nothing)
}

// Do implements [Engine].
func (p *Pool) Do(ctx context.Context, op, name string, do func(root *os.Root) error) error {
	return p.change(ctx, op, name, func() error { return p.direct.Do(ctx, op, name, do) })
}

// Sync implements [Engine].
func (p *Pool) Sync(ctx context.Context) error {
	return p.change(ctx, "sync", ".", func() error { return p.direct.Sync(ctx) })
}
