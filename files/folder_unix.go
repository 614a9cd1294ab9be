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
	fd   int
	kind uint32 // of file system; atomic
}

func openHandle(root *os.Root, name string) (handle, error) {
	dir, err := root.OpenFile(name, os.O_RDONLY|openFolderFlag, 0)
	if err != nil {
		return handle{}, err
	}
	defer dir.Close() // nothing was written
	fd, err := unix.FcntlInt(dir.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	return handle{fd: fd}, err
}

func (h *handle) close() error { return unix.Close(h.fd) }

// child opens the folder base, and no link to one.
func (h *handle) child(base string) (handle, error) {
	fd, err := openat(h.fd, base, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	return handle{fd: fd}, err
}

// mkdir makes the folder base. That it is there already is fine.
func (h *handle) mkdir(base string) error {
	for {
		switch err := unix.Mkdirat(h.fd, base, folderMode); err {
		case unix.EINTR:
		case unix.EEXIST:
			return nil
		default:
			return err
		}
	}
}

// open opens base as [os.OpenFile] does, but for links, which it refuses.
func (h *handle) open(base, name string, flag int) (*os.File, error) {
	fd, err := openat(h.fd, base, flag|unix.O_NOFOLLOW|unix.O_CLOEXEC|noWait, fileMode)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	f, err := adopt(fd, name, flag)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f, nil
}

// adopt makes an [os.File] of a descriptor that was opened with flag and noWait.
func adopt(fd int, name string, flag int) (*os.File, error) {
	// Without noWait, or [os.NewFile] would try to poll the file.
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, flag); err != nil {
		unix.Close(fd) // nothing was written
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// put creates base in the folder and fills it, or leaves nothing. Errors carry name.
func (h *handle) put(base, name string, data []byte) error {
	fd, err := h.create(base, fileMode)
	if err != nil {
		return &fs.PathError{Op: "create", Path: name, Err: err}
	}
	_, err = writeAll(fd, data)
	if closed := closeWritten(fd); err == nil {
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
func (h *handle) create(base string, mode uint32) (int, error) {
	for {
		fd, err := openat(h.fd, base, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, mode)
		if err != unix.EEXIST {
			return fd, err
		}
		if err := h.unlink(base); err != nil {
			return -1, err
		}
	}
}

// unlink removes base. That it is gone already is fine. Of a folder it says EISDIR,
// as Linux does; POSIX wants EPERM.
func (h *handle) unlink(base string) error {
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

func writeAll(fd int, data []byte) (n int, err error) {
	for n < len(data) {
		m, err := unix.Write(fd, data[n:])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return n, err
		}
		if m <= 0 {
			return n, io.ErrShortWrite
		}
		n += m
	}
	return n, nil
}

// closeWritten closes a file that was written, where close may be the first to tell.
func closeWritten(fd int) error {
	if err := unix.Close(fd); err != nil && err != unix.EINTR { // EINTR: it is closed
		return err
	}
	return nil
}
