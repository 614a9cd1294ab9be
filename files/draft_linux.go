package files

import (
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// hiding is how the engine names files that have none, found out once by trying.
type hiding struct {
	mu    sync.Mutex // guards what follows
	tried bool
	link  func(fd int, to *folder, base string) error // nil where it can't be done
}

// canHide finds out, in the folder f, whether the engine can do without temporary names.
func (d *Direct) canHide(f *folder) bool {
	h := &d.hiding
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tried {
		return h.link != nil
	}
	fd, err := f.hidden()
	if err != nil {
		h.tried = unknown(err)
		return false
	}
	defer unix.Close(fd) // nothing was written
	h.tried = true
	for _, link := range []func(int, *folder, string) error{linkEmpty, linkProc} {
		base := tempName("trial")
		if link(fd, f, base) == nil && f.unlink(base) == nil {
			h.link = link
			break
		}
	}
	return h.link != nil
}

// hidden makes a file without a name in the folder's file system.
func (h *handle) hidden() (int, error) {
	return openat(h.fd, ".", unix.O_WRONLY|unix.O_TMPFILE|unix.O_CLOEXEC, fileMode)
}

// noHidden reports whether a file with a name may do where hidden failed. EPERM is
// what ext4 says of a folder that was removed, of which other calls say so.
func noHidden(err error) bool { return unknown(err) || err == unix.EPERM }

// unknown reports whether the file system has no hidden files, or the kernel does
// not know the flag (EISDIR, EINVAL).
func unknown(err error) bool {
	return err == unix.EOPNOTSUPP || err == unix.EISDIR || err == unix.EINVAL
}

// show gives a hidden file its name. A link does not replace what stands there,
// as rename does, so then the file gets a temporary name first.
func (d *Direct) show(fd int, to *folder, base string) error {
	err := d.hiding.link(fd, to, base)
	if err != unix.EEXIST {
		return err
	}
	temp := tempName(base)
	if err := d.hiding.link(fd, to, temp); err != nil {
		return err
	}
	err = to.rename(temp, to, base)
	if err != nil {
		to.unlink(temp) // or IsTemp tells what it is
	}
	return err
}

// linkEmpty links the file by its descriptor alone. Before Linux 6.10 that took a privilege.
func linkEmpty(fd int, to *folder, base string) error {
	for {
		if err := unix.Linkat(fd, "", to.fd, base, unix.AT_EMPTY_PATH); err != unix.EINTR {
			return err
		}
	}
}

func linkProc(fd int, to *folder, base string) error {
	for {
		err := unix.Linkat(unix.AT_FDCWD, "/proc/self/fd/"+strconv.Itoa(fd), to.fd, base, unix.AT_SYMLINK_FOLLOW)
		if err != unix.EINTR {
			return err
		}
	}
}
