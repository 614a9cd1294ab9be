//go:build !linux

package walk

import (
	"io"
	"io/fs"
	"os"
)

// tree is the root.
type tree struct{ root *os.Root }

func newTree(root *os.Root) (tree, error) { return tree{root}, nil }

func (t tree) close() {}

// open opens the folder path. A link put in the place of a folder meanwhile is
// followed, but never out of the root.
func (t tree) open(path string, _ bool) (dir, error) { return openDir(t.root, path) }

// dir is an open folder: for lookups in it, and for reading it.
type dir struct {
	root *os.Root
	list *os.File
}

func openDir(root *os.Root, path string) (dir, error) {
	below, err := root.OpenRoot(path)
	if err != nil {
		return dir{}, err
	}
	list, err := below.Open(".")
	if err != nil {
		below.Close() // nothing was written
		return dir{}, err
	}
	return dir{below, list}, nil
}

// child opens a folder in d, by its name there.
func (d dir) child(name string) (dir, error) { return openDir(d.root, name) }

func (d dir) close() {
	d.list.Close() // nothing was written
	d.root.Close()
}

// block is a part of a folder.
type block struct{ found []name }

type name struct {
	text    string
	kind    fs.FileMode
	unknown bool // never here: package os has looked
}

// read reads the next part of the folder into b, and reports whether there may be more.
func (d dir) read(b *block) (more bool, err error) {
	entries, err := d.list.ReadDir(1024)
	b.found = b.found[:0]
	for _, e := range entries {
		b.found = append(b.found, name{text: e.Name(), kind: e.Type()})
	}
	if err == io.EOF {
		return false, nil
	}
	return err == nil, err
}

// stat looks at name in d: at its type, or at the whole.
func (d dir) stat(name string, e *Entry, whole bool) error {
	info, err := d.root.Lstat(name)
	if err == nil {
		fill(e, info, whole)
	}
	return err
}

// identity tells a folder from all others.
type identity struct{ info fs.FileInfo }

func (d dir) identity() (identity, error) {
	info, err := d.list.Stat()
	return identity{info}, err
}

func (id identity) is(info fs.FileInfo) bool { return os.SameFile(id.info, info) }
