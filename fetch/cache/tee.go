package cache

import (
	"errors"
	"io"
)

// tee is the body of an answer that is stored while its client reads it. Only a
// body that was read to its end is committed.
type tee struct {
	body     io.ReadCloser
	draft    Draft // nil once it has ended
	commit   func(Draft) error
	failed   func(error)
	read     int64
	declared int64 // Content-Length, -1 without one
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.body.Read(p)
	t.read += int64(n)
	if t.draft == nil {
		return n, err
	}
	if _, bad := t.draft.Write(p[:n]); bad != nil {
		t.abort(bad)
	} else if err == io.EOF {
		draft := t.draft
		t.draft = nil
		if bad := t.commit(draft); bad != nil {
			t.failed(bad)
		}
	} else if err != nil {
		t.abort(nil)
	}
	return n, err
}

// abort goes on without storing, because of a failure of the store if there is one.
func (t *tee) abort(bad error) {
	t.draft.Abort()
	t.draft = nil
	if bad != nil && !errors.Is(bad, ErrTooLarge) {
		t.failed(bad)
	}
}

// Close closes the body. Who reads no more than the declared length has read it
// whole as well, though without meeting its end: that is looked for here.
func (t *tee) Close() error {
	if t.draft != nil && t.read == t.declared {
		var end [1]byte
		_, _ = t.Read(end[:]) // io.EOF commits, all else aborts below
	}
	if t.draft != nil {
		t.abort(nil)
	}
	return t.body.Close()
}
