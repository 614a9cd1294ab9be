package uring

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// User data beside the indices of requests.
const (
	fromWake   = 1<<32 + iota // the read of the eventfd
	fromCancel                // a cancel, whose own answer nobody needs
)

// do posts q and waits until the kernel is done with its buffer. When ctx ends
// before that the kernel is asked to cancel q: q.err is ECANCELED where it could.
func (r *ring) do(ctx context.Context, q *request) {
	r.post(&r.posted, q)
	select {
	case <-q.done:
		return
	case <-ctx.Done():
	}
	if r.withdraw(&r.posted, q) {
		q.err = unix.ECANCELED
		return
	}
	r.post(&r.cancels, q)
	<-q.done
	r.withdraw(&r.cancels, q) // or it would cancel the next use of q
}

func (r *ring) post(list *[]*request, q *request) {
	r.mu.Lock()
	*list = append(*list, q)
	waits := r.waits
	r.waits = false
	r.mu.Unlock()
	if waits {
		r.wake()
	}
}

func (r *ring) withdraw(list *[]*request, q *request) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(*list, q)
	if i >= 0 {
		*list = slices.Delete(*list, i, i+1)
	}
	return i >= 0
}

// wake ends the owner's wait. It fails only where the owner has ended.
func (r *ring) wake() {
	var one [8]byte
	binary.NativeEndian.PutUint64(one[:], 1)
	r.wakes.Write(one[:]) // an eventfd takes it whole
}

// run is the owner's loop.
func (r *ring) run() {
	var posted, cancels []*request
	for {
		r.mu.Lock()
		posted, r.posted = r.posted, posted[:0]
		cancels, r.cancels = r.cancels, cancels[:0]
		r.waits = true
		stop := r.stop
		r.mu.Unlock()
		for _, q := range posted {
			q.active = true
			r.push(q.next(uint64(q.index)))
		}
		for _, q := range cancels {
			if q.active {
				q.cancelled = true
				r.push(sqe{op: opAsyncCancel, fd: -1, addr: uint64(q.index), userData: fromCancel})
			}
		}
		clear(posted) // their callers' buffers are not for us to keep
		clear(cancels)
		switch {
		case !r.listens && stop: // whose wake was heard, so the kernel holds nothing of ours
			return
		case !r.listens:
			r.listen()
		}
		r.submit(1)
		r.reap()
	}
}

// listen lets a write to the eventfd end the wait in the kernel.
func (r *ring) listen() {
	r.listens = true
	r.push(sqe{op: opRead, fd: int32(r.wakes.Fd()), addr: address(&r.woken[0]), len: uint32(len(r.woken)), userData: fromWake})
}

// push writes an entry, and submits the others first where the queue is full.
func (r *ring) push(e sqe) {
	for r.tail-atomic.LoadUint32(r.sqHead) == uint32(len(r.sqes)) {
		r.submit(0)
	}
	r.sqes[r.tail%uint32(len(r.sqes))] = e
	r.tail++
}

// submit hands the entries written to the kernel and waits for some answers.
func (r *ring) submit(wait uint32) {
	atomic.StoreUint32(r.sqTail, r.tail)
	for {
		left := r.tail - atomic.LoadUint32(r.sqHead)
		_, err := r.enter(r.fd, left, wait, enterGetEvents)
		switch {
		case err == nil:
			return
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EBUSY):
			// No memory for a request, or too many answers waiting. The next
			// round tries again, after those that are there were taken.
			if wait == 0 || r.answers() == 0 {
				time.Sleep(time.Millisecond)
			}
			return
		default:
			// Requests may be under way, and their buffers can't be given back.
			panic(fmt.Sprintf("uring: io_uring_enter: %v", err))
		}
	}
}

func enter(fd int, submit, wait, flags uint32) (int, error) {
	n, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(fd), uintptr(submit), uintptr(wait), uintptr(flags), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// answers is how many completions wait to be taken.
func (r *ring) answers() uint32 { return atomic.LoadUint32(r.cqTail) - *r.cqHead }

// reap takes all answers that are there.
func (r *ring) reap() {
	head := *r.cqHead // only we write it
	for tail := atomic.LoadUint32(r.cqTail); head != tail; head++ {
		answer := r.cqes[head%uint32(len(r.cqes))]
		atomic.StoreUint32(r.cqHead, head+1)
		switch answer.userData {
		case fromWake:
			r.listens = false
		case fromCancel:
		default:
			r.answered(r.requests[answer.userData], answer.res)
		}
	}
}

func (r *ring) answered(q *request, res int32) {
	if q.step(res) {
		r.push(q.next(uint64(q.index)))
		return
	}
	q.active = false
	q.done <- struct{}{}
}

// address is where the kernel finds p, which is pinned or mapped.
func address[T any](p *T) uint64 { return uint64(uintptr(unsafe.Pointer(p))) }
