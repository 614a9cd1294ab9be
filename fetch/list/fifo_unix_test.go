//go:build unix

package list

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func newFIFO(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestFIFO(t *testing.T) {
	name := newFIFO(t)
	r, err := Open(t.Context(), name, nil) // without waiting for a writer
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan error)
	go func() { written <- os.WriteFile(name, []byte("one\ntwo"), 0o600) }()
	for _, want := range []string{"one", "two"} {
		if line, err := r.Next(); err != nil || line.Text != want {
			t.Errorf("%q, %v, want %q", line.Text, err, want)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("end: %v", err)
	}
	if err := errors.Join(<-written, r.Close()); err != nil {
		t.Error(err)
	}
}

// TestFIFOClose ends a Next that waits for somebody who writes, and for what he writes.
func TestFIFOClose(t *testing.T) {
	for _, writer := range []bool{false, true} {
		name := newFIFO(t)
		r, err := Open(t.Context(), name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if writer {
			w, err := os.OpenFile(name, os.O_WRONLY, 0) // which waits for the reader
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
		}
		ended := make(chan error)
		go func() {
			_, err := r.Next()
			ended <- err
		}()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if _, ok := errors.AsType[*Error](<-ended); !ok {
			t.Error("the list has come to a good end")
		}
	}
}
