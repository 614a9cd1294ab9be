package uring

import (
	"math/bits"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	batch   = 256 // submission entries; a longer queue is submitted in parts
	workers = 8   // kernel threads for what would block, above all opening cold files
)

// ring is one io_uring and the goroutine that owns it, locked to its thread as
// SINGLE_ISSUER asks. The owner is woken where it waits for the kernel:
//
//	do -> posted -> owner: sqe -> io_uring_enter -> cqe -> step -> done -> do
//	                        ^------------ next ------------'
type ring struct {
	fd       int
	wakes    *os.File // an eventfd, which the ring reads: a write ends the owner's wait
	woken    [8]byte  // what it reads
	listens  bool     // the kernel has that read
	requests []*request
	pins     runtime.Pinner
	ended    chan error // nil or why there is no ring; closed at the owner's end

	// The mapped queues. The kernel moves sqHead and cqTail, we the other two.
	sqMem, sqeMem                  []byte
	sqHead, sqTail, cqHead, cqTail *uint32
	sqes                           []sqe
	cqes                           []cqe
	tail                           uint32 // of the entries written, which *sqTail follows at submit

	// enter is io_uring_enter, but for tests, which put faults in its way.
	enter func(r *ring, submit, wait uint32) error

	mu     sync.Mutex // guards what follows
	posted []message
	waits  bool // the owner waits for the kernel, or is about to
	stop   bool // nothing will be posted any more
}

// newRing starts a ring for requests, whose indices are their user data.
func newRing(requests []*request, enter func(r *ring, submit, wait uint32) error) (*ring, error) {
	r := &ring{fd: -1, enter: enter, requests: requests, ended: make(chan error, 1)}
	go r.own()
	err := <-r.ended
	if err != nil {
		<-r.ended // closed
	}
	return r, err
}

// close ends the ring, in which no request is left, and waits for its owner.
func (r *ring) close() {
	r.mu.Lock()
	r.stop = true
	r.mu.Unlock()
	r.wake()
	<-r.ended // closed
}

func (r *ring) own() {
	defer close(r.ended)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer r.release()
	err := r.open()
	r.ended <- err
	if err == nil {
		r.run()
	}
}

func (r *ring) open() error {
	// Each request has one operation in the kernel, and perhaps the cancel of it.
	answers := 2 * max(batch, len(r.requests))
	fd, p, err := setup(batch, 1<<bits.Len(uint(answers)))
	if err != nil {
		return err
	}
	r.fd = fd
	if err := r.mmap(&p); err != nil {
		return os.NewSyscallError("mmap", err)
	}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	r.wakes = os.NewFile(uintptr(event), "eventfd")
	limits := [2]uint32{workers, workers}
	unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(fd), maxWorkers, uintptr(unsafe.Pointer(&limits)), 2, 0, 0) // or the kernel's own stand, before 5.15
	r.pins.Pin(r)
	for _, q := range r.requests {
		r.pins.Pin(q)
	}
	return nil
}

func (r *ring) mmap(p *params) (err error) {
	const prot, flags = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED | unix.MAP_POPULATE
	size := max(p.sq.array+p.sqEntries*4, p.cq.cqes+p.cqEntries*uint32(unsafe.Sizeof(cqe{})))
	if r.sqMem, err = unix.Mmap(r.fd, 0, int(size), prot, flags); err != nil {
		return err
	}
	if r.sqeMem, err = unix.Mmap(r.fd, offSQEs, int(p.sqEntries)*int(unsafe.Sizeof(sqe{})), prot, flags); err != nil {
		return err
	}
	at := func(offset uint32) *uint32 { return (*uint32)(unsafe.Pointer(&r.sqMem[offset])) }
	r.sqHead, r.sqTail, r.cqHead, r.cqTail = at(p.sq.head), at(p.sq.tail), at(p.cq.head), at(p.cq.tail)
	r.sqes = unsafe.Slice((*sqe)(unsafe.Pointer(&r.sqeMem[0])), p.sqEntries)
	r.cqes = unsafe.Slice((*cqe)(unsafe.Pointer(&r.sqMem[p.cq.cqes])), p.cqEntries)
	r.tail = atomic.LoadUint32(r.sqTail)
	for i := range p.sqEntries { // the kernel finds entries by these indices: each its own, for good
		*at(p.sq.array + i*4) = i
	}
	return nil
}

// release gives back what open got, as far as it came. It fails nowhere: all is ours.
func (r *ring) release() {
	r.pins.Unpin()
	if r.wakes != nil {
		r.wakes.Close()
	}
	unix.Munmap(r.sqeMem) // or EINVAL, where open came not so far
	unix.Munmap(r.sqMem)  // likewise
	if r.fd >= 0 {
		unix.Close(r.fd) // nothing was written
	}
}
