package uring

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"

	"crawl/files"

	"golang.org/x/sys/unix"
)

type inner = files.Engine

// Engine is the [files.Engine] that reads through a ring and leaves the rest to
// the inner engine. The package's comment says what that is good for.
type Engine struct {
	inner
	root   *os.File
	stat   unix.Stat_t // of the root, for its file system
	ring   *ring
	free   chan *request // those in no one's hands
	quit   chan struct{}
	close  func() error
	starts sync.Pool // of *[64 << 10]byte, for ReadFile
}

var _ files.Engine = (*Engine)(nil)

// New opens an engine below root. Where there is no ring, or none for the file
// system of root, the error is [errors.ErrUnsupported] and says why. Close ends
// the goroutine that owns the ring.
func New(root string, opt Options) (*Engine, error) {
	inner := opt.Inner
	if inner == nil {
		pool, err := files.NewPool(root, files.Options{})
		if err != nil {
			return nil, err
		}
		inner = pool
	}
	e := &Engine{inner: inner, quit: make(chan struct{})}
	err := e.open(root, opt.width(), enter)
	if err == nil {
		return e, nil
	}
	if opt.Inner == nil {
		err = errors.Join(err, inner.Close())
	}
	return nil, err
}

func (e *Engine) open(root string, width int, enter func(*ring, uint32, uint32) error) (err error) {
	if e.root, err = os.Open(root); err != nil {
		return err
	}
	fd := int(e.root.Fd())
	requests := make([]*request, width)
	e.free = make(chan *request, width)
	for i := range requests {
		requests[i] = newRequest(i, fd)
		e.free <- requests[i]
	}
	if err = suitable(fd); err == nil {
		if err = unix.Fstat(fd, &e.stat); err == nil {
			e.ring, err = newRing(requests, enter)
		}
	}
	if err != nil {
		return errors.Join(err, e.root.Close())
	}
	e.close = sync.OnceValue(e.stop)
	e.starts.New = func() any { return new([64 << 10]byte) }
	return nil
}

// Close waits for the reads that have begun and releases the engine and the inner
// one. Calls that wait for their turn fail with [fs.ErrClosed]. Open files stay open.
func (e *Engine) Close() error { return e.close() }

func (e *Engine) stop() error {
	close(e.quit)
	for range cap(e.free) {
		<-e.free
	}
	e.ring.close()
	return errors.Join(e.inner.Close(), e.root.Close())
}

// turn waits for a free request.
func (e *Engine) turn(ctx context.Context) (*request, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-e.quit:
		return nil, fs.ErrClosed
	default:
	}
	select {
	case q := <-e.free:
		return q, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-e.quit:
		return nil, fs.ErrClosed
	}
}

// read reads fd, or opens name and reads it when fd < 0. See [request] for the rest.
// The file that it opened is the caller's also after an error.
func (e *Engine) read(ctx context.Context, fd int, name string, buf []byte, off int64, fill bool) (opened int, s files.Start, err error) {
	q, err := e.turn(ctx)
	if err != nil {
		return -1, s, err
	}
	q.set(fd, name, buf, off, fill)
	q.pin.Pin(&buf[0])
	e.ring.do(ctx, q)
	q.pin.Unpin()
	opened, s, err = q.fd, files.Start{N: q.n, Mode: q.mode}, q.err
	q.buf = nil
	e.free <- q
	if err == unix.ECANCELED && ctx.Err() != nil {
		err = ctx.Err()
	}
	return opened, s, err
}

// ReadStart implements [files.Engine]. A context that ends while the kernel works
// asks the kernel to stop. It does where it can, hardly ever in a read that a disk
// has begun; the call returns when buf is the caller's own again.
func (e *Engine) ReadStart(ctx context.Context, name string, buf []byte) (files.Start, error) {
	// Long names and those that are not UTF-8 are rare, and those that lead outside
	// must be refused.
	if len(buf) == 0 || len(name) >= len(request{}.path) || !fs.ValidPath(name) || strings.IndexByte(name, 0) >= 0 {
		return e.inner.ReadStart(ctx, name, buf)
	}
	fd, s, err := e.read(ctx, -1, name, buf, -1, true)
	if err == nil && s.N == len(buf) {
		s.Rest, err = e.keep(fd, name)
		return s, err
	}
	if fd >= 0 {
		unix.Close(fd) // nothing was written
	}
	switch {
	case err == nil:
		return s, nil
	case s.N > 0 || err == ctx.Err() || err == fs.ErrClosed:
		return s, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	// A link, another file system below the root, a pipe, nothing at all: the inner
	// engine knows what to do or to say.
	return e.inner.ReadStart(ctx, name, buf)
}

// ReadFile implements [files.Engine].
func (e *Engine) ReadFile(ctx context.Context, name string) ([]byte, error) {
	start := e.starts.Get().(*[64 << 10]byte)
	defer e.starts.Put(start)
	s, err := e.ReadStart(ctx, name, start[:])
	if err != nil {
		return nil, err
	}
	if s.Rest == nil {
		return bytes.Clone(start[:s.N]), nil
	}
	defer s.Rest.Close() // nothing was written
	info, err := s.Rest.Stat()
	if err != nil {
		return nil, err
	}
	room := bytes.MinRead + min(info.Size(), 64<<20) // a size is only what the file says of itself
	data := bytes.NewBuffer(append(make([]byte, 0, room), start[:s.N]...))
	if _, err := data.ReadFrom(s.Rest); err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}
