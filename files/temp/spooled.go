package temp

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"crawl/files"
)

// Spool is a file that stays in memory while it is small. It is not safe for
// concurrent use.
type Spool struct {
	ctx    context.Context
	eng    files.Engine
	opt    Options
	most   int
	memory []byte // while file is nil
	at     int64  // the position in memory
	file   files.File
	closed bool
}

var _ io.ReadWriteSeeker = (*Spool)(nil)

// Spooled returns an empty file that goes to disk, as [File], once it is longer than
// most bytes, or when Rollover says so. ctx holds for that moment.
func Spooled(ctx context.Context, eng files.Engine, most int, opt Options) *Spool {
	return &Spool{ctx: ctx, eng: eng, most: most, opt: opt}
}

// OnDisk reports whether the file has gone to disk.
func (s *Spool) OnDisk() bool { return s.file != nil }

// Rollover moves the file to disk. After an error it is in memory, as before.
func (s *Spool) Rollover() error {
	if s.closed {
		return s.failed("rollover", fs.ErrClosed)
	}
	if s.file != nil {
		return nil
	}
	f, err := File(s.ctx, s.eng, s.opt)
	if err != nil {
		return err
	}
	_, err = f.Write(s.memory)
	if err == nil {
		_, err = f.Seek(s.at, io.SeekStart)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	s.file, s.memory = f, nil
	return nil
}

func (s *Spool) failed(op string, err error) error {
	return &fs.PathError{Op: op, Path: "spooled file", Err: err}
}

func (s *Spool) Read(p []byte) (int, error) {
	switch {
	case s.closed:
		return 0, s.failed("read", fs.ErrClosed)
	case s.file != nil:
		return s.file.Read(p)
	case s.at >= int64(len(s.memory)):
		if len(p) == 0 {
			return 0, nil
		}
		return 0, io.EOF
	}
	n := copy(p, s.memory[s.at:])
	s.at += int64(n)
	return n, nil
}

func (s *Spool) Write(p []byte) (int, error) {
	if s.closed {
		return 0, s.failed("write", fs.ErrClosed)
	}
	if s.file == nil && len(p) == 0 {
		return 0, nil // which lengthens no file, wherever it stands
	}
	if s.file == nil && s.at+int64(len(p)) > int64(s.most) {
		if err := s.Rollover(); err != nil {
			return 0, err
		}
	}
	if s.file != nil {
		return s.file.Write(p)
	}
	if end := int(s.at) + len(p); end > len(s.memory) { // zeros before, as after a seek beyond the end
		s.memory = append(s.memory, make([]byte, end-len(s.memory))...)
	}
	copy(s.memory[s.at:], p)
	s.at += int64(len(p))
	return len(p), nil
}

// Seek implements [io.Seeker].
func (s *Spool) Seek(offset int64, whence int) (int64, error) {
	if s.closed {
		return 0, s.failed("seek", fs.ErrClosed)
	}
	if s.file != nil {
		return s.file.Seek(offset, whence)
	}
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += int64(len(s.memory))
	}
	if offset < 0 || whence < io.SeekStart || whence > io.SeekEnd {
		return 0, s.failed("seek", fs.ErrInvalid)
	}
	s.at = offset
	return offset, nil
}

// Truncate cuts the file, or lengthens it by zeros; beyond the limit it goes to disk.
func (s *Spool) Truncate(size int64) error {
	switch {
	case s.closed:
		return s.failed("truncate", fs.ErrClosed)
	case size < 0:
		return s.failed("truncate", fs.ErrInvalid)
	case s.file == nil && size > int64(s.most):
		if err := s.Rollover(); err != nil {
			return err
		}
	}
	if s.file != nil {
		return s.file.Truncate(size)
	}
	if size <= int64(len(s.memory)) {
		s.memory = s.memory[:size:size]
	} else {
		s.memory = append(s.memory, make([]byte, size-int64(len(s.memory)))...)
	}
	return nil
}

// Close drops the file. A second call does nothing.
func (s *Spool) Close() error {
	s.closed = true
	s.memory = nil
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}
