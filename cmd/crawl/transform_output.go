package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"crawl/files"
	"crawl/files/batch"
	"crawl/files/journal"
	"crawl/files/transform"
)

// results is the folder of a transform, open and locked.
type results struct {
	dir     string
	writes  bool // more than checksums
	steps   string
	eng     *files.Direct
	journal *journal.Journal[batch.Line]
	inputs  *journal.Index[batch.Line] // what earlier runs recorded, by input and steps
	outputs *journal.Index[batch.Line] // the same, by output
	sums    *batch.Sums                // nil when none are asked for
	summed  bool                       // and their files are written
}

// openResults opens the folder, makes it whether new or not ready for records, and
// locks it. It must be new, empty or a transform's: what somebody else has put there
// is not written over.
func openResults(ctx context.Context, f *transformFlags, chain transform.Chain) (*results, error) {
	t := &results{dir: f.output, writes: chain.Writes(), steps: chain.String()}
	var err error
	if t.eng, err = openFolder(f.output); err != nil {
		return nil, err
	}
	if err = t.open(ctx, f, chain); err != nil {
		return nil, errors.Join(diskError(f.output, err), t.eng.Close())
	}
	return t, nil
}

func (t *results) open(ctx context.Context, f *transformFlags, chain transform.Chain) (err error) {
	if err := t.own(ctx); err != nil {
		return err
	}
	opt := journal.Options{Sync: journal.Sync(f.sync.word), Fresh: f.fresh}
	if t.journal, err = journal.Open(ctx, t.eng, batch.Format, opt); err != nil {
		return err
	}
	if t.inputs, err = journal.OpenIndex(ctx, t.eng, batch.Format, batch.Key); err != nil {
		return errors.Join(err, t.journal.Close(ctx))
	}
	t.outputs, err = journal.OpenIndex(ctx, t.eng, batch.Format, func(l *batch.Line) string { return l.Path })
	if err != nil {
		return errors.Join(err, t.inputs.Close(), t.journal.Close(ctx))
	}
	t.sums = batch.NewSums(chain)
	return nil
}

// own refuses a folder that holds files, and no records.
func (t *results) own(ctx context.Context) error {
	entries, err := t.eng.ReadDir(ctx, ".")
	if err != nil || len(entries) == 0 {
		return err
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == journal.State || e.Name() == journal.Name }) {
		return nil
	}
	return outputError("%s holds files that no transform has made, such as %s: choose another folder", t.dir, entries[0].Name())
}

// earlier returns the last record of an input by the same steps, unless what it made
// has been replaced by that of another input.
func (t *results) earlier(shown string) (*batch.Line, error) {
	line, err := t.inputs.Find(batch.KeyOf(shown, t.steps))
	if line == nil || line.Path == "" {
		return line, err
	}
	last, err := t.outputs.Find(line.Path)
	if last == nil || batch.Key(last) != batch.Key(line) {
		return nil, err
	}
	return line, nil
}

// close writes the checksums of a complete run, and makes all durable.
func (t *results) close(ctx context.Context, complete bool) error {
	var err error
	if complete {
		err = t.sums.Write(ctx, t.eng)
		t.summed = err == nil
	}
	return errors.Join(err, t.sums.Close(), t.inputs.Close(), t.outputs.Close(), t.journal.Close(ctx), t.eng.Close())
}

// places says where to find what was made.
func (t *results) places() string {
	var list []string
	if t.writes {
		list = append(list, "results in "+t.dir)
	}
	if t.summed {
		for _, name := range t.sums.Files() {
			list = append(list, "checksums in "+filepath.Join(t.dir, name))
		}
	}
	return strings.Join(append(list, "records in "+filepath.Join(t.dir, journal.Name)), ", ")
}
