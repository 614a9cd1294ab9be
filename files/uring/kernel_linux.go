package uring

// What follows is the part of include/uapi/linux/io_uring.h in use here, which
// x/sys/unix does not have.

// sqe is a submission queue entry: one operation for the kernel.
type sqe struct {
	op       uint8
	flags    uint8
	ioprio   uint16
	fd       int32
	off      uint64 // of OPENAT2: where the open_how is
	addr     uint64
	len      uint32
	opFlags  uint32
	userData uint64
	_        [3]uint64
}

// cqe is a completion queue entry: the kernel's answer to the sqe with its userData.
type cqe struct {
	userData uint64
	res      int32 // or -errno
	flags    uint32
}

type params struct {
	sqEntries, cqEntries, flags, threadCPU, threadIdle, features, wqFD uint32
	_                                                                  [3]uint32
	sq                                                                 struct {
		head, tail, ringMask, ringEntries, flags, dropped, array, _ uint32
		_                                                           uint64
	}
	cq struct {
		head, tail, ringMask, ringEntries, overflow, cqes, flags, _ uint32
		_                                                           uint64
	}
}

const (
	opRead        = 22
	opAsyncCancel = 14
	opOpenat2     = 28

	sqeAsync = 1 << 4 // never inline, always on one of the kernel's workers

	setupCQSize       = 1 << 3
	setupClamp        = 1 << 4
	setupSingleIssuer = 1 << 12 // one thread submits; since 6.0
	setupDeferTaskrun = 1 << 13 // completions run when that thread waits, and interrupt none; since 6.1

	featSingleMmap = 1 << 0
	featNoDrop     = 1 << 1 // completions beyond the queue's size are kept
	featRWCurPos   = 1 << 3 // offset -1 is the file's position; since 5.6

	enterGetEvents = 1 << 0

	offSQRing = 0
	offSQEs   = 0x10000000

	registerProbe      = 8
	registerMaxWorkers = 19
	probeSupported     = 1 << 0
)

// probeList is struct io_uring_probe with room for the operations that are needed.
type probeList struct {
	last, len uint8
	_         uint16
	_         [3]uint32
	ops       [opOpenat2 + 1]struct {
		op, _ uint8
		flags uint16
		_     uint32
	}
}
