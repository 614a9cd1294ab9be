package files

import (
	"context"
	"io/fs"
	"os"
	"path"
)

// Mkdir makes one folder, whose own folder exists.
func Mkdir(ctx context.Context, eng Engine, name string) error {
	return eng.Do(ctx, "mkdir", name, func(root *os.Root) error { return root.Mkdir(name, folderMode) })
}

// MkdirAll makes a folder and those above it. One that exists already is fine.
func MkdirAll(ctx context.Context, eng Engine, name string) error {
	return eng.Do(ctx, "mkdir", name, func(root *os.Root) error { return root.MkdirAll(name, folderMode) })
}

// Rmdir removes an empty folder, and nothing else.
func Rmdir(ctx context.Context, eng Engine, name string) error {
	if err := mustBe(ctx, eng, "rmdir", name, true); err != nil {
		return err
	}
	return eng.Remove(ctx, name)
}

// Unlink removes a name that is not a folder's.
func Unlink(ctx context.Context, eng Engine, name string) error {
	if err := mustBe(ctx, eng, "unlink", name, false); err != nil {
		return err
	}
	return eng.Remove(ctx, name)
}

const (
	errIsFolder    refused = "is a folder"
	errIsNotFolder refused = "is not a folder"
)

func mustBe(ctx context.Context, eng Engine, op, name string, folder bool) error {
	info, err := eng.Stat(ctx, name)
	switch {
	case err != nil:
		return err
	case info.IsDir() && !folder:
		return &fs.PathError{Op: op, Path: name, Err: errIsFolder}
	case !info.IsDir() && folder:
		return &fs.PathError{Op: op, Path: name, Err: errIsNotFolder}
	}
	return nil
}

// RemoveDirs removes an empty folder and then, upwards, those that are empty by that.
// Only an error about the first is returned.
func RemoveDirs(ctx context.Context, eng Engine, name string) error {
	if err := Rmdir(ctx, eng, name); err != nil {
		return err
	}
	removeAbove(ctx, eng, name)
	return nil
}

func removeAbove(ctx context.Context, eng Engine, name string) {
	for dir := path.Dir(name); dir != "." && Rmdir(ctx, eng, dir) == nil; {
		dir = path.Dir(dir)
	}
}

// Renames moves a file, makes the folders of the new name as [Engine].Rename does,
// and removes those of the old one that are empty by that.
func Renames(ctx context.Context, eng Engine, from, to string) error {
	if err := eng.Rename(ctx, from, to); err != nil {
		return err
	}
	removeAbove(ctx, eng, from)
	return nil
}

// IsMount reports whether the folder name is where another file system begins.
// It compares the device with that of the folder above, so that it is right about
// file systems but not about folders bound elsewhere in the same one; the root of
// the engine, whose folder above is out of reach, is said to be none.
func IsMount(ctx context.Context, eng Engine, name string) (bool, error) {
	info, err := eng.Stat(ctx, name)
	if err != nil {
		return false, unlessAbsent(err)
	}
	if !info.IsDir() || name == "." {
		return false, nil
	}
	above, err := eng.Stat(ctx, path.Dir(name))
	if err != nil {
		return false, err
	}
	return !sameDevice(info, above), nil
}

// ListDir returns the names in a folder, sorted: [Engine].ReadDir, which is
// os.scandir of Python, without the types.
func ListDir(ctx context.Context, eng Engine, name string) ([]string, error) {
	entries, err := eng.ReadDir(ctx, name)
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// SyncName makes durable one file, or what was created, renamed and removed in one
// folder: fsync by name. An error is not to be tried again, as what it is about may
// have been dropped from memory meanwhile.
func SyncName(ctx context.Context, eng Engine, name string) error {
	return eng.Do(ctx, "sync", name, func(root *os.Root) error { return syncOne(root, name) })
}
