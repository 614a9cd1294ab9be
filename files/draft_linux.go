package files

import (
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// hiding is how the engine names files that have none, found out once by trying.
type hiding struct {
	once sync.Once
	link func(fd int, to *folder, base string) error // nil where it can't be done
}

// canHide finds out, in the folder f, whether the engine can do without temporary names.
func (d *Direct) canHide(f *folder) bool {
	d.hiding.once.Do(func() {
		fd, err := f.hidden()
		if err != nil {
			return
		}
		defer unix.Close(fd) // nothing was written
		for _, link := range []func(int, *folder, string) error{linkEmpty, linkProc} {
			base := tempName("trial")
			if link(fd, f, base) == nil && f.unlink(base) == nil {
				d.hiding.link = link
				return
			}
		}
	})
	return d.hiding.link != nil
}

// hidden makes a file without a name in the folder's file system.
func (h *handle) hidden() (int, error) {
	return openat(h.fd, ".", unix.O_WRONLY|unix.O_TMPFILE|unix.O_CLOEXEC)
}

// noHidden reports whether hidden failed because the file system can't do it:
// EISDIR and EINVAL come from kernels that don't know the flag.
func noHidden(err error) bool {
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
