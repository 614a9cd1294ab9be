//go:build unix

package stream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crawl/files"
	"crawl/files/stream"

	"golang.org/x/sys/unix"
)

// pipe makes a named pipe called pipe.
func pipe(t testing.TB) *files.Direct {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	return eng
}

func TestPipe(t *testing.T) {
	eng := pipe(t)
	for _, readerFirst := range []bool{true, false} {
		sent := make(chan error)
		write := func() {
			w, err := stream.OpenPipe(t.Context(), eng, "pipe", os.O_WRONLY)
			if err == nil {
				_, err = w.Write([]byte("hello"))
				err = errors.Join(err, w.Close())
			}
			sent <- err
		}
		if !readerFirst {
			go write()
		}
		opened := make(chan *stream.Stream)
		go func() {
			r, err := stream.OpenPipe(t.Context(), eng, "pipe", os.O_RDONLY)
			if err != nil {
				t.Error(err)
			}
			opened <- r
		}()
		if readerFirst {
			go write()
		}
		r := <-opened
		if got, err := io.ReadAll(r); string(got) != "hello" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if err := errors.Join(<-sent, r.Close()); err != nil {
			t.Error(err)
		}
	}
}

// TestPipeEnds: contexts and deadlines interrupt waiting for the other end, and reading.
func TestPipeEnds(t *testing.T) {
	eng := pipe(t)
	late := errors.New("too late")
	for _, flag := range []int{os.O_RDONLY, os.O_WRONLY} {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, late)
		if _, err := stream.OpenPipe(ctx, eng, "pipe", flag); !errors.Is(err, late) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		cancel()
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	opened := make(chan *stream.Stream)
	go func() {
		w, err := stream.OpenPipe(t.Context(), eng, "pipe", os.O_WRONLY)
		if err == nil {
			_, err = w.Write([]byte("x"))
		}
		if err != nil {
			t.Error(err)
		}
		opened <- w
	}()
	r, err := stream.OpenPipe(ctx, eng, "pipe", os.O_RDONLY)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w := <-opened
	defer w.Close()
	buf := make([]byte, 10)
	if n, err := r.Read(buf); n != 1 || err != nil || !r.Interruptible() {
		t.Errorf("got %d, %v", n, err)
	}
	if err := r.SetDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := r.SetDeadline(time.Time{}); err != nil {
		t.Error(err)
	}
	read := make(chan error)
	go func() {
		_, err := r.Read(buf)
		read <- err
	}()
	cancel(late)
	if err := <-read; err != late {
		t.Errorf("got %v", err)
	}
	if _, err := r.Read(buf); err != late {
		t.Errorf("got %v", err)
	}
	if err := r.SetDeadline(time.Time{}); err != late {
		t.Errorf("got %v", err)
	}
}

func TestPipeIsNone(t *testing.T) {
	eng := pipe(t)
	if err := eng.PutFile(t.Context(), "file", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.OpenPipe(t.Context(), eng, "file", os.O_RDONLY); err == nil || !strings.Contains(err.Error(), "not a named pipe") {
		t.Errorf("got %v", err)
	}
	if _, err := stream.OpenPipe(t.Context(), eng, "none", os.O_RDONLY); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := stream.OpenPipe(t.Context(), eng, "../pipe", os.O_RDONLY); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

// swap puts f in the place of a standard stream until the test ends.
func swap(t *testing.T, which **os.File, f *os.File) {
	old := *which
	*which = f
	t.Cleanup(func() { *which = old })
}

func TestStandardStreams(t *testing.T) {
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer feed.Close()
	swap(t, &os.Stdin, in)
	ctx, cancel := context.WithCancelCause(t.Context())
	s := stream.Stdin(ctx)
	if _, err := feed.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 10)
	if n, err := s.Read(buf); string(buf[:n]) != "hello" || err != nil {
		t.Errorf("got %q, %v", buf[:n], err)
	}
	read := make(chan error)
	if s.Interruptible() {
		go func() {
			_, err := s.Read(buf)
			read <- err
		}()
		enough := errors.New("enough")
		cancel(enough)
		if err := <-read; err != enough {
			t.Errorf("got %v", err)
		}
	}
	cancel(nil)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := in.Stat(); err != nil {
		t.Errorf("stdin was closed: %v", err)
	}
}

// TestRedirected: a standard stream that is a regular file is used as it is, from
// where it stands, and can't be interrupted.
func TestRedirected(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	swap(t, &os.Stdout, out)
	swap(t, &os.Stderr, out)
	if _, err := out.WriteString("before "); err != nil {
		t.Fatal(err)
	}
	stdout, stderr := stream.Stdout(t.Context()), stream.Stderr(t.Context())
	_, one := stdout.Write([]byte("out "))
	_, two := stderr.Write([]byte("err"))
	if err := errors.Join(one, two, stdout.Close(), stderr.Close()); err != nil || stdout.Interruptible() {
		t.Errorf("interruptible %v, %v", stdout.Interruptible(), err)
	}
	if err := stdout.SetDeadline(time.Now()); !errors.Is(err, os.ErrNoDeadline) {
		t.Errorf("got %v", err)
	}
	if got, err := os.ReadFile(out.Name()); string(got) != "before out err" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func Example() {
	out := stream.Stdout(context.Background())
	fmt.Fprintln(out, "hello")
	if err := out.Close(); err != nil {
		panic(err)
	}
	// Output: hello
}
