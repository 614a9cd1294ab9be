package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"crawl/files"
	"crawl/files/batch"
	"crawl/files/glob"
	"crawl/files/journal"
	"crawl/files/uring"
	"crawl/files/walk"
	"crawl/pipeline"
)

// paths are what is to be transformed: the PATH arguments, in their order. They can be
// gone through more than once.
type paths struct {
	args   []string
	flags  *transformFlags
	listed *os.File // the names of standard input, in a file without a name; nil when not asked for
	trees  trees
	output string // the folder of the results, without links

	mu   sync.Mutex     // guards what follows
	ends []func() error // of what was begun, last first
}

// openPaths makes sure that every argument is there.
func openPaths(args []string, stdin io.Reader, f *transformFlags) (_ *paths, err error) {
	p := &paths{args: args, flags: f}
	p.trees.open = func(folder string) (files.Engine, error) { return openTree(folder, f) }
	p.ending(p.trees.close)
	if p.output, err = resolved(f.output); err != nil {
		return nil, outputError("%s: %w", f.output, bare(err))
	}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	for _, arg := range args {
		if arg != "-" {
			if err := p.check(arg); err != nil {
				return nil, err
			}
			continue
		}
		if p.listed != nil {
			return nil, usageError("standard input (-) can be read once only")
		}
		if p.listed, err = spool(stdin); err != nil {
			return nil, err
		}
		p.ending(func() error { return errors.Join(p.listed.Close(), os.Remove(p.listed.Name())) })
	}
	if f.null && p.listed == nil {
		return nil, usageError("-0 is for names on standard input: add -")
	}
	return p, nil
}

func (p *paths) check(arg string) error {
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist) && glob.Is(arg):
		if err := checkPattern(arg); err != nil {
			return err
		}
		arg, _ = glob.Split(arg)
	case errors.Is(err, fs.ErrNotExist):
		return usageError("no such file or folder %q", arg)
	case err != nil:
		return inputError("%s: %w", arg, bare(err))
	case info.IsDir():
		if err := readable(arg); err != nil {
			return inputError("%s: %w", arg, bare(err))
		}
	}
	// What is made could take the place of what is read.
	switch relative(p.output, arg) {
	case "":
		return nil
	case ".":
		return usageError("-o %s is the folder that is read: choose another", p.flags.output)
	default:
		return usageError("%s lies in -o %s, where the results go: choose another folder", arg, p.flags.output)
	}
}

// readable tries to read a folder, so that one which can't be is told before all work.
func readable(folder string) error {
	f, err := os.Open(folder)
	if err == nil {
		f.Close() // nothing was written
	}
	return err
}

// spool keeps a list that may be read twice.
func spool(r io.Reader) (*os.File, error) {
	f, err := os.CreateTemp("", "crawl-list-")
	if err != nil {
		return nil, outputError("keep the list of names: %w", bare(err))
	}
	_ = os.Remove(f.Name()) // the open file stays, where the system can do that
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		return nil, inputError("read the list of names: %w", bare(err))
	}
	return f, nil
}

// ending has close call end.
func (p *paths) ending(end func() error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ends = append(p.ends, end)
}

// close ends all that was begun. Nothing of it was written to.
func (p *paths) close() {
	for _, end := range slices.Backward(p.ends) {
		_ = end()
	}
}

// tree returns what reads below folder, having tried whether it can be opened.
func (p *paths) tree(folder string) (*tree, error) {
	t := p.trees.below(folder)
	if _, err := t.use(); err != nil {
		return nil, err
	}
	t.release()
	return t, nil
}

