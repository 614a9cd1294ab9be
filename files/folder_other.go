//go:build !unix

package files

import (
	"errors"
	"io/fs"
	"os"
)

const (
	openFolderFlag = 0
	noWait         = 0
)

func folderLimit() int { return 128 }

// handle is an open folder.
type handle struct{ dir *os.Root }

func openHandle(root *os.Root, name string) (handle, error) {
	dir, err := root.OpenRoot(name)
	return handle{dir}, err
}

func (h *handle) close() error { return h.dir.Close() }

// child opens the folder base.
func (h *handle) child(base string) (handle, error) { return openHandle(h.dir, base) }

// mkdir makes the folder base. That it is there already is fine.
func (h *handle) mkdir(base string) error {
	if err := h.dir.Mkdir(base, folderMode); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// open opens base as [os.OpenFile] does. Errors carry name.
func (h *handle) open(base, name string, flag int) (*os.File, error) {
	f, err := h.dir.OpenFile(base, flag, fileMode)
	if err != nil {
		return nil, asked("open", name, err)
	}
	return f, nil
}

// put creates base in the folder and fills it, or leaves nothing. Errors carry name.
func (h *handle) put(base, name string, data []byte) error {
	f, err := h.create(base)
	if err != nil {
		return asked("create", name, err)
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		return nil
	}
	if left := h.dir.Remove(base); left != nil {
		return errors.Join(asked("write", name, err), asked("remove", name, left))
	}
	return asked("write", name, err)
}

// create makes a new file: what stands at its name gives way.
func (h *handle) create(base string) (*os.File, error) {
	for {
		f, err := h.dir.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
		if err := h.dir.Remove(base); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
}
