package uring

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// request is one open-and-read or one read on its way through the ring. It is used
// again and again; its memory stays where it is, for the kernel reads the path.
type request struct {
	index int
	done  chan struct{} // from the owner, once for each do

	path [1024]byte // ends with NUL; opened below dir while fd < 0
	how  unix.OpenHow
	dir  int
	fd   int
	fill bool // read until buf is full or the file ends, not once
	off  int64
	buf  []byte
	pin  runtime.Pinner // of buf

	// The owner's, until done.
	active    bool
	cancelled bool
	flags     uint8
	size      int64 // what the opened file says of itself
	n         int
	err       error
}

func newRequest(index, dir int) *request {
	return &request{index: index, dir: dir, done: make(chan struct{}, 1), how: unix.OpenHow{
		// O_NONBLOCK: an open must not wait for the other end of a planted pipe.
		Flags: unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_LARGEFILE,
		// Nothing outside, and no file system that was not looked at.
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_XDEV,
	}}
}

// start makes q open name and fill buf from its beginning.
func (q *request) start(name string, buf []byte) {
	q.read(-1, buf, -1, true)
	q.path[copy(q.path[:], name)] = 0
}

// read makes q read fd at off, or at its position when off is -1.
func (q *request) read(fd int, buf []byte, off int64, fill bool) {
	q.fd, q.buf, q.off, q.fill = fd, buf, off, fill
	q.cancelled, q.flags, q.size, q.n, q.err = false, 0, -1, 0, nil
}

// next is the operation that comes next.
func (q *request) next(userData uint64) sqe {
	if q.fd < 0 {
		return sqe{op: opOpenat2, flags: q.flags, fd: int32(q.dir), addr: address(&q.path[0]),
			off: address(&q.how), len: unix.SizeofOpenHow, userData: userData}
	}
	buf := q.buf[q.n:min(len(q.buf), q.n+1<<30)]
	e := sqe{op: opRead, flags: q.flags, fd: int32(q.fd), off: uint64(q.off), addr: address(&buf[0]), len: uint32(len(buf)), userData: userData}
	if q.off >= 0 {
		e.off += uint64(q.n)
	}
	return e
}

// step takes the answer to the operation before and reports whether another follows.
func (q *request) step(res int32) bool {
	errno := unix.Errno(max(0, -res))
	ended := false
	switch {
	case res < 0 && errno == unix.EINTR:
	case res < 0 && errno == unix.EAGAIN && q.flags&sqeAsync == 0:
		q.flags |= sqeAsync
	case res < 0:
		q.err = errno
	case q.fd < 0:
		q.fd = int(res)
		q.size, q.err = regular(q.fd)
		ended = q.size == 0
	default:
		q.n += int(res)
		// A short read is the end only where the file's size says so.
		ended = res == 0 || !q.fill || q.n == len(q.buf) || int64(q.n) == q.size
	}
	if !ended && q.err == nil && q.cancelled {
		q.err = unix.ECANCELED
	}
	return !ended && q.err == nil
}

// regular returns the size of a regular file. On the file systems that New takes
// it asks nothing but memory.
func regular(fd int) (int64, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return 0, err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return 0, errNotRegular
	}
	return stat.Size, nil
}
