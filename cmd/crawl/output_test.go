package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"crawl/fetch/frontier/disk"
	"crawl/fetch/manifest"
	"crawl/fetch/sink"
	"crawl/files"
)

// Whatever a disk says, the user reads which file, what is wrong and what to do.
func TestDiskError(t *testing.T) {
	path := func(err error) error { return &fs.PathError{Op: "write", Path: "bodies/a/b", Err: err} }
	for _, test := range []struct {
		err  error
		want string
	}{
		{path(syscall.EACCES), "cannot write out/bodies/a/b: permission denied"},
		{fmt.Errorf("store http://a/b: %w", &sink.Error{Path: "bodies/a/b", Err: path(syscall.ENOSPC)}),
			"disk full: cannot write out/bodies/a/b: resume with the same command when there is space"},
		{&sink.Error{Path: "bodies/a/b", Err: syscall.EIO}, "cannot write out/bodies/a/b: input/output error"},
		{&manifest.WriteError{Err: syscall.ENOSPC},
			"disk full: cannot write out/manifest.jsonl: resume with the same command when there is space"},
		{&manifest.WriteError{Err: errors.New("closed")}, "cannot write out/manifest.jsonl: closed"},
		{&files.LockedError{Name: ".crawl/lock", PID: 123}, "out is in use by another crawl (pid 123)"},
		{&files.LockedError{Name: ".crawl/lock"}, "out is in use by another crawl"},
		{&disk.Error{Dir: "out/.crawl/frontier", Err: path(syscall.ENOSPC)},
			"disk full: cannot write out/.crawl/frontier: resume with the same command when there is space"},
		{&disk.Error{Dir: "out/.crawl/frontier", Err: syscall.EAGAIN},
			"out/.crawl/frontier is in use by another process: try again when that has ended"},
		{&disk.Error{Dir: "out/.crawl/frontier", Err: &disk.SchemaError{Schema: 9}},
			"out has a frontier of schema 9, which is newer than 1: a newer crawl wrote it"},
		{&manifest.KindError{Kind: "transform", Want: "crawl"}, "out holds what a transform made, not a crawl: choose another folder"},
	} {
		err := diskError("out", test.err)
		if got := strings.ReplaceAll(err.Error(), `\`, "/"); got != test.want {
			t.Errorf("%v\n got %s\nwant %s", test.err, got, test.want)
		}
		if code := exitCode(err); code != exitOutput {
			t.Errorf("%v: exit code %d", test.err, code)
		}
	}
	for _, other := range []error{nil, context.Canceled, errors.New("a fault"), inputError("a list")} {
		if err := diskError("out", other); err != other {
			t.Errorf("%v became %v", other, err)
		}
	}
}
