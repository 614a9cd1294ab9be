package files

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
)

// folders keeps the folders that were used last open, so that opening a file
// costs one call and not one for each element of its name. The one to give way is
// found by the clock algorithm: the next one not used since the hand last passed.
type folders struct {
	root *os.Root

	mu     sync.Mutex // guards what follows
	byName map[string]*folder
	ring   []*folder // nil where one was forgotten
	hand   int
	age    int // counts forget, so that a folder opened meanwhile is not kept
	closed bool
}

// folder is an open folder. Its users and the cache hold a reference each; the
// last one closes it.
type folder struct {
	handle
	name string
	slot int // in the ring
	used bool
	refs atomic.Int32
}

func newFolders(root *os.Root, limit int) *folders {
	return &folders{root: root, byName: make(map[string]*folder, limit), ring: make([]*folder, limit)}
}

// share returns the folder for another user, who releases it.
func (f *folder) share() *folder {
	f.refs.Add(1)
	return f
}

// release gives back what open returned.
func (f *folder) release() {
	if f.refs.Add(-1) == 0 {
		f.handle.close() // of a folder opened for lookups only: nothing can be lost
	}
}

// open returns the folder, which its caller releases.
func (c *folders) open(name string) (*folder, error) { return c.get(name, false) }

// make is open for a folder that is made when missing, as are those above it.
func (c *folders) make(name string) (*folder, error) { return c.get(name, true) }

func (c *folders) get(name string, create bool) (*folder, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrClosed}
	}
	if f := c.byName[name]; f != nil {
		f.used = true
		f.refs.Add(1)
		c.mu.Unlock()
		return f, nil
	}
	age := c.age
	c.mu.Unlock()

	h, err := c.find(name, create)
	if err != nil {
		return nil, err
	}
	f := &folder{handle: h, name: strings.Clone(name)}
	f.refs.Store(1)
	c.keep(f, age)
	return f, nil
}

// find opens a folder from the one above it, which is mostly open already: one
// step instead of a walk over the whole path for each of looking, making and opening.
// Where that does not work for whatever reason, a link or a folder exchanged
// meanwhile, [os.Root] has the say.
func (c *folders) find(name string, create bool) (handle, error) {
	if name != "." {
		h, err := c.below(name, create)
		if err == nil || !create && errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrClosed) {
			return h, err
		}
	}
	h, err := openHandle(c.root, name)
	if create && errors.Is(err, fs.ErrNotExist) {
		if err := c.root.MkdirAll(name, folderMode); err != nil {
			return handle{}, err
		}
		return openHandle(c.root, name)
	}
	return h, err
}

func (c *folders) below(name string, create bool) (handle, error) {
	dir, base := split(name)
	parent, err := c.get(dir, create)
	if err != nil {
		return handle{}, err
	}
	defer parent.release()
	h, err := parent.child(base)
	if !create || !errors.Is(err, fs.ErrNotExist) {
		return h, err
	}
	if err := parent.mkdir(base); err != nil {
		if errors.Is(err, fs.ErrNotExist) { // parent was removed under its handle
			c.forget(".")
		}
		return handle{}, err
	}
	return parent.child(base)
}

// keep puts f into the cache, unless another caller was quicker or the folder may
// have been moved since age.
func (c *folders) keep(f *folder, age int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.age != age || c.byName[f.name] != nil {
		return
	}
	for c.ring[c.hand] != nil && c.ring[c.hand].used {
		c.ring[c.hand].used = false
		c.hand = (c.hand + 1) % len(c.ring)
	}
	c.drop(c.ring[c.hand])
	f.slot = c.hand
	f.refs.Add(1)
	c.ring[c.hand], c.byName[f.name] = f, f
	c.hand = (c.hand + 1) % len(c.ring)
}

// drop takes f out of the cache. The caller holds mu.
func (c *folders) drop(f *folder) {
	if f == nil {
		return
	}
	c.ring[f.slot] = nil
	delete(c.byName, f.name)
	f.release()
}

// forget drops the folder name and all below it.
func (c *folders) forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.age++
	for _, f := range c.ring {
		if f != nil && below(f.name, name) {
			c.drop(f)
		}
	}
}

func (c *folders) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return fs.ErrClosed
	}
	c.closed = true
	for _, f := range c.ring {
		c.drop(f)
	}
	return nil
}

// below reports whether name is top or lies below it.
func below(name, top string) bool {
	rest, ok := strings.CutPrefix(name, top)
	return top == "." || ok && (rest == "" || rest[0] == '/')
}
