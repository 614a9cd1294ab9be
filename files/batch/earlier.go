package batch

import (
	"context"
	"errors"
	"io/fs"
)

// earlier returns the record of an earlier run about the same input and chain, nil
// when there is none.
func (w *worker) earlier(line *Line) (*Line, error) {
	if w.Earlier == nil {
		return nil, nil
	}
	old, err := w.Earlier(line.Input)
	if err != nil {
		return nil, &earlierError{err}
	}
	return old, nil
}

// changed returns errUnchanged, and fills in the line, when an earlier run has made of
// the same bytes what is still there.
func (w *worker) changed(ctx context.Context, line *Line) error {
	old, err := w.earlier(line)
	if err != nil || old == nil || old.Outcome != Transformed ||
		old.InputBytes != line.InputBytes || old.InputXXH3 != line.InputXXH3 {
		return err
	}
	if old.Path != "" {
		info, err := w.Output.Stat(ctx, old.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && (!info.Mode().IsRegular() || info.Size() != old.Bytes):
			return nil
		case err != nil:
			return &OutputError{Name: old.Path, Err: err}
		}
	}
	*line = *old
	line.Outcome = Unchanged
	return errUnchanged
}

// failedBefore reports whether an earlier run has recorded the same of the same
// bytes: a file that stays as broken as it was does not make the journal grow.
func (w *worker) failedBefore(line *Line) (bool, error) {
	old, err := w.earlier(line)
	if err != nil {
		return false, err.(*earlierError).err
	}
	return old != nil && old.Outcome == line.Outcome && old.Reason == line.Reason && old.InputXXH3 == line.InputXXH3, nil
}
