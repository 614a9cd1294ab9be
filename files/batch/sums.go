package batch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"sync"

	"crawl/files"
	"crawl/files/sorting"
	"crawl/files/transform"
)

// Sums collects the checksums of a run, and writes them as files sorted by name. It is
// safe for concurrent use; a nil one collects nothing.
type Sums struct {
	mu    sync.Mutex // guards what lists hold
	lists []sumList
}

// sumList is the checksums by one algorithm.
type sumList struct {
	*transform.Checksum
	sorter *sorting.Sorter // of name, NUL, sum
}

// NewSums returns what the chain needs, nil where it has no checksums. [Sums.Close] must
// be called.
func NewSums(chain transform.Chain) *Sums {
	if len(chain.Sums()) == 0 {
		return nil
	}
	s := &Sums{}
	for _, sum := range chain.Sums() {
		s.lists = append(s.lists, sumList{sum, sorting.New(sorting.Options{})})
	}
	return s
}

// add takes the checksums of a record: of its output, or of its input when the chain
// makes none.
func (s *Sums) add(line *Line) error {
	if s == nil || len(line.Sums) == 0 {
		return nil
	}
	name := line.Path
	if name == "" {
		name = line.Input
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.lists {
		sum, err := hex.DecodeString(line.Sums[list.Algorithm])
		if err != nil {
			return err
		}
		if err := list.sorter.Add(append(append([]byte(name), 0), sum...)); err != nil {
			return err
		}
	}
	return nil
}

// Files are the names of what Write writes.
func (s *Sums) Files() []string {
	if s == nil {
		return nil
	}
	var names []string
	for _, list := range s.lists {
		names = append(names, list.File)
	}
	return names
}

// Write writes the files, with the permissions that new files have, each whole or not at all, in the form that sha256sum -c and
// its like take. Names in them are relative to eng's root, or those of the inputs.
func (s *Sums) Write(ctx context.Context, eng files.Engine) error {
	if s == nil {
		return nil
	}
	for _, list := range s.lists {
		draft, err := eng.Draft(ctx, list.File)
		if err != nil {
			return &OutputError{Name: list.File, Err: err}
		}
		if err = list.write(ctx, draft); err == nil {
			err = draft.Commit(ctx)
		}
		if err != nil {
			_ = draft.Discard() // the error is what counts
			return &OutputError{Name: list.File, Err: err}
		}
	}
	return nil
}

func (l sumList) write(ctx context.Context, draft files.Draft) error {
	out := bufio.NewWriterSize(draft, 256<<10)
	var line []byte
	for entry, err := range l.sorter.Iterate(ctx) {
		if err != nil {
			return err
		}
		name, sum, _ := bytes.Cut(entry, []byte{0}) // no name has a NUL
		line = l.AppendLine(line[:0], sum, string(name))
		_, _ = out.Write(line) // an error comes back from Flush
	}
	return out.Flush()
}

// Close drops what was collected.
func (s *Sums) Close() error {
	if s == nil {
		return nil
	}
	var errs []error
	for _, list := range s.lists {
		errs = append(errs, list.sorter.Close())
	}
	return errors.Join(errs...)
}
