//go:build unix

package files

import (
	"errors"

	"golang.org/x/sys/unix"
)

// sheet is a file under way: one without a name, or one called temp in folder.
type sheet struct {
	fd     int // -1 once closed
	folder *folder
	temp   string
}

func (d *Direct) newSheet(name string) (s sheet, err error) {
	err = d.within("draft", name, func(f *folder, base string) (err error) {
		s = sheet{}
		if d.canHide(f) {
			s.fd, err = f.hidden()
			if err == nil || !noHidden(err) {
				return err
			}
		}
		s.temp = tempName(base)
		s.fd, err = f.create(s.temp)
		if err == nil {
			s.folder = f.share()
		}
		return err
	})
	return s, err
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
