//go:build !unix

package files

import (
	"errors"
	"io/fs"
	"os"
)

// hiding is nothing here: every file has a name.
type hiding struct{}

// sheet is a file under way, called temp.
type sheet struct {
	os   *os.File
	temp string
}

func (d *Direct) newSheet(name string) (s sheet, err error) {
	dir, _ := split(name)
	err = d.within("draft", name, func(f *folder, base string) (err error) {
		temp := tempName(base)
		s.temp = dir + "/" + temp
		s.os, err = f.create(temp)
		return err
	})
	return s, err
}

func (s *sheet) write(p []byte) (int, error) { return s.os.Write(p) }

// chmod does nothing: Windows has only a flag that keeps the file from being replaced.
func (s *sheet) chmod(fs.FileMode) error { return nil }

// commit closes the file before it moves it: an open one would stay where it is.
func (s *sheet) commit(d *Direct, name string) error {
	if err := s.os.Close(); err != nil {
		return err
	}
	return d.root.Rename(s.temp, name)
}

func (s *sheet) discard(d *Direct) error {
	err := s.os.Close()
	if errors.Is(err, fs.ErrClosed) {
		err = nil
	}
	return errors.Join(err, d.root.Remove(s.temp))
}
