package pipeline

import "context"

// Lock is a mutex whose wait ends with a context, first come, first served. A
// [sync.Mutex] costs less, where a wait cannot be long.
type Lock struct {
	held chan struct{} // full while it is held
}

// NewLock makes a lock that nobody holds.
func NewLock() *Lock { return &Lock{held: make(chan struct{}, 1)} }

// Lock takes the lock. Its error is the cause of ctx's end, and then it is not held.
func (l *Lock) Lock(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if l.TryLock() {
		return nil
	}
	select {
	case l.held <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// TryLock takes the lock if nobody holds it.
func (l *Lock) TryLock() bool {
	select {
	case l.held <- struct{}{}:
		return true
	default:
		return false
	}
}

// Unlock gives the lock back, by whoever. It panics when the lock is not held.
func (l *Lock) Unlock() {
	select {
	case <-l.held:
	default:
		panic("pipeline: unlock of a lock that is not held")
	}
}
