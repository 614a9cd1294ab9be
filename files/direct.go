package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
)

const (
	fileMode   = 0o644 // before umask
	folderMode = 0o755
)

// Direct is the Engine whose operations run on the calling goroutine.
type Direct struct {
	root    *os.Root
	top     *os.File // the root folder, open from the start so that Sync hears of every write-back error since
	slots   chan struct{}
	folders *folders
	hiding  hiding
	plain   atomic.Uint32 // see plainMode
	written *unsynced     // nil where the kernel syncs a whole file system in one call
}

var _ Engine = (*Direct)(nil)

// NewDirect opens an engine below root, which is made when missing unless opt says Existing.
func NewDirect(root string, opt Options) (*Direct, error) {
	if !opt.Existing {
		if err := os.MkdirAll(root, folderMode); err != nil {
			return nil, err
		}
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	top, err := r.Open(".")
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return &Direct{
		root:    r,
		top:     top,
		slots:   make(chan struct{}, opt.width(64)),
		folders: newFolders(r, folderLimit()),
		written: newUnsynced(),
	}, nil
}

// Close releases the engine. Operations still running end as they would have;
// later ones fail with [fs.ErrClosed]. Open files stay open.
func (d *Direct) Close() error {
	return errors.Join(d.folders.close(), d.top.Close(), d.root.Close())
}

// enter checks name and waits for a turn; each success is paid back with leave.
func (d *Direct) enter(ctx context.Context, op, name string) error {
	if !valid(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if err := ctx.Err(); err != nil {
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	select {
	case d.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case d.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &fs.PathError{Op: op, Path: name, Err: ctx.Err()}
	}
}

func (d *Direct) leave() { <-d.slots }

// ReadFile implements [Engine].
func (d *Direct) ReadFile(ctx context.Context, name string) ([]byte, error) {
	if err := d.enter(ctx, "read", name); err != nil {
		return nil, err
	}
	defer d.leave()
	f, info, err := d.open(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()                                  // nothing was written
	room := bytes.MinRead + min(info.Size(), 64<<20) // a size is only what the file says of itself
	data := bytes.NewBuffer(make([]byte, 0, room))
	if _, err := data.ReadFrom(f); err != nil {
		return nil, asked("read", name, err)
	}
	return data.Bytes(), nil
}

// open opens name and refuses what is no regular file: who reads a planted pipe
// waits for ever.
func (d *Direct) open(name string, flag int) (*os.File, fs.FileInfo, error) {
	f, err := d.openAny(name, flag)
	if errors.Is(err, syscall.ENXIO) { // a socket, or a pipe that nobody reads
		err = errNotRegular
	}
	if err != nil {
		return nil, nil, asked("open", name, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		f.Close() // nothing was written
		return nil, nil, asked("open", name, err)
	}
	return f, info, nil
}

// openAny opens name in a folder that is kept open. Where that does not work for
// whatever reason, a link or a folder exchanged meanwhile, [os.Root] has the say.
func (d *Direct) openAny(name string, flag int) (*os.File, error) {
	dir, base := split(name)
	if folder, err := d.folders.open(dir); err == nil {
		defer folder.release()
		if f, err := folder.open(base, name, flag); err == nil {
			return f, nil
		}
	}
	return d.root.OpenFile(name, flag|noWait, fileMode)
}

// Open implements [Engine].
func (d *Direct) Open(ctx context.Context, name string, flag int) (File, error) {
	if err := d.enter(ctx, "open", name); err != nil {
		return nil, err
	}
	defer d.leave()
	f, _, err := d.open(name, flag)
	if flag&os.O_CREATE != 0 && errors.Is(err, fs.ErrNotExist) {
		if err := d.root.MkdirAll(path.Dir(name), folderMode); err != nil {
			return nil, asked("open", name, err)
		}
		f, _, err = d.open(name, flag)
	}
	if err != nil {
		return nil, err
	}
	if flag&(os.O_CREATE|os.O_TRUNC) != 0 {
		d.written.add(d.root, name)
	}
	return &file{engine: d, name: name, os: f}, nil
}

// Rename implements [Engine].
func (d *Direct) Rename(ctx context.Context, from, to string) error {
	if err := d.enter(ctx, "rename", from); err != nil {
		return err
	}
	defer d.leave()
	if !valid(to) {
		return &fs.PathError{Op: "rename", Path: to, Err: fs.ErrInvalid}
	}
	err := d.rename(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		if _, gone := d.root.Lstat(from); gone == nil {
			err = d.root.MkdirAll(path.Dir(to), folderMode)
			if err == nil {
				err = d.rename(from, to)
			}
		}
	}
	if err != nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fmt.Errorf("to %s: %w", to, cause(err))}
	}
	return nil
}

func (d *Direct) rename(from, to string) error {
	d.folders.forget(from) // windows moves no folder that is open
	err := d.root.Rename(from, to)
	d.folders.forget(from)
	if errors.Is(err, syscall.EEXIST) { // os says so of folders, for files give way
		err = syscall.EISDIR
	}
	if err == nil {
		d.written.move(d.root, from, to)
	}
	return err
}

// Remove implements [Engine].
func (d *Direct) Remove(ctx context.Context, name string) error {
	return d.remove(ctx, name, d.root.Remove)
}

// RemoveAll implements [Engine].
func (d *Direct) RemoveAll(ctx context.Context, name string) error {
	return d.remove(ctx, name, d.root.RemoveAll)
}

func (d *Direct) remove(ctx context.Context, name string, rm func(string) error) error {
	if err := d.enter(ctx, "remove", name); err != nil {
		return err
	}
	defer d.leave()
	d.folders.forget(name)
	err := rm(name)
	d.folders.forget(name)
	return asked("remove", name, err)
}

// Stat implements [Engine].
func (d *Direct) Stat(ctx context.Context, name string) (fs.FileInfo, error) {
	if err := d.enter(ctx, "stat", name); err != nil {
		return nil, err
	}
	defer d.leave()
	info, err := d.root.Lstat(name)
	return info, asked("stat", name, err)
}

// ReadDir implements [Engine]. Entries come sorted by name.
func (d *Direct) ReadDir(ctx context.Context, name string) ([]fs.DirEntry, error) {
	if err := d.enter(ctx, "readdir", name); err != nil {
		return nil, err
	}
	defer d.leave()
	f, err := d.root.OpenFile(name, os.O_RDONLY|openFolderFlag, 0)
	if err != nil {
		return nil, asked("readdir", name, err)
	}
	defer f.Close() // nothing was written
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, asked("readdir", name, err)
}

// Do implements [Engine].
func (d *Direct) Do(ctx context.Context, op, name string, do func(root *os.Root) error) error {
	if err := d.enter(ctx, op, name); err != nil {
		return err
	}
	defer d.leave()
	err := do(d.root)
	switch err.(type) {
	case nil:
		d.written.add(d.root, name)
		return nil
	case *fs.PathError, *os.LinkError:
		return asked(op, name, err)
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// Sync implements [Engine]. It covers the file system that holds the root; others
// mounted below it are not reached by syncfs. An error means that something
// written since the last Sync may be lost: calling again does not bring it back.
func (d *Direct) Sync(ctx context.Context) error {
	if err := d.enter(ctx, "sync", "."); err != nil {
		return err
	}
	defer d.leave()
	return d.sync()
}