// openTree opens a folder for reading by the engine that was asked for. The pool of
// threads is the run's own workers: each reads what it then works on.
func openTree(folder string, f *transformFlags) (files.Engine, error) {
	direct, err := files.NewDirect(folder, files.Options{Width: f.workers(), Existing: true})
	if err != nil {
		return nil, inputError("%s: %w", folder, bare(err))
	}
	if f.engine.word != "uring" {
		return direct, nil
	}
	ring, err := uring.New(folder, uring.Options{Width: f.workers(), Inner: direct})
	if err != nil {
		return nil, errors.Join(inputError("--engine uring: %s: %w", folder, err), direct.Close())
	}
	return ring, nil
}

// source returns all inputs, from the first one on.
func (p *paths) source(ctx context.Context) (pipeline.Source[batch.Item], error) {
	return &inTurn{paths: p, ctx: ctx, arg: -1}, nil
}

// inTurn gives what one argument after the other holds.
type inTurn struct {
	paths *paths
	ctx   context.Context

	mu   sync.Mutex // guards what follows
	arg  int        // from which from is; the one before the first at first
	from pipeline.Source[batch.Item]
}

// Next implements [pipeline.Source].
func (s *inTurn) Next(ctx context.Context) (batch.Item, error) {
	for {
		arg, from := s.current()
		if from != nil {
			it, err := from.Next(ctx)
			if err != io.EOF {
				return it, err
			}
		}
		if err := s.advance(arg); err != nil {
			return batch.Item{}, err
		}
	}
}

func (s *inTurn) current() (int, pipeline.Source[batch.Item]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.arg, s.from
}

// advance goes on to the argument behind ended, unless another caller has.
func (s *inTurn) advance(ended int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.arg != ended:
		return nil
	case s.arg+1 >= len(s.paths.args):
		return io.EOF
	}
	from, err := s.paths.one(s.ctx, s.paths.args[s.arg+1])
	if err != nil {
		return err
	}
	s.arg, s.from = s.arg+1, from
	return nil
}

// one returns what an argument holds.
func (p *paths) one(ctx context.Context, arg string) (pipeline.Source[batch.Item], error) {
	if arg == "-" {
		return p.list()
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && !info.IsDir():
		return pipeline.Slice([]batch.Item{named(filepath.Clean(arg), filepath.Base(arg), info.Size())}), nil
	case err != nil:
		return p.matches(ctx, arg)
	}
	tree := p.trees.below(arg)
	eng, err := tree.use()
	if err != nil {
		return nil, err
	}
	defer tree.release()
	if isCrawl(ctx, eng) {
		return p.crawled(ctx, tree), nil
	}
	return p.folder(ctx, arg)
}

// skip leaves out of a walk the folder of the results, also where links lead to it, and
// the records of what an earlier transform has made there.
func (p *paths) skip(folder string) func(walk.Entry) bool {
	own := isOwn(folder)
	inside := relative(folder, p.output)
	return func(e walk.Entry) bool {
		switch {
		case e.Path == inside:
			return true
		case own && (e.Path == journal.State || e.Path == journal.Name):
			return true
		case p.flags.follow && e.Mode.IsDir():
			return relative(p.output, filepath.Join(folder, filepath.FromSlash(e.Path))) != ""
		}
		return false
	}
}

// isOwn reports whether a crawl or a transform keeps its records in a folder.
func isOwn(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, journal.State))
	return err == nil
}

// isCrawl reports whether a folder is a crawl's.
func isCrawl(ctx context.Context, eng files.Engine) bool {
	kind, err := journal.KindOf(ctx, eng)
	return err == nil && kind == journal.Crawl
}

// relative returns where place lies below folder, with slashes; "" for elsewhere.
func relative(folder, place string) string {
	place, err := resolved(place)
	if err != nil {
		return ""
	}
	if folder, err = resolved(folder); err != nil {
		return ""
	}
	rel, err := filepath.Rel(folder, place)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}

// resolved is the absolute path without links; of what does not exist yet, as far as it does.
func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) && path != filepath.Dir(path) {
		real, err = resolved(filepath.Dir(path))
		real = filepath.Join(real, filepath.Base(path))
	}
	return real, err
}
