package pipeline

import (
	"os/exec"
	"runtime"
	"sync"
)

// StartOwned starts cmd as a process that does not outlive this one, in a process
// group of its own, so that Ctrl-C reaches this one only. ended is called once cmd
// has been waited for, on a goroutine that ends with it.
//
// Linux kills a child whose parent has ended when asked to. Elsewhere the child has
// to notice by itself, best by the end of its stdin.
func StartOwned(cmd *exec.Cmd, ended func(error)) error {
	cmd.SysProcAttr = attributes()
	started := make(chan error)
	go func() {
		// Linux takes the thread that started a child for its parent. So this one
		// stays as long as the child does; waiting needs one anyway.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended(cmd.Wait())
		}
	}()
	return <-started
}

// Tail keeps the last 8 KiB of what is written to it, to tell why a process ended.
// It never fails, and is safe for concurrent use.
type Tail struct {
	mu   sync.Mutex // guards last
	last []byte
}

const maxTail = 8 << 10 // bytes: enough for a panic and its first stack

// Write implements io.Writer.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if extra := len(t.last) - maxTail; extra > 0 {
		t.last = append(t.last[:0], t.last[extra:]...)
	}
	return len(p), nil
}

// String returns what is kept.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}

// Reason is the line that tells most, at most 200 bytes of it: that of a panic, else
// the last.
func (t *Tail) Reason() string { return reason(t.String()) }
