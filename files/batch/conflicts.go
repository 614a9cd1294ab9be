package batch

import (
	"cmp"
	"context"
	"io"
	"slices"
	"sync"

	"crawl/files/transform"
	"crawl/pipeline"

	"github.com/zeebo/xxh3"
)

// Conflict is two inputs that would become the same output.
type Conflict struct {
	Output string
	Inputs [2]string
}

// Survey is what a look at all inputs finds before anything is written.
type Survey struct {
	Files, Bytes int64 // that can be transformed, and their bytes as far as sizes are known
	Conflicts    []Conflict
	repeated     map[xxh3.Uint128]bool // inputs that are listed more than once; true once one was taken
}

// Opener returns all inputs, from the first one on.
type Opener func(ctx context.Context) (pipeline.Source[Item], error)

// maxConflicts is as many as anybody wants to read.
const maxConflicts = 10

// Look goes through the inputs that open returns, twice when names repeat. It needs
// 32 bytes of memory a file. An input that is listed twice is no conflict; see
// [Survey.Once].
func Look(ctx context.Context, open Opener, chain transform.Chain) (*Survey, error) {
	s := &Survey{}
	var pairs []pair
	err := each(ctx, open, func(it Item) {
		if it.Err != nil {
			return
		}
		s.Files++
		s.Bytes += it.Size
		pairs = append(pairs, pairOf(it, chain))
	})
	if err != nil {
		return nil, err
	}
	repeats := s.repeats(pairs)
	if len(repeats) == 0 {
		return s, nil
	}
	return s, s.name(ctx, open, chain, repeats)
}

// pair is an input and its output, hashed. Two texts of ten million collide by chance
// once in 10^24 times.
type pair struct{ out, in xxh3.Uint128 }

func pairOf(it Item, chain transform.Chain) pair {
	p := pair{in: xxh3.HashString128(it.Shown)}
	p.out = p.in // a chain of checksums has no output to share
	if chain.Writes() {
		p.out = xxh3.HashString128(chain.Output(it.File).Name)
	}
	return p
}

func compare(a, b xxh3.Uint128) int {
	if a.Hi != b.Hi { // as good as always
		return cmp.Compare(a.Hi, b.Hi)
	}
	return cmp.Compare(a.Lo, b.Lo)
}

// repeats notes inputs that are listed twice, and returns the outputs of several inputs.
func (s *Survey) repeats(pairs []pair) map[xxh3.Uint128]string {
	slices.SortFunc(pairs, func(a, b pair) int {
		if a.out != b.out {
			return compare(a.out, b.out)
		}
		return compare(a.in, b.in)
	})
	outputs := map[xxh3.Uint128]string{}
	s.repeated = map[xxh3.Uint128]bool{}
	for i := 1; i < len(pairs); i++ {
		switch last, p := pairs[i-1], pairs[i]; {
		case p == last:
			s.repeated[p.in] = false
		case p.out == last.out && len(outputs) < maxConflicts:
			outputs[p.out] = ""
		}
	}
	return outputs
}

// name goes through the inputs again for the names of those in conflict.
func (s *Survey) name(ctx context.Context, open Opener, chain transform.Chain, first map[xxh3.Uint128]string) error {
	return each(ctx, open, func(it Item) {
		if it.Err != nil {
			return
		}
		out := pairOf(it, chain).out
		switch other, conflict := first[out]; {
		case !conflict || other == it.Shown:
		case other == "":
			first[out] = it.Shown
		case len(s.Conflicts) < maxConflicts:
			s.Conflicts = append(s.Conflicts, Conflict{chain.Output(it.File).Name, [2]string{other, it.Shown}})
		}
	})
}

// each calls do for every item.
func each(ctx context.Context, open Opener, do func(Item)) error {
	src, err := open(ctx)
	if err != nil {
		return err
	}
	for {
		it, err := src.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		do(it)
	}
}

// Once returns a source that gives what src gives, but those inputs that are listed
// more than once a single time.
func (s *Survey) Once(src pipeline.Source[Item]) pipeline.Source[Item] {
	if len(s.repeated) == 0 {
		return src
	}
	var mu sync.Mutex // guards s.repeated
	return pipeline.SourceFunc[Item](func(ctx context.Context) (Item, error) {
		for {
			it, err := src.Next(ctx)
			if err != nil {
				return it, err
			}
			key := xxh3.HashString128(it.Shown)
			mu.Lock()
			taken, repeated := s.repeated[key]
			if repeated {
				s.repeated[key] = true
			}
			mu.Unlock()
			if !taken {
				return it, nil
			}
		}
	})
}
