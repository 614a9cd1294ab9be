package walk

import (
	"io/fs"
	"sync"
)

// manyFolders is how many folders wait before workers enter what they find at once.
const manyFolders = 4096

// folder is one to be entered.
type folder struct {
	Entry
	above *ancestor // kept only where links are followed
	link  bool
}

// ancestor is a folder that the walk has come through.
type ancestor struct {
	identity
	up *ancestor
}

func (a *ancestor) has(info fs.FileInfo) bool {
	for ; a != nil; a = a.up {
		if a.is(info) {
			return true
		}
	}
	return false
}

// folders are those that wait, last in first out: so the walk goes deep, and fewer wait.
type folders struct {
	mu      sync.Mutex // guards what follows
	changed sync.Cond
	waiting []folder
	busy    int // workers that may still find some
	stopped bool
}

func (f *folders) init() { f.changed.L = &f.mu }

func (f *folders) push(list ...folder) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, list...)
	if len(list) == 1 {
		f.changed.Signal()
	} else {
		f.changed.Broadcast()
	}
}

// room is how many may be pushed before there are too many.
func (f *folders) room() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(0, manyFolders-len(f.waiting))
}

// take waits for a folder. When there will be none it reports false, else its caller
// is busy until done. Before the first wait it calls idle.
func (f *folders) take(idle func()) (folder, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiting) == 0 {
		f.mu.Unlock()
		idle()
		f.mu.Lock()
	}
	for len(f.waiting) == 0 && f.busy > 0 && !f.stopped {
		f.changed.Wait()
	}
	if len(f.waiting) == 0 || f.stopped {
		return folder{}, false
	}
	last := len(f.waiting) - 1
	next := f.waiting[last]
	f.waiting[last] = folder{}
	f.waiting = f.waiting[:last]
	f.busy++
	return next, true
}

// done says that there will be no more out of a folder taken.
func (f *folders) done() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.busy--
	if f.busy == 0 {
		f.changed.Broadcast()
	}
}

// empty reports whether none waits.
func (f *folders) empty() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.waiting) == 0
}

func (f *folders) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
	f.changed.Broadcast()
}
