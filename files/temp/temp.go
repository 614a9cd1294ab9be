// Package temp makes files and folders that go away when they are closed, as
// Python's tempfile and its counterpart in aiofiles do.
//
// Start with [File], which nobody else sees where the system allows it, or with
// [NamedFile], [Dir] and [Spooled]. All of them live below the root of an engine,
// in a folder of the caller's choice: there is no common folder for everybody's files.
// A process that is killed leaves those with names behind; [files.IsTemp] does not know
// them, so give them a folder of their own.
package temp

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"

	"crawl/files"
)

// Options say where and how. The zero value will do.
type Options struct {
	Dir            string // of the file, made when missing; "" is the root
	Prefix, Suffix string // of the name; default prefix "tmp-"
	Keep           bool   // NamedFile, Dir: Close removes nothing
}

func (o Options) name() string {
	if o.Prefix == "" {
		o.Prefix = "tmp-"
	}
	name := o.Prefix + strconv.FormatUint(rand.Uint64(), 36) + o.Suffix
	if o.Dir == "" || o.Dir == "." {
		return name
	}
	return o.Dir + "/" + name
}

// Named is an open file that Close removes, unless it is to be kept.
type Named struct {
	files.File
	remove func() error // nil: not to be removed
	closed bool
}

// Close closes the file and removes it. A second call does nothing.
func (f *Named) Close() error {
	if f.closed {
		return nil
	}
	f.closed = true
	err := f.File.Close()
	if f.remove != nil {
		err = errors.Join(err, f.remove())
	}
	return err
}

// Unwrap lets [files.Lock] find the file inside.
func (f *Named) Unwrap() files.File { return f.File }

// NamedFile makes a new file, open for reading and writing, whose name others can use.
// The removal at Close hears the end of no context: ctx is for making it.
func NamedFile(ctx context.Context, eng files.Engine, opt Options) (*Named, error) {
	f, err := create(ctx, eng, opt)
	if err != nil {
		return nil, err
	}
	named := &Named{File: f}
	if !opt.Keep {
		named.remove = func() error { return unlessGone(eng.Remove(context.WithoutCancel(ctx), f.Name())) }
	}
	return named, nil
}

// File makes a new file, open for reading and writing, that has lost its name again
// when File returns. On Windows, where that can't be, it has one until Close.
func File(ctx context.Context, eng files.Engine, opt Options) (files.File, error) {
	opt.Keep = false
	f, err := NamedFile(ctx, eng, opt)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "windows" {
		return f, nil
	}
	if err := f.remove(); err != nil {
		return nil, errors.Join(err, f.File.Close())
	}
	return f.File, nil
}

// create tries names until one is free; that the first is taken is next to impossible.
func create(ctx context.Context, eng files.Engine, opt Options) (files.File, error) {
	for {
		f, err := eng.Open(ctx, opt.name(), os.O_RDWR|os.O_CREATE|os.O_EXCL)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Folder is a folder that Close removes with all that is in it, unless it is to be kept.
type Folder struct {
	Name   string // relative to the engine's root
	remove func() error
}

// Dir makes a new folder.
func Dir(ctx context.Context, eng files.Engine, opt Options) (*Folder, error) {
	if opt.Dir != "" {
		if err := files.MkdirAll(ctx, eng, opt.Dir); err != nil {
			return nil, err
		}
	}
	for {
		name := opt.name()
		err := files.Mkdir(ctx, eng, name)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d := &Folder{Name: name, remove: func() error { return nil }}
		if !opt.Keep {
			d.remove = func() error { return eng.RemoveAll(context.WithoutCancel(ctx), name) }
		}
		return d, nil
	}
}

// Close removes the folder. That it is gone already is fine.
func (d *Folder) Close() error { return unlessGone(d.remove()) }

func unlessGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
