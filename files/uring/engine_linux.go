package uring

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"crawl/files"

	"golang.org/x/sys/unix"
)

type inner = files.Engine

// Engine is the [files.Engine] that reads through a ring and leaves the rest to
// the inner engine. See the package's comment for what that is good for.
type Engine struct {
	inner
	root   *os.File
	device uint64 // of the root's file system
	ring   *ring
	free   chan *request // all that are in no one's hands
	quit   chan struct{}
	close  func() error
	starts sync.Pool // of *[]byte, for ReadFile
}

var _ files.Engine = (*Engine)(nil)

// errNotRegular sends what is no regular file to the inner engine, which says so.
var errNotRegular = errors.New("not a regular file")

// New opens an engine below root, which is made when missing. Where there is no
// ring, or none for the file system of root, the error is [errors.ErrUnsupported]
// and says why. Close ends the goroutine that owns the ring.
func New(root string, opt Options) (*Engine, error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	dir, err := os.Open(root)
	if err != nil {
		return nil, err
	}
	e, err := open(dir, opt)
	if err == nil && e.inner == nil {
		if e.inner, err = files.NewPool(root, files.Options{}); err != nil {
			e.ring.close()
		}
	}
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return e, nil
}

func open(dir *os.File, opt Options) (*Engine, error) {
	fd := int(dir.Fd())
	if err := suitable(fd); err != nil {
		return nil, err
	}
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, os.NewSyscallError("fstat", err)
	}
	requests := make([]*request, opt.width())
	for i := range requests {
		requests[i] = newRequest(i, fd)
	}
	ring, err := newRing(requests)
	if err != nil {
		return nil, err
	}
	e := &Engine{inner: opt.Inner, root: dir, device: uint64(stat.Dev), ring: ring, free: make(chan *request, len(requests)), quit: make(chan struct{})}
	for _, q := range requests {
		e.free <- q
	}
	e.close = sync.OnceValue(e.stop)
	e.starts.New = func() any { start := make([]byte, 64<<10); return &start }
	return e, nil
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

// begin waits for a turn; each success is paid back with end.
func (e *Engine) begin(ctx context.Context) (*request, error) {
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

func (e *Engine) end(q *request) { e.free <- q }

// ReadStart implements [files.Engine]. A context that ends while the kernel works
// asks the kernel to stop. It does where it can, hardly ever for a read that a disk
// has begun; the call returns when buf is the caller's own again.
func (e *Engine) ReadStart(ctx context.Context, name string, buf []byte) (int, files.File, error) {
	if len(buf) == 0 || !ours(name) {
		return e.inner.ReadStart(ctx, name, buf)
	}
	q, err := e.begin(ctx)
	if err != nil {
		return 0, nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	q.start(name, buf)
	fd, n, err := e.run(ctx, q)
	switch {
	case err == nil && n == len(buf):
		rest, err := e.keep(fd, name)
		return n, rest, err
	case fd >= 0:
		unix.Close(fd) // nothing was written
	}
	switch {
	case err == nil || n > 0 || err == unix.ECANCELED:
		return n, nil, failed(ctx, name, err)
	default:
		// A link, another file system below the root, a pipe, nothing at all:
		// the inner engine knows what to do or to say.
		return e.inner.ReadStart(ctx, name, buf)
	}
}

// run sends q through the ring and gives it back.
func (e *Engine) run(ctx context.Context, q *request) (fd, n int, err error) {
	q.pin.Pin(&q.buf[0])
	e.ring.do(ctx, q)
	q.pin.Unpin()
	q.buf = nil
	fd, n, err = q.fd, q.n, q.err
	e.end(q)
	return fd, n, err
}

// failed is the error of a read. That the kernel cancelled it tells nobody why.
func failed(ctx context.Context, name string, err error) error {
	if err == nil {
		return nil
	}
	if err == unix.ECANCELED && ctx.Err() != nil {
		err = ctx.Err()
	}
	return &fs.PathError{Op: "read", Path: name, Err: err}
}

// ours reports whether the ring opens name. Names that are long or not UTF-8 are as
// good as these, and rare; those that lead outside are refused by the inner engine.
func ours(name string) bool {
	return len(name) < len(request{}.path) && fs.ValidPath(name) && strings.IndexByte(name, 0) < 0
}

// ReadFile implements [files.Engine].
func (e *Engine) ReadFile(ctx context.Context, name string) ([]byte, error) {
	start := e.starts.Get().(*[]byte)
	defer e.starts.Put(start)
	n, rest, err := e.ReadStart(ctx, name, *start)
	if err != nil {
		return nil, err
	}
	if rest == nil {
		return append(make([]byte, 0, n), (*start)[:n]...), nil
	}
	defer rest.Close() // nothing was written
	info, err := rest.Stat()
	if err != nil {
		return nil, err
	}
	room := bytes.MinRead + min(info.Size(), 64<<20) // a size is only what the file says of itself
	data := bytes.NewBuffer(make([]byte, 0, room))
	data.Write((*start)[:n])
	if _, err := data.ReadFrom(heard{ctx, rest}); err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}

// heard reads a file with a context.
type heard struct {
	ctx context.Context
	files.File
}

func (h heard) Read(p []byte) (int, error) {
	if f, ok := h.File.(*file); ok {
		return f.read(h.ctx, p)
	}
	if err := h.ctx.Err(); err != nil {
		return 0, &fs.PathError{Op: "read", Path: h.Name(), Err: err}
	}
	return h.File.Read(p)
}

var _ io.Reader = heard{}
