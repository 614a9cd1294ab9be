// Package errfs wraps a [files.Engine] and makes its operations fail on purpose:
// the Nth of a kind, those on some names, all once a disk is full. It can also hold
// them up and let reads be short.
//
// Start with [New] and a [Rule] or two; without rules it passes everything on.
// [Engine.Injected] tells how often it struck, so that a test can prove that the
// fault it is about has happened. It injects errors, not crashes.
package errfs

import (
	"cmp"
	"context"
	"io/fs"
	"maps"
	"path"
	"sync"
	"syscall"
	"time"

	"crawl/files"
)

// Op is a kind of operation.
type Op string

// The operations of an engine, and those of its open files and drafts. [files.Engine.Do]
// has the op that its caller gives it.
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
	FileSeek     Op = "File.Seek"
	FileTruncate Op = "File.Truncate"
	FileSync     Op = "File.Sync"
	FileClose    Op = "File.Close"

	DraftWrite   Op = "Draft.Write"
	DraftChmod   Op = "Draft.Chmod"
	DraftCommit  Op = "Draft.Commit"
	DraftDiscard Op = "Draft.Discard"
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
	// A rule that has only Before injects nothing.
	Before func(op Op, name string)

	// Delay holds the operation up for so long, or until its context ends, which
	// then is its error. Those of open files have none. A rule with Delay fails an
	// operation only when Err is set.
	Delay time.Duration

	// Err is what fails the operation, wrapped in an [*fs.PathError].
	// Default: ENOSPC with Budget, else EIO.
	Err error

	// Short lets writes of open files and drafts, File.ReadAt and ReadStart do half
	// of their bytes before they fail. A File.Read reads half, and fails only when
	// Err is set: the kernel may do the same.
	Short bool

	// Budget is how many bytes matching operations may write before Err comes:
	// the room on a disk. A write of a file or draft that goes beyond it writes what fits.
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

// Injected returns how many faults of each kind of operation were injected: errors,
// delays and short reads.
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

// call is an operation on the way in.
type call struct {
	op    Op
	name  string
	size  int  // bytes to write or read
	reads bool // so that size is taken from no budget
	short bool // may do less than size and yet not fail
}

// check applies the rules to a call. It says how many of its bytes to do, also
// when it fails.
func (e *Engine) check(ctx context.Context, c call) (room int, err error) {
	v := e.judge(c)
	for _, before := range v.hooks {
		before(c.op, c.name)
	}
	if v.delay > 0 {
		timer := time.NewTimer(v.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return 0, &fs.PathError{Op: string(c.op), Path: c.name, Err: ctx.Err()}
		}
	}
	if v.err != nil {
		return v.room, &fs.PathError{Op: string(c.op), Path: c.name, Err: v.err}
	}
	return v.room, nil
}

// allow is check for calls that do all or nothing.
func (e *Engine) allow(ctx context.Context, op Op, name string) error {
	_, err := e.check(ctx, call{op: op, name: name})
	return err
}

// verdict is what the rules say about a call.
type verdict struct {
	hooks []func(Op, string)
	delay time.Duration
	room  int
	err   error
}

func (e *Engine) judge(c call) verdict {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := verdict{room: c.size}
	for _, r := range e.rules {
		if !r.touches(c.op, c.name) {
			continue
		}
		if r.Before != nil {
			v.hooks = append(v.hooks, r.Before)
		}
		room, err := r.strike(c)
		if err != nil || r.Delay > 0 || room < v.room {
			e.injected[c.op]++
		}
		v.delay += r.Delay
		v.room = min(v.room, room)
		if err != nil {
			v.err = err
			break
		}
	}
	return v
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

// strike returns how much of a call the rule lets through, and its error.
func (r *rule) strike(c call) (room int, err error) {
	switch {
	case r.Budget > 0 && c.reads:
		return c.size, nil
	case r.Budget > 0:
		room = int(min(int64(c.size), r.Budget-r.used))
		r.used += int64(room)
		if room == c.size {
			return room, nil
		}
		return room, cmp.Or[error](r.Err, syscall.ENOSPC)
	case r.Short && c.short && r.Err == nil:
		return (c.size + 1) / 2, nil
	case r.Short:
		return c.size / 2, cmp.Or[error](r.Err, syscall.EIO)
	case r.Err == nil && (r.Before != nil || r.Delay > 0):
		return c.size, nil
	}
	return 0, cmp.Or[error](r.Err, syscall.EIO)
}
