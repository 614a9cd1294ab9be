//go:build linux

package uring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"crawl/files"

	"golang.org/x/sys/unix"
)

// needRing ends tests of the ring where there is none; TestProbe then holds Probe to
// its word.
func needRing(t *testing.T) {
	t.Helper()
	if err := Probe(); err != nil {
		t.Skipf("NOT TESTED, for the kernel has no ring: %v", err)
	}
}

// faulty opens an engine over a pool, whose owner enters the kernel through enter.
func faulty(t *testing.T, width int, enter func(*ring, uint32, uint32) error) (e *Engine, root string) {
	t.Helper()
	needRing(t)
	root = t.TempDir()
	pool, err := files.NewPool(root, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e = &Engine{inner: pool, quit: make(chan struct{})}
	if err := e.open(root, width, enter); err != nil {
		t.Fatal(err, pool.Close())
	}
	t.Cleanup(func() { e.Close() })
	return e, root
}

// fill makes n files, of all sizes up to some pages, and returns what name i holds.
func fill(t *testing.T, root string, n int) (name func(int) string, data func(int) []byte) {
	t.Helper()
	name = func(i int) string { return fmt.Sprintf("%d/%d", i%7, i) }
	data = func(i int) []byte { return bytes.Repeat([]byte{byte(i), byte(i >> 8), 'x'}, i*31%5000) }
	for i := range n {
		path := filepath.Join(root, name(i))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data(i), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return name, data
}

// readAll has callers read n files with starts of 4 KiB, and compares.
func readAll(t *testing.T, e *Engine, n, callers int, name func(int) string, data func(int) []byte) {
	t.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			buf := make([]byte, 4096)
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				got, err := whole(t.Context(), e, name(i), buf)
				if err != nil || !bytes.Equal(got, data(i)) {
					t.Errorf("%s: %d bytes, %v; want %d", name(i), len(got), err, len(data(i)))
				}
			}
		})
	}
	all.Wait()
}

func whole(ctx context.Context, e *Engine, name string, buf []byte) ([]byte, error) {
	start, err := e.ReadStart(ctx, name, buf)
	if err != nil || start.Rest == nil {
		return buf[:start.N], err
	}
	defer start.Rest.Close()
	more, err := io.ReadAll(start.Rest)
	return append(bytes.Clone(buf[:start.N]), more...), err
}

func TestFaultsOfEnter(t *testing.T) {
	var calls, struck atomic.Int64
	every := func(n int64, err error) func(*ring, uint32, uint32) error {
		return func(r *ring, submit, wait uint32) error {
			if calls.Add(1)%n == 0 {
				struck.Add(1)
				return err
			}
			return enter(r, submit, wait)
		}
	}
	for _, test := range []struct {
		name  string
		enter func(*ring, uint32, uint32) error
	}{
		{"EINTR", every(3, unix.EINTR)},
		{"EAGAIN", every(5, unix.EAGAIN)},
		{"EBUSY", every(5, unix.EBUSY)},
		{"one at a time", func(r *ring, submit, wait uint32) error {
			if submit > 1 {
				struck.Add(1)
				return enter(r, 1, 0)
			}
			return enter(r, submit, wait)
		}},
		{"short reads", func(r *ring, submit, wait uint32) error {
			for i := r.tail - submit; i != r.tail; i++ {
				if e := &r.sqes[i%uint32(len(r.sqes))]; e.op == opRead && e.userData < fromWake && e.len > 1 {
					e.len = e.len/2 + 1
					struck.Add(1)
				}
			}
			return enter(r, submit, wait)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			calls.Store(0)
			struck.Store(0)
			e, root := faulty(t, 32, test.enter)
			name, data := fill(t, root, 300)
			readAll(t, e, 300, 64, name, data)
			if struck.Load() == 0 {
				t.Error("the fault did not happen")
			}
		})
	}
}

// More requests than submission entries come at once.
func TestRingFull(t *testing.T) {
	const callers = 3 * batch
	hold, parts := make(chan struct{}), 0 // parts is the owner's
	e, root := faulty(t, callers, func(r *ring, submit, wait uint32) error {
		<-hold
		if wait == 0 {
			parts++
		}
		return enter(r, submit, wait)
	})
	name, data := fill(t, root, callers)
	go func() {
		defer close(hold)
		for waiting := 0; waiting < 2*batch && t.Context().Err() == nil; runtime.Gosched() {
			e.ring.mu.Lock()
			waiting = len(e.ring.posted)
			e.ring.mu.Unlock()
		}
	}()
	readAll(t, e, callers, callers, name, data)
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if parts == 0 {
		t.Error("the ring was never full")
	}
}

