package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"crawl/fetch/manifest"
	"crawl/files"
	"crawl/files/batch"
	"crawl/files/glob"
	"crawl/files/transform"
	"crawl/files/walk"
	"crawl/pipeline"
)

// named is a file by the name that the user gave it; below is where its result goes.
func named(name, below string, size int64) batch.Item {
	return batch.Item{
		From:  files.Named{},
		Name:  name,
		Shown: name,
		Size:  size,
		File:  transform.File{Name: filepath.ToSlash(below)},
	}
}

// folder returns the files below a folder.
func (p *paths) folder(ctx context.Context, folder string) (pipeline.Source[batch.Item], error) {
	w, err := walk.Open(ctx, folder, p.walking(folder))
	if err != nil {
		return nil, inputError("%s: %w", folder, bare(err))
	}
	return p.walked(folder, w)
}

// matches returns the files that a pattern stands for.
func (p *paths) matches(ctx context.Context, arg string) (pipeline.Source[batch.Item], error) {
	folder, pattern := glob.Split(arg)
	w, err := glob.Open(ctx, folder, pattern, p.walking(folder))
	if err != nil {
		return nil, inputError("%s: %w", folder, bare(err))
	}
	return p.walked(folder, w)
}

func (p *paths) walking(folder string) walk.Options {
	return walk.Options{Follow: p.flags.follow, Stat: p.flags.dryRun, Skip: p.skip(folder)}
}

// walker is a walk under way.
type walker interface {
	pipeline.Source[walk.Entry]
	Close() error
}

// walked is the files that a walk below folder finds. The walk is closed when it has
// found all, since a command line may name more folders than can be open.
func (p *paths) walked(folder string, w walker) (pipeline.Source[batch.Item], error) {
	p.ending(w.Close)
	from, err := p.tree(folder)
	if err != nil {
		return nil, err
	}
	return pipeline.SourceFunc[batch.Item](func(ctx context.Context) (batch.Item, error) {
		for {
			e, err := w.Next(ctx)
			if err == io.EOF {
				_ = w.Close() // nothing was written
			}
			if err != nil {
				return batch.Item{}, err
			}
			if e.Err != nil || !e.Mode.IsDir() {
				return found(from, e), nil
			}
		}
	}), nil
}

// found is an entry of a walk below a folder.
func found(from *tree, e walk.Entry) batch.Item {
	it := batch.Item{
		From:  from,
		Name:  e.Path,
		Shown: shownAs(from.folder, e.Path),
		Size:  e.Size,
		File:  transform.File{Name: e.Path},
		Err:   e.Err,
	}
	switch {
	case errors.Is(e.Err, walk.ErrLoop):
		it.Err = &batch.LoopError{Err: e.Err}
	case e.Err == nil && !e.Mode.IsRegular():
		it.Err = &batch.SkipError{Reason: "is " + kindOf(e.Mode)}
	}
	return it
}

// list returns the files that standard input has named, each to go where its name says.
func (p *paths) list() (pipeline.Source[batch.Item], error) {
	if _, err := p.listed.Seek(0, io.SeekStart); err != nil {
		return nil, inputError("read the list of names: %w", bare(err))
	}
	names := bufio.NewReaderSize(p.listed, 64<<10)
	end := byte('\n')
	if p.flags.null {
		end = 0
	}
	var mu sync.Mutex // held while a name is read
	made := p.results()
	return pipeline.SourceFunc[batch.Item](func(context.Context) (batch.Item, error) {
		mu.Lock()
		defer mu.Unlock()
		for {
			name, err := names.ReadBytes(end)
			if len(name) == 0 && err != nil {
				return batch.Item{}, err
			}
			name = bytes.TrimSuffix(name, []byte{end})
			if end == '\n' {
				name = bytes.TrimSuffix(name, []byte{'\r'})
			}
			switch {
			case len(name) == 0:
				continue
			case bytes.IndexByte(name, 0) >= 0:
				return batch.Item{}, inputError("a name on standard input has a NUL: with -0 that ends it")
			}
			it := named(filepath.Clean(string(name)), mirrored(string(name)), 0)
			if made(it.Name) {
				it.Err = &batch.SkipError{Reason: "is one of the results"}
			}
			return it, nil
		}
	}), nil
}

// results returns a func that reports whether a file lies in the folder of the results.
// It is for one caller at a time, who asks about many of the same folder one after another.
func (p *paths) results() func(name string) bool {
	last, within := "", false
	return func(name string) bool {
		if folder := filepath.Dir(name); folder != last {
			last, within = folder, relative(p.output, folder) != ""
		}
		return within
	}
}

// mirrored is where the result of a listed file goes: where the name says, as far as
// that is below the working folder, else where the whole path says.
func mirrored(name string) string {
	if name = filepath.Clean(name); filepath.IsLocal(name) {
		return name
	}
	if whole, err := filepath.Abs(name); err == nil {
		name = whole
	}
	name = strings.TrimPrefix(name, filepath.VolumeName(name))
	return strings.TrimLeft(filepath.Clean("/"+filepath.ToSlash(name)), `/\`)
}

// crawled returns the bodies that a finished crawl has recorded in its folder.
func (p *paths) crawled(ctx context.Context, from *tree) pipeline.Source[batch.Item] {
	return p.pushed(ctx, func(ctx context.Context, give func(batch.Item) error) error {
		eng, err := from.use()
		if err != nil {
			return err
		}
		defer from.release()
		for line, err := range manifest.Lines(ctx, eng) {
			if _, malformed := errors.AsType[*manifest.LineError](err); malformed {
				continue
			}
			if err == nil && line.Path != "" {
				err = give(bodyOf(from, line))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// pushed is a source of what produce gives, on a goroutine of its own that close ends.
func (p *paths) pushed(ctx context.Context, produce func(ctx context.Context, give func(batch.Item) error) error) pipeline.Source[batch.Item] {
	items := make(chan batch.Item, 64)
	ctx, cancel := context.WithCancel(ctx)
	var failure error // there once items is closed
	var done sync.WaitGroup
	done.Go(func() {
		defer close(items)
		failure = produce(ctx, func(it batch.Item) error {
			select {
			case items <- it:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
	})
	p.ending(func() error {
		cancel()
		done.Wait()
		return nil
	})
	return pipeline.SourceFunc[batch.Item](func(ctx context.Context) (batch.Item, error) {
		select {
		case it, ok := <-items:
			if ok {
				return it, nil
			}
			return it, cmp.Or(failure, io.EOF)
		case <-ctx.Done():
			return batch.Item{}, context.Cause(ctx)
		}
	})
}

// bodyOf is the body that a crawl's record names.
func bodyOf(from *tree, line *manifest.Line) batch.Item {
	name := strings.Clone(line.Path) // the line keeps all of its text in memory
	return batch.Item{
		From:  from,
		Name:  name,
		Shown: shownAs(from.folder, name),
		Size:  line.Bytes,
		File:  transform.File{Name: strings.TrimPrefix(name, "bodies/"), ContentType: strings.Clone(line.ContentType)},
		URL:   strings.Clone(line.URL),
	}
}

// shownAs is a file below folder as the user would type it.
func shownAs(folder, name string) string {
	if folder == "." {
		return "./" + name // as find has it
	}
	return strings.TrimRight(folder, "/") + "/" + name
}

// kindOf says in words what a file is that is no regular one.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a link (--follow goes through them)"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}
