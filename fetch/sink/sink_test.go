package sink_test

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"crawl/fetch/sink"
)

func TestLocal(t *testing.T) {
	tests := []struct {
		err  error
		want bool
	}{
		{syscall.EISDIR, true},
		{syscall.ENOTDIR, true},
		{syscall.ENOTEMPTY, true},
		{syscall.ELOOP, true},
		{syscall.ENAMETOOLONG, true},
		{fs.ErrInvalid, true},
		{fmt.Errorf("to bodies/h/x: %w", syscall.EISDIR), true},
		{syscall.ENOSPC, false},
		{syscall.EDQUOT, false},
		{syscall.EIO, false},
		{syscall.EROFS, false},
		{syscall.EMFILE, false},
		{fs.ErrPermission, false},
		{fs.ErrNotExist, false}, // the whole folder may be gone
		{fs.ErrClosed, false},
		{errors.New("unknown"), false},
	}
	for _, test := range tests {
		err := &sink.Error{Path: "bodies/h/x", Err: &fs.PathError{Op: "put", Path: "bodies/h/x", Err: test.err}}
		if got := err.Local(); got != test.want {
			t.Errorf("%v: %t, want %t", err, got, test.want)
		}
		err.All = true
		if err.Local() {
			t.Errorf("%v is local, and of all", err)
		}
	}
}
