//go:build unix

package files

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// openFolderFlag keeps an open that wants a folder from waiting on a planted pipe.
const openFolderFlag = unix.O_DIRECTORY

// noWait keeps an open from waiting for the other end of a planted pipe.
const noWait = unix.O_NONBLOCK

// folderLimit is how many folders stay open: 128, or fewer where descriptors are
// scarce, since sockets and files need them more.
func folderLimit() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 4
	}
	return int(min(128, max(4, limit.Cur/16)))
}

// handle is an open folder. Bare calls on its descriptor cost about a third less
// than [os.Root] on the same single element, which resolves links and makes an
// [os.File] for each.
type handle struct {
	dir *os.File
	fd  int
}

func openHandle(root *os.Root, name string) (handle, error) {
	dir, err := root.OpenFile(name, os.O_RDONLY|openFolderFlag, 0)
	if err != nil {
		return handle{}, err
	}
	return handle{dir, int(dir.Fd())}, nil
}

func (h handle) close() error { return h.dir.Close() }

// open opens base as [os.OpenFile] does, but for links, which it refuses.
func (h handle) open(base, name string, flag int) (*os.File, error) {
	for {
		fd, err := unix.Openat(h.fd, base, flag|unix.O_NOFOLLOW|unix.O_CLOEXEC|noWait, fileMode)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		// Without noWait, or [os.NewFile] would try to poll the file.
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, flag); err != nil {
			unix.Close(fd) // nothing was written
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return os.NewFile(uintptr(fd), name), nil
	}
}

// put creates base in the folder and fills it, or leaves nothing. Errors carry name.
func (h handle) put(base, name string, data []byte) error {
	fd, err := h.create(base)
	if err != nil {
		return &fs.PathError{Op: "create", Path: name, Err: err}
	}
	err = writeAll(fd, data)
	if closed := unix.Close(fd); err == nil && closed != unix.EINTR { // EINTR: it is closed
		err = closed
	}
	if err == nil {
		return nil
	}
	err = &fs.PathError{Op: "write", Path: name, Err: err}
	if left := h.unlink(base); left != nil {
		return errors.Join(err, &fs.PathError{Op: "remove", Path: name, Err: left})
	}
	return err
}

// create makes a new file: what stands at its name gives way. O_EXCL follows no
// link, opens no pipe and truncates no file that has a second name elsewhere.
// The loop goes round again only when another caller was quicker.
func (h handle) create(base string) (int, error) {
	for {
		fd, err := unix.Openat(h.fd, base, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, fileMode)
		switch err {
		case unix.EINTR:
		case unix.EEXIST:
			if err := h.unlink(base); err != nil {
				return -1, err
			}
		default:
			return fd, err
		}
	}
}

// unlink removes base. That it is gone already is fine. Of a folder it says EISDIR,
// as Linux does; POSIX wants EPERM.
func (h handle) unlink(base string) error {
	for {
		switch err := unix.Unlinkat(h.fd, base, 0); err {
		case unix.EINTR:
		case unix.ENOENT:
			return nil
		case unix.EPERM:
			var stat unix.Stat_t
			if unix.Fstatat(h.fd, base, &stat, unix.AT_SYMLINK_NOFOLLOW) == nil && stat.Mode&unix.S_IFMT == unix.S_IFDIR {
				return unix.EISDIR
			}
			return err
		default:
			return err
		}
	}
}

func writeAll(fd int, data []byte) error {
	for len(data) > 0 {
		n, err := unix.Write(fd, data)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if n <= 0 {
			return io.ErrShortWrite
		}
		data = data[n:]
	}
	return nil
}
