package files

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

// WaitLock is [Lock] that waits until the lock is free, or ctx ends. It asks again
// and again, at most 20 times a second: flock(2) could wait by itself, but for a
// context that ends there is no way to call it off. So there is no queue, and who
// comes later may be first.
func WaitLock(ctx context.Context, eng Engine, name string) (unlock func() error, err error) {
	const longest = 50 * time.Millisecond
	for pause := time.Millisecond; ; pause = min(2*pause, longest) {
		unlock, err := Lock(ctx, eng, name)
		if _, held := errors.AsType[*LockedError](err); !held {
			return unlock, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, &fs.PathError{Op: "lock", Path: name, Err: ctx.Err()}
		}
	}
}
