package uring

// The part of Linux's include/uapi/linux/io_uring.h in use here, which x/sys/unix
// does not have.

// sqe is a submission queue entry: one operation for the kernel.
type sqe struct {
	op, flags uint8
	_         uint16
	fd        int32
	off       uint64 // of opOpenat2: where the open_how is
	addr      uint64
	len       uint32
	_         uint32
	userData  uint64
	_         [3]uint64
}

// cqe is a completion queue entry: the kernel's answer to the sqe with its userData.
type cqe struct {
	userData uint64
	res      int32 // or -errno
	_        uint32
}

type params struct {
	sqEntries, cqEntries, flags, _, _, features, _ uint32
	_                                              [3]uint32
	sq                                             struct{ head, tail, _, _, _, _, array, _, _, _ uint32 }
	cq                                             struct{ head, tail, _, _, _, cqes, _, _, _, _ uint32 }
}

// supported is struct io_uring_probe with room for the operations in use.
type supported struct {
	_   [4]uint32
	ops [opOpenat2 + 1]struct {
		_, _  uint8
		flags uint16
		_     uint32
	}
}

const (
	opAsyncCancel = 14
	opRead        = 22
	opOpenat2     = 28

	sqeAsync     = 1 << 4 // never inline, always on one of the kernel's workers
	getEvents    = 1 << 0
	offSQEs      = 0x10000000
	opsProbe     = 8
	maxWorkers   = 19
	opsSupported = 1 << 0

	setupCQSize       = 1 << 3
	setupClamp        = 1 << 4
	setupSingleIssuer = 1 << 12 // one thread submits; since 6.0
	setupDeferTaskrun = 1 << 13 // completions run when that thread waits, and interrupt none; since 6.1

	featSingleMmap = 1 << 0
	featNoDrop     = 1 << 1 // completions beyond the queue's size are kept
	featRWCurPos   = 1 << 3 // offset -1 is the file's position; since 5.6
)
