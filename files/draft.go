package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
)

// Draft implements [Engine].
func (d *Direct) Draft(ctx context.Context, name string) (Draft, error) {
	if err := d.enter(ctx, "draft", name); err != nil {
		return nil, err
	}
	defer d.leave()
	dir, base := split(name)
	temp := path.Join(dir, tempName(base))
	if err := d.root.MkdirAll(dir, folderMode); err != nil {
		return nil, asked("draft", name, err)
	}
	f, err := d.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, asked("draft", name, err)
	}
	return &draft{d, name, temp, f}, nil
}

type draft struct {
	engine *Direct
	name   string
	temp   string
	os     *os.File
}

func (f *draft) Write(p []byte) (int, error) {
	n, err := f.os.Write(p)
	return n, asked("write", f.name, err)
}

func (f *draft) Commit(ctx context.Context) error {
	if err := f.engine.enter(ctx, "commit", f.name); err != nil {
		return err
	}
	defer f.engine.leave()
	if err := f.os.Close(); err != nil {
		return asked("commit", f.name, err)
	}
	err := f.engine.rename(f.temp, f.name)
	if err == nil {
		f.temp = ""
	}
	return asked("commit", f.name, err)
}

func (f *draft) Discard() error {
	if f.temp == "" {
		return nil
	}
	err := f.os.Close()
	if errors.Is(err, fs.ErrClosed) {
		err = nil
	}
	err = errors.Join(err, f.engine.root.Remove(f.temp))
	f.temp = ""
	return asked("discard", f.name, err)
}
