package sorting

import (
	"container/heap"
	"context"
	"io"
	"iter"
)

// bufferSize is the least that a run is read through, and what one is written through.
const bufferSize = 64 << 10

// maxFanIn is how many runs are merged at once at most. More would only be slower.
const maxFanIn = 256

// fanIn is how many runs can be merged within the memory: each needs a buffer and its
// longest line.
func (s *Sorter) fanIn() int {
	return min(maxFanIn, max(2, s.memory/(bufferSize+s.longest)))
}

// narrow merges runs into fewer until they can be merged at once. What it reads and what
// it writes are two files for that time.
func (s *Sorter) narrow(ctx context.Context) error {
	for len(s.runs) > s.fanIn() {
		from, runs := s.spill, s.runs
		into, err := s.create()
		if err != nil {
			return err
		}
		s.spill, s.runs, s.size = into, nil, 0
		for len(runs) > 0 && err == nil {
			n := min(s.fanIn(), len(runs))
			err = s.mergeInto(ctx, from, runs[:n])
			runs = runs[n:]
		}
		if closed := from.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mergeInto makes one run of several.
func (s *Sorter) mergeInto(ctx context.Context, from io.ReaderAt, runs []run) error {
	w := newRunWriter(s.spill, s.size)
	for text, err := range merge(ctx, from, runs, bufferSize) {
		if err != nil {
			return err
		}
		if err := w.add(text); err != nil {
			return err
		}
	}
	return s.close(w)
}

// Iterate ranges over the lines in order. A line is valid until the next. An error, of the
// disk or of ctx, is the last that comes. It may be called several times; nothing can be
// added any more.
func (s *Sorter) Iterate(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if err := s.finish(ctx); err != nil {
			yield(nil, err)
			return
		}
		if s.spill != nil {
			merge(ctx, s.spill, s.runs, max(bufferSize, s.memory/len(s.runs)/4))(yield)
			return
		}
		for i, l := range s.lines {
			if i%often == 0 && ctx.Err() != nil {
				yield(nil, context.Cause(ctx))
				return
			}
			if !yield(l.text, nil) {
				return
			}
		}
	}
}

// often is after how many lines a context is asked.
const often = 1 << 10

// merge ranges over the lines of several runs in order.
func merge(ctx context.Context, from io.ReaderAt, runs []run, buffer int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var front fronts
		for _, run := range runs {
			r := newRunReader(from, run, buffer)
			if err := r.next(); err != nil { // no run is empty
				yield(nil, err)
				return
			}
			front = append(front, r)
		}
		heap.Init(&front)
		for i := 0; len(front) > 0; i++ {
			if i%often == 0 && ctx.Err() != nil {
				yield(nil, context.Cause(ctx))
				return
			}
			if !yield(front[0].line.text, nil) {
				return
			}
			switch err := front[0].next(); err {
			case nil:
				heap.Fix(&front, 0)
			case io.EOF:
				heap.Pop(&front)
			default:
				yield(nil, err)
				return
			}
		}
	}
}

// fronts is a heap of runs by the line that comes next in each.
type fronts []*runReader

func (f fronts) Len() int           { return len(f) }
func (f fronts) Less(i, j int) bool { return compare(f[i].line, f[j].line) < 0 }
func (f fronts) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *fronts) Push(r any)        { *f = append(*f, r.(*runReader)) }

func (f *fronts) Pop() any {
	last := len(*f) - 1
	r := (*f)[last]
	*f = (*f)[:last]
	return r
}
