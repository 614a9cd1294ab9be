// Package iofs lets a [files.Engine] stand where an [fs.FS] is wanted, and the other
// way round.
//
// [FS] is an engine for those who read through io/fs: templates, archives, servers.
// [Engine] is any file system of that kind, embedded or in an archive, for those who
// read through files: it can be read and not written, which errors say
// ([errors.ErrUnsupported]).
package iofs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"crawl/files"
)

// FileSystem is an engine as a file system. It follows links as the engine does,
// below its root and no further. Calls wait for their turn under the context that
// it was made with.
type FileSystem struct {
	ctx context.Context
	eng files.Engine
}

var (
	_ fs.StatFS     = FileSystem{}
	_ fs.ReadFileFS = FileSystem{}
	_ fs.ReadDirFS  = FileSystem{}
	_ fs.ReadLinkFS = FileSystem{}
)

// FS returns eng as a file system whose calls hear ctx.
func FS(ctx context.Context, eng files.Engine) FileSystem { return FileSystem{ctx, eng} }

func check(op, name string) error {
	if fs.ValidPath(name) {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
}

// Open implements [fs.FS], for regular files and folders.
func (f FileSystem) Open(name string) (fs.File, error) {
	if err := check("open", name); err != nil {
		return nil, err
	}
	info, err := files.Stat(f.ctx, f.eng, name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return &folder{fs: f, name: name, info: info}, nil
	}
	return f.eng.Open(f.ctx, name, os.O_RDONLY)
}

// ReadFile implements [fs.ReadFileFS].
func (f FileSystem) ReadFile(name string) ([]byte, error) {
	if err := check("read", name); err != nil {
		return nil, err
	}
	return f.eng.ReadFile(f.ctx, name)
}

// ReadDir implements [fs.ReadDirFS].
func (f FileSystem) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := check("readdir", name); err != nil {
		return nil, err
	}
	return f.eng.ReadDir(f.ctx, name)
}

// Stat implements [fs.StatFS].
func (f FileSystem) Stat(name string) (fs.FileInfo, error) {
	if err := check("stat", name); err != nil {
		return nil, err
	}
	return files.Stat(f.ctx, f.eng, name)
}

// Lstat implements [fs.ReadLinkFS].
func (f FileSystem) Lstat(name string) (fs.FileInfo, error) {
	if err := check("stat", name); err != nil {
		return nil, err
	}
	return f.eng.Stat(f.ctx, name)
}

// ReadLink implements [fs.ReadLinkFS].
func (f FileSystem) ReadLink(name string) (string, error) {
	if err := check("readlink", name); err != nil {
		return "", err
	}
	return files.Readlink(f.ctx, f.eng, name)
}

// folder is an open folder. It is read when it is first asked for its entries.
type folder struct {
	fs      FileSystem
	name    string
	info    fs.FileInfo
	entries []fs.DirEntry
	read    bool
	closed  bool
}

func (d *folder) Stat() (fs.FileInfo, error) { return d.info, d.open("stat") }

func (d *folder) Read([]byte) (int, error) {
	return 0, errors.Join(d.open("read"), &fs.PathError{Op: "read", Path: d.name, Err: errors.New("is a folder")})
}

func (d *folder) Close() error {
	err := d.open("close")
	d.closed = true
	return err
}

func (d *folder) open(op string) error {
	if d.closed {
		return &fs.PathError{Op: op, Path: d.name, Err: fs.ErrClosed}
	}
	return nil
}

// ReadDir implements [fs.ReadDirFile].
func (d *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if err := d.open("readdir"); err != nil {
		return nil, err
	}
	if !d.read {
		entries, err := d.fs.ReadDir(d.name)
		if err != nil {
			return nil, err
		}
		d.entries, d.read = entries, true
	}
	if n <= 0 {
		n = len(d.entries)
	} else if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	part := d.entries[:n:n]
	d.entries = d.entries[n:]
	return part, nil
}
