package uring

import (
	"errors"
	"io/fs"
	"runtime"

	"golang.org/x/sys/unix"
)

// request is one read on its way through the ring, with the open before it while
// fd < 0. It is used again and again.
type request struct {
	index int
	done  chan struct{} // from the owner, for each message

	path [1024]byte // ends with NUL
	how  unix.OpenHow
	dir  int
	fd   int
	buf  []byte
	pin  runtime.Pinner // of buf
	off  int64          // or -1: at the file's position
	fill bool           // until buf is full or the file ends, not once

	// The owner's, until done.
	active    bool
	cancelled bool
	flags     uint8
	size      int64 // what the opened file says of itself
	mode      fs.FileMode
	n         int
	err       error
}

// errNotRegular sends what is no regular file to the inner engine, which says so.
var errNotRegular = errors.New("not a regular file")

func newRequest(index, dir int) *request {
	return &request{index: index, dir: dir, done: make(chan struct{}, 2), how: unix.OpenHow{
		// O_NONBLOCK: an open must not wait for the other end of a planted pipe.
		Flags: unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_LARGEFILE,
		// Nothing outside, and no file system that was not looked at.
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
	}}
}

// set makes q a new read.
func (q *request) set(fd int, name string, buf []byte, off int64, fill bool) {
	q.fd, q.buf, q.off, q.fill = fd, buf, off, fill
	q.path[copy(q.path[:len(q.path)-1], name)] = 0
	q.cancelled, q.flags, q.size, q.mode, q.n, q.err = false, 0, -1, 0, 0, nil
}

// next is the operation that comes next.
func (q *request) next() sqe {
	e := sqe{flags: q.flags, userData: uint64(q.index)}
	if q.fd < 0 {
		e.op, e.fd, e.addr, e.off, e.len = opOpenat2, int32(q.dir), address(&q.path[0]), address(&q.how), unix.SizeofOpenHow
		return e
	}
	e.op, e.fd, e.addr, e.off, e.len = opRead, int32(q.fd), address(&q.buf[q.n]), uint64(q.off), uint32(min(len(q.buf)-q.n, 1<<30))
	if q.off >= 0 {
		e.off += uint64(q.n)
	}
	return e
}

// step takes the answer to that and reports whether another operation follows.
func (q *request) step(res int32) bool {
	ended := false
	switch errno := unix.Errno(-res); {
	case res < 0 && errno == unix.EINTR:
	case res < 0 && errno == unix.EAGAIN && q.flags != sqeAsync:
		q.flags = sqeAsync
	case res < 0:
		q.err = errno
	case q.fd < 0:
		q.fd = int(res)
		q.size, q.mode, q.err = regular(q.fd)
		ended = q.size == 0
	default:
		q.n += int(res)
		// A short read is the end only where the file's size says so.
		ended = res == 0 || !q.fill || q.n == len(q.buf) || int64(q.n) == q.size
	}
	if q.err == nil && q.cancelled && !ended {
		q.err = unix.ECANCELED
	}
	return q.err == nil && !ended
}

// regular returns the size and the permission bits of a regular file. On the file systems that New takes
// it asks nothing but memory.
func regular(fd int) (int64, fs.FileMode, error) {
	var stat unix.Stat_t
	err := unix.Fstat(fd, &stat)
	if err == nil && stat.Mode&unix.S_IFMT != unix.S_IFREG {
		err = errNotRegular
	}
	return stat.Size, fs.FileMode(stat.Mode) & fs.ModePerm, err
}
