package uring

import (
	"context"
	"encoding/binary"
	"fmt"
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

// message is a new request for the owner, or the cancel of one.
type message struct {
	*request
	cancel bool
}

// do has q done, and returns when the kernel is done with its buffer. When ctx ends
// before, the kernel is asked to cancel q: q.err is ECANCELED where it could.
func (r *ring) do(ctx context.Context, q *request) {
	r.post(message{q, false})
	select {
	case <-q.done:
	case <-ctx.Done():
		// Both messages are answered, or the cancel might hit the next use of q.
		r.post(message{q, true})
		<-q.done
		<-q.done
	}
}

func (r *ring) post(m message) {
	r.mu.Lock()
	r.posted = append(r.posted, m)
	waits := r.waits
	r.waits = false
	r.mu.Unlock()
	if waits {
		r.wake()
	}
}

// wake ends the owner's wait. Only where the owner has ended it fails.
func (r *ring) wake() {
	r.wakes.Write(binary.NativeEndian.AppendUint64(nil, 1)) // an eventfd takes it whole
}

// run is the owner's loop.
func (r *ring) run() {
	var taken []message
	for {
		r.mu.Lock()
		taken, r.posted = r.posted, taken[:0]
		r.waits = true
		stop := r.stop
		r.mu.Unlock()
		for _, m := range taken {
			r.take(m)
		}
		if !r.listens {
			if stop { // and its wake was heard: the kernel holds nothing of ours
				return
			}
			r.listens = true
			r.push(sqe{op: opRead, fd: int32(r.wakes.Fd()), addr: address(&r.woken[0]), len: uint32(len(r.woken)), userData: fromWake})
		}
		r.submit(1)
		r.reap()
	}
}

func (r *ring) take(m message) {
	switch {
	case !m.cancel:
		m.active = true
		r.push(m.next())
		return
	case m.active:
		m.cancelled = true
		r.push(sqe{op: opAsyncCancel, fd: -1, addr: uint64(m.index), userData: fromCancel})
	}
	m.done <- struct{}{}
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
// What the kernel did not take yet is handed over again the next time.
func (r *ring) submit(wait uint32) {
	atomic.StoreUint32(r.sqTail, r.tail)
	switch err := r.enter(r, r.tail-atomic.LoadUint32(r.sqHead), wait); err {
	case nil, unix.EINTR:
	case unix.EAGAIN, unix.EBUSY: // no memory for a request now
		if wait == 0 || atomic.LoadUint32(r.cqTail) == *r.cqHead {
			time.Sleep(time.Millisecond)
		}
	default: // the kernel may be writing into callers' buffers, so they can't be given back
		panic(fmt.Sprintf("uring: io_uring_enter: %v", err))
	}
}

func enter(r *ring, submit, wait uint32) error {
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(submit), uintptr(wait), getEvents, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// reap takes all answers that are there.
func (r *ring) reap() {
	head, tail := *r.cqHead, atomic.LoadUint32(r.cqTail)
	for ; head != tail; head++ {
		answer := r.cqes[head%uint32(len(r.cqes))]
		atomic.StoreUint32(r.cqHead, head+1)
		switch answer.userData {
		case fromWake:
			r.listens = false
		case fromCancel:
		default:
			q := r.requests[answer.userData]
			if q.active = q.step(answer.res); q.active {
				r.push(q.next())
			} else {
				q.done <- struct{}{}
			}
		}
	}
}

// address is where the kernel finds p, which is pinned.
func address[T any](p *T) uint64 { return uint64(uintptr(unsafe.Pointer(p))) }
