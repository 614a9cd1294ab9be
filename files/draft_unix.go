//go:build unix

package files

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// sheet is a file under way: one without a name, or one called temp in folder.
type sheet struct {
	fd     int // -1 once closed
	folder *folder
	temp   string
	mode   fs.FileMode // that one called temp gets when it is whole: until then it is the owner's alone
}

const draftMode = 0o600

func (d *Direct) newSheet(name string) (s sheet, err error) {
	err = d.within("draft", name, func(f *folder, base string) (err error) {
		s = sheet{}
		if d.canHide(f) {
			s.fd, err = f.hidden()
			if err == nil || !noHidden(err) {
				return err
			}
		}
		if s.mode, err = d.plainMode(f); err != nil {
			return err
		}
		s.temp = tempName(base)
		s.fd, err = f.create(s.temp, draftMode)
		if err == nil {
			s.folder = f.share()
		}
		return err
	})
	return s, err
}

// plainMode is what files have that nobody gives other bits. It is found out once by
// trying: the umask can't be asked for without setting it.
func (d *Direct) plainMode(f *folder) (fs.FileMode, error) {
	if mode := d.plain.Load(); mode != 0 {
		return fs.FileMode(mode), nil
	}
	base := tempName("trial")
	fd, err := f.create(base, fileMode)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd) // nothing was written
	mode, err := modeOf(fd)
	if err = errors.Join(err, f.unlink(base)); err != nil {
		return 0, err
	}
	d.plain.Store(uint32(mode))
	return mode, nil
}

func modeOf(fd int) (fs.FileMode, error) {
	var stat unix.Stat_t
	err := unix.Fstat(fd, &stat)
	return fs.FileMode(stat.Mode) & fs.ModePerm, err
}

// setMode is fchmod(2) where it is needed and the file system knows of it.
func setMode(fd int, mode fs.FileMode) error {
	has, err := modeOf(fd)
	if err != nil || has == mode {
		return err
	}
	for {
		err := unix.Fchmod(fd, uint32(mode))
		switch {
		case err == unix.EINTR:
		case errors.Is(err, errors.ErrUnsupported):
			return nil
		default:
			return err
		}
	}
}

func (s *sheet) chmod(mode fs.FileMode) error {
	if s.temp != "" {
		s.mode = mode
		return nil
	}
	return setMode(s.fd, mode)
}

func (s *sheet) write(p []byte) (int, error) { return writeAll(s.fd, p) }

func (s *sheet) close() error {
	if s.fd < 0 {
		return nil
	}
	fd := s.fd
	s.fd = -1
	return closeWritten(fd)
}

// commit gives the file its name. One with a temporary name is closed before, for
// on the network it is close that tells whether all was written; file systems that
// can hide files have nothing to tell then.
func (s *sheet) commit(d *Direct, name string) error {
	if s.temp == "" {
		err := d.within("commit", name, func(f *folder, base string) error { return d.show(s.fd, f, base) })
		if err != nil {
			return err
		}
		return s.close()
	}
	if err := setMode(s.fd, s.mode); err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	err := d.within("commit", name, func(f *folder, base string) error { return s.folder.rename(s.temp, f, base) })
	if err == nil {
		s.folder.release()
	}
	return err
}

func (s *sheet) discard(*Direct) error {
	err := s.close()
	if s.temp != "" {
		err = errors.Join(err, s.folder.unlink(s.temp))
		s.folder.release()
	}
	return err
}

// rename moves the file from to the name base in another folder, or the same.
func (h *handle) rename(from string, to *folder, base string) error {
	for {
		if err := unix.Renameat(h.fd, from, to.fd, base); err != unix.EINTR {
			return err
		}
	}
}
