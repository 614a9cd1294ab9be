package files

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"sync"
)

// maxUnsynced bounds the list of files to sync: about half a megabyte of names.
const maxUnsynced = 4096

// unsynced remembers which files and folders were changed since the last sync,
// for systems that can't sync a file system as a whole and say whether it worked.
// A nil one remembers nothing.
type unsynced struct {
	mu    sync.Mutex // guards what follows
	names map[string]struct{}
	err   error // of a sync done early; the next sync reports it
}

// add remembers name and its folders. A full list is synced there and then.
func (u *unsynced) add(root *os.Root, name string) {
	if u == nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.insert(name)
	if len(u.names) >= maxUnsynced {
		u.err = errors.Join(u.err, u.flush(root))
	}
}

// insert notes name and the folders that lead to it, which may be new. The caller holds mu.
func (u *unsynced) insert(name string) {
	if u.names == nil {
		u.names = make(map[string]struct{})
	}
	for u.names[name] = struct{}{}; name != "."; u.names[name] = struct{}{} {
		name, _ = split(name)
	}
}

// move notes that from, and what lies below it, is now called to.
func (u *unsynced) move(root *os.Root, from, to string) {
	if u == nil {
		return
	}
	u.mu.Lock()
	var moved []string
	for name := range u.names {
		if below(name, from) {
			delete(u.names, name)
			moved = append(moved, to+name[len(from):])
		}
	}
	for _, name := range moved {
		u.insert(name)
	}
	dir, _ := split(from)
	u.insert(dir)
	u.mu.Unlock()
	u.add(root, to)
}

// sync makes what is on the list durable.
func (u *unsynced) sync(root *os.Root) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	err := errors.Join(u.err, u.flush(root))
	u.err = nil
	return err
}

// flush syncs each name and empties the list: an fsync that failed is not tried
// again, since the kernel has dropped the pages by then. The caller holds mu.
func (u *unsynced) flush(root *os.Root) error {
	var errs []error
	for name := range u.names {
		if err := syncOne(root, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	clear(u.names)
	return errors.Join(errs...)
}

func syncOne(root *os.Root, name string) error {
	info, err := root.Stat(name)
	if err != nil {
		return asked("sync", name, err)
	}
	flag := os.O_RDONLY
	switch {
	case info.IsDir() && runtime.GOOS == "windows":
		return nil // has no such call, and keeps its folders in a journal
	case runtime.GOOS == "windows":
		flag = os.O_RDWR // FlushFileBuffers asks for the right to write
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil
	}
	f, err := root.OpenFile(name, flag|noWait, 0)
	if err != nil {
		return asked("sync", name, err)
	}
	return errors.Join(asked("sync", name, f.Sync()), asked("close", name, f.Close()))
}
