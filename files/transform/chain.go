package transform

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
)

// Chain is one or more steps, each taking what the one before it makes. Make one
// with [Set.Parse] or [New].
type Chain struct {
	steps []Step // that change bytes
	sums  []Step // over what these make, or over the file where there are none
}

// Options bound a run. The zero value bounds nothing.
type Options struct {
	MaxSize int64 // of what any step makes of one file, in bytes; 0: no limit
}

// String is the chain in its canonical form, of which [Set.Parse] makes the same chain.
func (c Chain) String() string {
	names := make([]string, 0, len(c.steps)+len(c.sums))
	for _, s := range c.all() {
		names = append(names, s.Name)
	}
	return join(names)
}

func (c Chain) all() []Step { return append(c.steps[:len(c.steps):len(c.steps)], c.sums...) }

// Sums are the checksums at the end of the chain.
func (c Chain) Sums() []*Checksum {
	sums := make([]*Checksum, len(c.sums))
	for i, s := range c.sums {
		sums[i] = s.Sum
	}
	return sums
}

// Writes reports whether the chain makes anything but checksums.
func (c Chain) Writes() bool { return len(c.steps) > 0 }

// Files is how many files the steps may have open at once while they work on one.
func (c Chain) Files() int {
	n := 0
	for _, s := range c.steps {
		n += s.Files
	}
	return n
}

// Memory is what the steps may hold for a large file, in bytes.
func (c Chain) Memory() int64 {
	var n int64
	for _, s := range c.all() {
		n += max(s.Memory, 1<<20)
	}
	return n
}

// Output tells what becomes of a file's name and type.
func (c Chain) Output(f File) File {
	for _, s := range c.steps {
		f = s.becomes(f)
	}
	return f
}

func (s Step) becomes(f File) File {
	if s.Becomes == nil {
		return f
	}
	return s.Becomes(f)
}

// Sum is a checksum that a chain has made.
type Sum struct {
	Algorithm string // as [Checksum] has it
	Value     []byte
}

// Run carries in through the steps to out, and returns the checksums, in the order of
// [Chain.Sums]. Steps
// take turns: each runs only while the one behind it waits for more, so that a chain
// keeps no more than one processor busy. Errors of in and out come back as they are,
// those of a step as an [*Error]. A chain of checksums alone writes nothing.
func (c Chain) Run(ctx context.Context, f File, in io.Reader, out io.Writer, opt Options) ([]Sum, error) {
	hashes := make([]hash.Hash, len(c.sums))
	writers := make([]io.Writer, 0, len(c.sums)+1)
	for i, s := range c.sums {
		hashes[i] = s.Sum.New()
		writers = append(writers, hashes[i])
	}
	if c.Writes() {
		writers = append(writers, out)
	}
	if len(writers) == 1 {
		out = writers[0]
	} else {
		out = io.MultiWriter(writers...)
	}
	if err := c.run(ctx, f, in, out, opt); err != nil || len(hashes) == 0 {
		return nil, err
	}
	sums := make([]Sum, len(hashes))
	for i, h := range hashes {
		sums[i] = Sum{c.sums[i].Sum.Algorithm, h.Sum(nil)}
	}
	return sums, nil
}

func (c Chain) run(ctx context.Context, f File, in io.Reader, out io.Writer, opt Options) (err error) {
	if !c.Writes() {
		return Stream(out, in)
	}
	var before sync.WaitGroup // the steps but the last
	defer before.Wait()
	for i, s := range c.steps {
		from := &source{r: in}
		if i == len(c.steps)-1 {
			return s.run(ctx, f, from, &target{w: out, limit: opt.MaxSize})
		}
		r, w := handover()
		defer r.close()
		as := f // what it is called before this step
		before.Go(func() { w.close(s.run(ctx, as, from, &target{w: w, limit: opt.MaxSize})) })
		f, in = s.becomes(f), r
	}
	return nil
}

// run runs the step and says whose an error is, whatever the step has made of it.
func (s Step) run(ctx context.Context, f File, in *source, out *target) error {
	err := s.Run(ctx, f, in, out)
	switch {
	case in.err != nil:
		return in.err
	case out.err != nil:
		err = out.err
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Step == "" {
		e.Step = s.Name
	}
	return err
}

// source is what a step reads. It keeps the error that ended it.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// target is what a step writes to, up to a limit. It keeps the error that ended it.
type target struct {
	w     io.Writer
	limit int64
	size  int64
	err   error
}

func (t *target) Write(p []byte) (int, error) {
	if t.err != nil {
		return 0, t.err
	}
	if t.size += int64(len(p)); t.limit > 0 && t.size > t.limit {
		t.err = &Error{Kind: TooLarge, Err: fmt.Errorf("makes more than %d bytes of it", t.limit)}
		return 0, t.err
	}
	n, err := t.w.Write(p)
	t.err = err
	return n, err
}
