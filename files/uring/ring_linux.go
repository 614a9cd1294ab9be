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
// SINGLE_ISSUER asks. Requests come in by do, which wakes the owner where it waits
// for the kernel:
//
//	do -> posted -> owner: sqe -> io_uring_enter -> cqe -> step -> done -> do
//	                  ^-------------- next sqe ----------------'
type ring struct {
	fd    int
	wakes *os.File // an eventfd, which the ring reads: a write ends the owner's wait
	woken [8]byte  // what it reads goes here

	mem, sqeMem    []byte // mapped, and what lies in there:
	sqHead, sqTail *uint32
	cqHead, cqTail *uint32
	sqes           []sqe
	cqes           []cqe

	tail    uint32 // of the entries written, which *sqTail follows at submit
	listens bool   // the kernel has the read of the eventfd

	// enter is io_uring_enter, but for tests, which put faults in its way.
	enter func(fd int, submit, wait, flags uint32) (int, error)

	requests []*request // by user data
	pins     runtime.Pinner
	ended    chan error // from the owner: nil or why there is no ring, then closed at its end

	mu      sync.Mutex // guards what follows
	posted  []*request // new ones
	cancels []*request // taken ones whose callers no longer want them
	waits   bool       // the owner waits for the kernel, or is about to
	stop    bool       // nothing will be posted any more
}

// newRing starts a ring for the requests, whose indices are their user data.
func newRing(requests []*request) (*ring, error) {
	r := &ring{fd: -1, enter: enter, requests: requests, ended: make(chan error, 1)}
	go r.own()
	if err := <-r.ended; err != nil {
		<-r.ended
		return nil, err
	}
	return r, nil
}

// close ends the ring, in which no request is left, and waits for its owner.
func (r *ring) close() {
	r.mu.Lock()
	r.stop = true
	r.mu.Unlock()
	r.wake()
	<-r.ended
}

// own is the life of the owner.
func (r *ring) own() {
	defer close(r.ended)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := r.open()
	defer r.release()
	r.ended <- err
	if err == nil {
		r.run()
	}
}

// setup is io_uring_setup, with what newer kernels do better when they can.
func setup(entries, answers uint32) (fd int, p params, err error) {
	for _, better := range []uint32{setupSingleIssuer | setupDeferTaskrun, 0} {
		p = params{flags: setupCQSize | setupClamp | better, cqEntries: answers}
		ring, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(entries), uintptr(unsafe.Pointer(&p)), 0)
		if errno == 0 {
			return int(ring), p, nil
		}
		if err = errno; errno != unix.EINVAL {
			break
		}
	}
	return -1, p, err
}

func (r *ring) open() error {
	// Each request has one operation in the kernel, and perhaps the cancel of it.
	answers := max(2*batch, 2*len(r.requests))
	fd, p, err := setup(batch, uint32(1)<<bits.Len(uint(answers)))
	if err != nil {
		return unavailableFor(err)
	}
	r.fd = fd
	unix.CloseOnExec(fd)
	if err := usable(fd, &p); err != nil {
		return err
	}
	if err := r.mmap(&p); err != nil {
		return err
	}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	r.wakes = os.NewFile(uintptr(event), "eventfd")
	limits := [2]uint32{workers, workers}
	// Before 5.15 there is no such call, and the kernel's own limit stands.
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(fd), registerMaxWorkers, uintptr(unsafe.Pointer(&limits)), uintptr(len(limits)), 0, 0)
	if errno != 0 && errno != unix.EINVAL {
		return os.NewSyscallError("io_uring_register", errno)
	}
	r.pins.Pin(r)
	for _, q := range r.requests {
		r.pins.Pin(q)
	}
	return nil
}

func (r *ring) mmap(p *params) (err error) {
	size := max(p.sq.array+p.sqEntries*4, p.cq.cqes+p.cqEntries*uint32(unsafe.Sizeof(cqe{})))
	const prot, flags = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED | unix.MAP_POPULATE
	if r.mem, err = unix.Mmap(r.fd, offSQRing, int(size), prot, flags); err != nil {
		return os.NewSyscallError("mmap", err)
	}
	if r.sqeMem, err = unix.Mmap(r.fd, offSQEs, int(p.sqEntries)*int(unsafe.Sizeof(sqe{})), prot, flags); err != nil {
		return os.NewSyscallError("mmap", err)
	}
	at := func(offset uint32) *uint32 { return (*uint32)(unsafe.Pointer(&r.mem[offset])) }
	r.sqHead, r.sqTail = at(p.sq.head), at(p.sq.tail)
	r.cqHead, r.cqTail = at(p.cq.head), at(p.cq.tail)
	r.sqes = unsafe.Slice((*sqe)(unsafe.Pointer(&r.sqeMem[0])), p.sqEntries)
	r.cqes = unsafe.Slice((*cqe)(unsafe.Pointer(&r.mem[p.cq.cqes])), p.cqEntries)
	// The kernel takes entries through an array of indices: each its own, for good.
	for i := range p.sqEntries {
		*at(p.sq.array + i*4) = i
	}
	r.tail = atomic.LoadUint32(r.sqTail)
	return nil
}

// release gives back what open got, as far as it came.
func (r *ring) release() {
	r.pins.Unpin()
	if r.wakes != nil {
		r.wakes.Close()
	}
	for _, mem := range [][]byte{r.sqeMem, r.mem} {
		if mem != nil {
			unix.Munmap(mem) // mapped by us: it can't fail
		}
	}
	if r.fd >= 0 {
		unix.Close(r.fd)
	}
}
