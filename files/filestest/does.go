package filestest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"testing"

	"crawl/files"
)

func do(t *testing.T, eng files.Engine, root string) {
	must(t, eng.PutFile(t.Context(), "d/file", []byte("text")))
	must(t, eng.Do(t.Context(), "chmod", "d/file", func(root *os.Root) error { return root.Chmod("d/file", 0o400) }))
	if info, err := eng.Stat(t.Context(), "d/file"); err != nil || info.Mode()&0o200 != 0 {
		t.Errorf("%v, %v", info, err)
	}

	boom := errors.New("boom")
	for _, test := range []struct {
		err  error
		want string
	}{
		{boom, "shake d/file: boom"},
		{fmt.Errorf("line 7: %w", boom), "shake d/file: line 7: boom"},
		{&fs.PathError{Op: "openat", Path: root + "/d/file", Err: boom}, "shake d/file: boom"},
		{&os.LinkError{Op: "linkat", Old: "x", New: "y", Err: boom}, "shake d/file: boom"},
	} {
		err := eng.Do(t.Context(), "shake", "d/file", func(*os.Root) error { return test.err })
		wantErr(t, err, boom)
		if err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}

	// A function that runs is waited for: what it did must be told.
	ctx, cancel := context.WithCancel(t.Context())
	wantErr(t, eng.Do(ctx, "shake", ".", func(*os.Root) error { cancel(); return boom }), boom)
}

// doBounded starts more calls than any engine runs at once: those in the queue
// hear their context while the others run.
func doBounded(t *testing.T, eng files.Engine, _ string) {
	const calls, widest = 1100, 1024
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var ran atomic.Int64
	gate, done := make(chan struct{}), make(chan error, calls)
	for range calls {
		go func() {
			done <- eng.Do(ctx, "wait", ".", func(*os.Root) error {
				ran.Add(1)
				<-gate
				return nil
			})
		}()
	}
	cancel()
	for range calls - widest {
		wantErr(t, <-done, context.Canceled)
	}
	close(gate)
	var worked int64
	for range widest {
		if err := <-done; err == nil {
			worked++
		} else {
			wantErr(t, err, context.Canceled)
		}
	}
	if worked != ran.Load() {
		t.Errorf("%d calls say that they worked, %d ran", worked, ran.Load())
	}
}
