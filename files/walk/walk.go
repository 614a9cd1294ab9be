package walk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"sync/atomic"
	"time"
)

// ErrLoop says that a link leads to a folder which the walk has come through.
var ErrLoop = errors.New("a link leads back to a folder that holds it")

// ErrOutside says that a link leads out of the root. It is an [fs.ErrInvalid].
var ErrOutside error = outside{}

type outside struct{}

func (outside) Error() string { return "a link leads out of the folder" }
func (outside) Unwrap() error { return fs.ErrInvalid }

// Entry is what was found. The root itself is none, unless it can't be read.
type Entry struct {
	Path    string      // relative to the root, with slashes; its bytes are the disk's, UTF-8 or not
	Mode    fs.FileMode // the type alone, unless [Options].Stat asked for all
	Size    int64       // of a regular file, in bytes, when asked for
	ModTime time.Time   // when asked for

	// Err says that this entry could not be looked at, entered or read to its end.
	// Only in the last case the folder has been delivered before, without error.
	Err error
}

// Name is the last element of the path.
func (e Entry) Name() string { return path.Base(e.Path) }

// Hidden reports whether the name begins with a dot. It fits [Options].Skip.
func Hidden(e Entry) bool { return e.Name()[0] == '.' }

// Options adjust a walk. The zero value finds all names and their types.
type Options struct {
	// Workers is how many folders are read at once, each on an OS thread while it
	// waits for the disk. Default: 8, beyond which warm caches gain nothing.
	Workers int

	// Stat asks for mode, size and time of each entry: a system call more for each.
	Stat bool

	// Follow enters folders that symbolic links lead to, and tells of a link what
	// its target is. A link that leads nowhere, out of the root or back to a folder
	// that holds it (found by device and inode) is an entry with an error.
	Follow bool

	// Skip leaves out an entry and what is below it. It is called by several
	// goroutines at once, for every entry but the root.
	Skip func(Entry) bool
}

// Walk calls each for everything below the folder dir, one call at a time. It ends
// with the first error of each, at the end of ctx, or when all is found.
func Walk(ctx context.Context, dir string, opt Options, each func(Entry) error) error {
	w, err := Open(ctx, dir, opt)
	if err != nil {
		return err
	}
	defer w.Close() // nothing was written
	for {
		e, err := w.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = each(e)
		}
		if err != nil {
			return err
		}
	}
}

// Walker is a walk under way: a source of entries. Next may be called by many
// goroutines at once.
type Walker struct {
	opt Options
	tree
	own bool // the root is closed at the end

	ctx     context.Context
	cancel  context.CancelCauseFunc
	workers sync.WaitGroup
	found   chan []Entry // closed by the last worker

	folders folders
	cut     atomic.Bool // something was given up, as the walk was ended

	turn  chan struct{} // held by the one who waits for found
	mu    sync.Mutex    // guards ready
	ready []Entry       // taken from found, and not yet handed out
}

// Open starts a walk below the folder dir. Its workers end when all is found, with
// ctx, or by Close, which the caller owes it.
func Open(ctx context.Context, dir string, opt Options) (*Walker, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	w, err := Start(ctx, root, opt)
	if err != nil {
		root.Close() // nothing was written
		return nil, err
	}
	w.own = true
	return w, nil
}

// Start is Open below a root that is open already and stays so until after Close.
func Start(ctx context.Context, root *os.Root, opt Options) (*Walker, error) {
	t, err := newTree(root)
	if err != nil {
		return nil, err
	}
	if opt.Workers < 1 {
		opt.Workers = 8
	}
	w := &Walker{
		opt:   opt,
		tree:  t,
		found: make(chan []Entry, 4*opt.Workers),
		turn:  make(chan struct{}, 1),
	}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.folders.init()
	w.folders.push(folder{Entry: Entry{Path: ".", Mode: fs.ModeDir}})
	stop := context.AfterFunc(w.ctx, w.folders.stop)
	var left atomic.Int64
	left.Store(int64(opt.Workers))
	for range opt.Workers {
		w.workers.Go(func() {
			(&worker{Walker: w}).run()
			if left.Add(-1) == 0 {
				stop()
				close(w.found)
			}
		})
	}
	return w, nil
}

// Close ends the walk and waits for its workers.
func (w *Walker) Close() error {
	w.cancel(fs.ErrClosed)
	w.workers.Wait()
	w.tree.close()
	if w.own {
		return w.root.Close()
	}
	return nil
}

// Next returns an entry, or [io.EOF] when all has been handed out. A walk that was
// ended early says why, and never EOF.
func (w *Walker) Next(ctx context.Context) (Entry, error) {
	if e, ok := w.pop(); ok {
		return e, nil
	}
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return Entry{}, context.Cause(ctx)
	}
	defer func() { <-w.turn }()
	for {
		if e, ok := w.pop(); ok {
			return e, nil
		}
		select {
		case batch, ok := <-w.found:
			if !ok {
				return Entry{}, w.verdict()
			}
			w.mu.Lock()
			w.ready = batch
			w.mu.Unlock()
		case <-ctx.Done():
			return Entry{}, context.Cause(ctx)
		}
	}
}

// verdict says of an ended walk whether it found all.
func (w *Walker) verdict() error {
	if w.cut.Load() {
		return context.Cause(w.ctx)
	}
	return io.EOF
}

func (w *Walker) pop() (Entry, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ready) == 0 {
		return Entry{}, false
	}
	e := w.ready[0]
	w.ready[0] = Entry{} // its path is the caller's now
	w.ready = w.ready[1:]
	return e, true
}