func TestManySmallFiles(t *testing.T) {
	const n = 1000
	e, root := faulty(t, 256, enter)
	name, data := fill(t, root, n)
	before := descriptors(t)
	readAll(t, e, 10*n, 256, func(i int) string { return name(i % n) }, func(i int) []byte { return data(i % n) })
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors are open, %d before", after, before)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// blocked lets e read an empty pipe, which no disk would keep it waiting for, and
// returns when the kernel has the read.
func blocked(t *testing.T, width int) (e *Engine, root string, pipe *os.File, read func(context.Context) (string, error), reads chan struct{}) {
	reads = make(chan struct{}, 100)
	e, root = faulty(t, width, func(r *ring, submit, wait uint32) error {
		for i := r.tail - submit; i != r.tail; i++ {
			if e := r.sqes[i%uint32(len(r.sqes))]; e.op == opRead && e.userData < fromWake {
				reads <- struct{}{}
			}
		}
		return enter(r, submit, wait)
	})
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	pipe = os.NewFile(uintptr(fds[1]), "pipe")
	t.Cleanup(func() { pipe.Close(); unix.Close(fds[0]) })
	return e, root, pipe, func(ctx context.Context) (string, error) {
		buf := make([]byte, 100)
		_, s, err := e.read(ctx, fds[0], "", buf, -1, false)
		return string(buf[:s.N]), err
	}, reads
}

type result struct {
	text string
	err  error
}

func TestCancelInFlight(t *testing.T) {
	_, _, pipe, read, reads := blocked(t, 4)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan result)
	go func() {
		text, err := read(ctx)
		done <- result{text, err}
	}()
	<-reads
	cancel()
	if got := <-done; got.err != context.Canceled || got.text != "" {
		t.Errorf("got %q, %v", got.text, got.err)
	}
	// The kernel has let go of that buffer: what comes now is for the next.
	if _, err := pipe.WriteString("next"); err != nil {
		t.Fatal(err)
	}
	if text, err := read(t.Context()); err != nil || text != "next" {
		t.Errorf("then %q, %v", text, err)
	}
}

func TestCancelQueued(t *testing.T) {
	e, _, pipe, read, reads := blocked(t, 1)
	done := make(chan result)
	go func() {
		text, err := read(t.Context())
		done <- result{text, err}
	}()
	<-reads // the one turn is taken
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	_, err := e.ReadStart(ctx, "file", make([]byte, 10))
	if path, ok := errors.AsType[*fs.PathError](err); !ok || path.Path != "file" || !errors.Is(err, context.Canceled) {
		t.Errorf("queued: %v", err)
	}
	pipe.WriteString("first")
	if got := <-done; got.text != "first" || got.err != nil {
		t.Errorf("in flight: %q, %v", got.text, got.err)
	}
}

func TestCloseInFlight(t *testing.T) {
	e, root, pipe, read, reads := blocked(t, 1)
	if err := os.WriteFile(filepath.Join(root, "file"), []byte("a text"), 0o644); err != nil {
		t.Fatal(err)
	}
	start, err := e.ReadStart(t.Context(), "file", make([]byte, 2))
	rest := start.Rest
	if err != nil || start.N != 2 || rest == nil {
		t.Fatal(start, err)
	}
	defer rest.Close()
	<-reads
	done, queued, closed := make(chan result), make(chan error), make(chan error)
	go func() {
		text, err := read(t.Context())
		done <- result{text, err}
	}()
	<-reads
	go func() {
		_, err := e.ReadStart(t.Context(), "file", make([]byte, 10))
		queued <- err
	}()
	go func() { closed <- e.Close() }()
	if err := <-queued; !errors.Is(err, fs.ErrClosed) {
		t.Errorf("queued: %v", err)
	}
	select {
	case err := <-closed:
		t.Errorf("closed with a read in flight: %v", err)
	default:
	}
	pipe.WriteString("in time")
	if got := <-done; got.text != "in time" || got.err != nil {
		t.Errorf("in flight: %q, %v", got.text, got.err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if text, err := io.ReadAll(rest); err != nil || string(text) != "text" {
		t.Errorf("a file opened before reads %q, %v", text, err)
	}
}

// Callers give up at all times while the ring is busy; their buffers must be theirs
// again afterwards, and every read that says it worked must have.
func TestCancelAtRandom(t *testing.T) {
	e, root := faulty(t, 8, enter)
	name, data := fill(t, root, 200)
	var all sync.WaitGroup
	var cancelled atomic.Int64
	for c := range 32 {
		all.Go(func() {
			buf := make([]byte, 16<<10)
			for i := c; i < 2000; i += 32 {
				ctx, cancel := context.WithCancel(t.Context())
				go cancel()
				start, err := e.ReadStart(ctx, name(i%200), buf)
				switch {
				case errors.Is(err, context.Canceled):
					cancelled.Add(1)
				case err != nil || !bytes.Equal(buf[:start.N], data(i%200)):
					t.Errorf("%d bytes, %v", start.N, err)
				}
				cancel()
			}
		})
	}
	all.Wait()
	t.Log(cancelled.Load(), "of 2000 cancelled")
}
