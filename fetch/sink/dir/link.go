package dir

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"time"

	"crawl/fetch/sink"
	"crawl/files"
)

// link gives the first of the bodies that are equal to stored its name as well. It
// reports whether that is done; where it can't be, the body is to be stored as any other.
func (s *Sink) link(ctx context.Context, stored *sink.Stored) (linked bool, err error) {
	if s.firsts == nil || stored.Bytes == 0 { // a link to nothing saves nothing
		return false, nil
	}
	first, found, err := s.firsts.Find(stored.SHA256[:])
	if err != nil {
		return false, s.diskError(ctx, Temp, err)
	}
	if !found || first == stored.Path || !s.holds(ctx, first, stored.Bytes) {
		return false, nil
	}
	err = files.Link(ctx, s.eng, first, stored.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist): // the folder
		if err = files.MkdirAll(ctx, s.eng, path.Dir(stored.Path)); err == nil {
			err = files.Link(ctx, s.eng, first, stored.Path)
		}
	case errors.Is(err, fs.ErrExist): // an earlier body
		if err = s.eng.Remove(ctx, stored.Path); err == nil {
			err = files.Link(ctx, s.eng, first, stored.Path)
		}
	}
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if err != nil {
		return false, nil // too many links, another file system, none at all: so a copy it is
	}
	// What has no record is removed at the next start if it is of the run that broke off,
	// which its time tells.
	now := time.Now()
	if err := files.Chtimes(ctx, s.eng, stored.Path, time.Time{}, now); err != nil {
		return true, s.diskError(ctx, stored.Path, err)
	}
	return true, nil
}

// holds reports whether the first body is still there, as far as a look can tell.
func (s *Sink) holds(ctx context.Context, first string, size int64) bool {
	info, err := s.eng.Stat(ctx, first)
	return err == nil && info.Mode().IsRegular() && info.Size() == size
}

// remember notes a body that was stored. It takes the place of one that can't be linked
// to any more.
func (s *Sink) remember(ctx context.Context, stored *sink.Stored) error {
	if s.firsts == nil || stored.Bytes == 0 {
		return nil
	}
	if err := s.firsts.Add(ctx, stored.SHA256[:], stored.Path, true); err != nil {
		return s.diskError(ctx, Temp, err)
	}
	return nil
}
