// Package errfs wraps a [files.Engine] and makes its operations fail on purpose:
// the Nth of a kind, those on some names, all once a disk is full.
//
// Start with [New] and a [Rule] or two; without rules it passes everything on.
// [Engine.Injected] tells how often it struck, so that a test can prove that the
// fault it is about has happened. It injects errors, not crashes.
package errfs

import (
	"cmp"
	"io/fs"
	"maps"
	"path"
	"sync"
	"syscall"

	"crawl/files"
)

// Op is a kind of operation.
type Op string

// The operations of an engine, and those of its open files.
const (
	ReadFile  Op = "ReadFile"
	ReadStart Op = "ReadStart"
	Draft     Op = "Draft"
	WriteFile Op = "WriteFile"
	PutFile   Op = "PutFile"
	Open      Op = "Open"
	Rename    Op = "Rename"
	Remove    Op = "Remove"
	RemoveAll Op = "RemoveAll"
	Stat      Op = "Stat"
	ReadDir   Op = "ReadDir"
	Sync      Op = "Sync"

	FileRead     Op = "File.Read"  // ReadAt, too
	FileWrite    Op = "File.Write" // WriteAt, too
	FileStat     Op = "File.Stat"
	FileTruncate Op = "File.Truncate"
	FileSync     Op = "File.Sync"
	FileClose    Op = "File.Close"
)

// Rule says which operations are touched and what happens to them. An operation
// is subject to every rule that matches, in order, until one makes it fail.
type Rule struct {
	Op   Op     // "" matches every kind
	Name string // pattern as in [path.Match]; "" matches every name

	// Nth is the first of the matching operations to be touched, from 1 (default 1),
	// Times how many are from there on (default: all).
	Nth, Times int

	// Before is called before the operation, and may block to hold it up.
	// A rule that has only Before injects no error.
	Before func(op Op, name string)

	// Err is what fails the operation, wrapped in an [*fs.PathError].
	// Default: ENOSPC with Budget, else EIO.
	Err error

	// Short lets a File.Write write half of its bytes before it fails.
	Short bool

	// Budget is how many bytes matching operations may write before Err comes:
	// the room on a disk. A File.Write that goes beyond it writes what fits.
	Budget int64
}

// Engine is a [files.Engine] with faults. It is as safe for concurrent use as the
// one inside.
type Engine struct {
	inner files.Engine

	mu       sync.Mutex // guards what follows
	rules    []*rule
	injected map[Op]int
}

var _ files.Engine = (*Engine)(nil)

type rule struct {
	Rule
	seen int   // matching operations so far
	used int64 // bytes of the budget
}

// New wraps inner. Closing the Engine closes inner.
func New(inner files.Engine, rules ...Rule) *Engine {
	e := &Engine{inner: inner, injected: make(map[Op]int)}
	for _, r := range rules {
		e.rules = append(e.rules, &rule{Rule: r})
	}
	return e
}

// Injected returns how many errors of each kind of operation were injected.
func (e *Engine) Injected() map[Op]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.injected)
}

// Heal drops all rules: the disk has room again.
func (e *Engine) Heal() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rules = nil
}

// check applies the rules to an operation that writes size bytes. With an error it
// says how many of them are written all the same.
func (e *Engine) check(op Op, name string, size int) (room int, err error) {
	room, hooks, err := e.judge(op, name, size)
	for _, before := range hooks {
		before(op, name)
	}
	return room, err
}

func (e *Engine) judge(op Op, name string, size int) (room int, hooks []func(Op, string), err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.rules {
		if !r.touches(op, name) {
			continue
		}
		if r.Before != nil {
			hooks = append(hooks, r.Before)
		}
		if room, err := r.strike(size); err != nil {
			e.injected[op]++
			return room, hooks, &fs.PathError{Op: string(op), Path: name, Err: err}
		}
	}
	return size, hooks, nil
}

// touches counts the operation when it matches, and reports whether its turn has come.
func (r *rule) touches(op Op, name string) bool {
	if r.Op != "" && r.Op != op {
		return false
	}
	if r.Name != "" {
		if ok, err := path.Match(r.Name, name); err != nil || !ok {
			return false
		}
	}
	r.seen++
	first := max(r.Nth, 1)
	return r.seen >= first && (r.Times == 0 || r.seen < first+r.Times)
}

// strike returns the rule's error, or nil where it has none for size bytes.
func (r *rule) strike(size int) (room int, err error) {
	switch {
	case r.Budget > 0:
		room = int(min(int64(size), r.Budget-r.used))
		r.used += int64(room)
		if room == size {
			return room, nil
		}
		return room, cmp.Or[error](r.Err, syscall.ENOSPC)
	case r.Short:
		return size / 2, cmp.Or[error](r.Err, syscall.EIO)
	case r.Err == nil && r.Before != nil:
		return size, nil
	}
	return 0, cmp.Or[error](r.Err, syscall.EIO)
}
