package walk

import (
	"errors"
	"io/fs"
	"slices"
)

const (
	batchLength = 256 // entries that change hands at once: the channel's cost is spread thin
	mostNested  = 2   // folders that a worker keeps open while it is in one below
)

// worker reads one folder at a time.
type worker struct {
	*Walker
	block  block
	batch  []Entry
	nested int
}

func (w *worker) run() {
	for {
		f, ok := w.folders.take(w.flush)
		if !ok {
			break
		}
		w.enter(f)
		w.folders.done()
	}
	w.flush()
	if !w.folders.empty() {
		w.cut.Store(true)
	}
}

// enter reads a folder and, from there, the first of those below it, and so on down:
// each is opened from the one above, whose whole path may be too long for the kernel.
func (w *worker) enter(f folder) {
	d, err := w.open(f.Path, w.opt.Follow)
	for err == nil {
		if f.Path != "." {
			w.emit(f.Entry)
		}
		below, more := w.read(d, f)
		if !more {
			d.close()
			return
		}
		inner, failed := w.openFrom(d, below)
		d.close()
		f, d, err = below, inner, failed
	}
	f.Err = refuse("open", f.Path, err)
	w.emit(f.Entry)
}

func (w *worker) openFrom(d dir, f folder) (dir, error) {
	if f.link {
		return w.open(f.Path, w.opt.Follow)
	}
	return d.child(f.Name())
}

// read delivers what is in the folder d and returns a folder for its caller to go on
// with. The others are left to all workers. Entries go out before the folders below
// can be entered by anybody, so that a folder comes before what it holds.
func (w *worker) read(d dir, f folder) (first folder, ok bool) {
	above := w.trace(d, f)
	for w.ctx.Err() == nil {
		more, err := d.read(&w.block)
		var below []folder
		for i := range w.block.found {
			if sub, enter := w.look(d, f.Path, above, &w.block.found[i]); enter {
				below = append(below, sub)
			}
		}
		if err != nil {
			w.emit(Entry{Path: f.Path, Mode: f.Mode, Err: refuse("read", f.Path, err)})
		}
		if len(below) > 0 || len(w.found) == 0 {
			w.flush()
		}
		if !ok && len(below) > 0 {
			first, ok, below = below[0], true, below[1:]
		}
		w.share(below)
		if err != nil || !more {
			return first, ok
		}
	}
	w.cut.Store(true)
	return folder{}, false
}

// trace adds f to the folders above, where loops are to be found.
func (w *worker) trace(d dir, f folder) *ancestor {
	if !w.opt.Follow {
		return nil
	}
	id, err := d.identity()
	if err != nil { // not to be compared: the loop is found a round later
		return f.above
	}
	return &ancestor{identity: id, up: f.above}
}

// share leaves folders to all workers, or enters them here when too many wait: so a
// folder of a million folders does not fill the memory. Only at some depth they are
// left all the same, for want of descriptors.
func (w *worker) share(below []folder) {
	if len(below) == 0 {
		return
	}
	here := below[len(below):]
	if room := w.folders.room(); room < len(below) && w.nested < mostNested {
		below, here = below[:room], below[room:]
	}
	if len(below) > 0 {
		w.folders.push(below...)
	}
	w.nested++
	for _, f := range here {
		if w.ctx.Err() != nil {
			w.cut.Store(true)
			break
		}
		w.enter(f)
	}
	w.nested--
}

// look delivers what was found, but for a folder to be entered, which it returns:
// that goes out once it is open, so that it goes out once.
func (w *worker) look(d dir, at string, above *ancestor, n *name) (folder, bool) {
	e := Entry{Path: n.text, Mode: n.kind}
	if at != "." {
		e.Path = at + "/" + n.text
	}
	link := w.opt.Follow && e.Mode&fs.ModeSymlink != 0
	if n.unknown || w.opt.Stat && !link {
		e.Err = refuse("stat", e.Path, d.stat(n.text, &e, w.opt.Stat))
		link = w.opt.Follow && e.Mode&fs.ModeSymlink != 0
	}
	if link && e.Err == nil {
		w.follow(&e, above)
	}
	if w.opt.Skip != nil && w.opt.Skip(e) {
		return folder{}, false
	}
	if e.Mode.IsDir() && e.Err == nil {
		return folder{Entry: e, above: above, link: link}, true
	}
	w.emit(e)
	return folder{}, false
}

// follow makes of a link what it leads to.
func (w *worker) follow(e *Entry, above *ancestor) {
	info, err := w.root.Stat(e.Path)
	if err == nil && info.IsDir() && above.has(info) {
		err = ErrLoop
	}
	if err != nil {
		e.Err = refuse("follow", e.Path, err)
		return
	}
	fill(e, info, w.opt.Stat)
}

// fill tells of an entry what info says.
func fill(e *Entry, info fs.FileInfo, whole bool) {
	e.Mode = info.Mode().Type()
	if whole {
		e.Mode, e.ModTime = info.Mode(), info.ModTime()
		if e.Mode.IsRegular() {
			e.Size = info.Size()
		}
	}
}

func (w *worker) emit(e Entry) {
	w.batch = append(w.batch, e)
	if len(w.batch) == batchLength {
		w.flush()
	}
}

// flush hands over what was found so far; it waits for room in the queue.
func (w *worker) flush() {
	if len(w.batch) == 0 {
		return
	}
	select {
	case w.found <- slices.Clone(w.batch):
	case <-w.ctx.Done():
		w.cut.Store(true)
	}
	clear(w.batch)
	w.batch = w.batch[:0]
}

// refuse names the entry in an error of the system.
func refuse(op, path string, err error) error {
	if err == nil {
		return nil
	}
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	if err.Error() == "path escapes from parent" { // what os.Root says, and does not export
		err = ErrOutside
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}
