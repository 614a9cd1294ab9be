package batch

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"

	"crawl/files"
	"crawl/files/transform"
	"crawl/pipeline"

	"github.com/zeebo/xxh3"
)

// startSize is how much of a file is read at once, and of a result kept in memory: a
// file of 256 KiB, with one byte to see that it ends there. Most files fit; more would
// drive what is being computed out of the processor's cache, sixteen files at a time.
const startSize = 256<<10 + 1

// worker is what each worker has for itself.
type worker struct {
	*run
	start []byte // of the file in hand
	out   output
}

// worker makes one; it is the run's [pipeline.Maker].
func (r *run) worker(context.Context, int) (pipeline.Func[Item, Done], func() error, error) {
	w := &worker{run: r, start: make([]byte, startSize)}
	return w.transform, nil, nil
}

// Done is what became of a file: a record, or none when the run was stopped. It goes
// through JSON unharmed.
type Done struct {
	Line  *Line // without its steps, times and run
	Known bool  // an earlier run recorded the same
}

// transform takes one file all the way. Its error is the output folder's, or of what
// earlier runs recorded: it ends the run.
func (w *worker) transform(ctx context.Context, it Item) (Done, error) {
	line := &Line{Input: it.Shown, URL: it.URL}
	err := w.carry(ctx, it, line)
	if errors.Is(err, errUnchanged) {
		return Done{line, true}, nil
	}
	if err == nil {
		line.Outcome = Transformed
		return Done{Line: line}, nil
	}
	if ctx.Err() != nil {
		return Done{}, nil
	}
	if e, ok := errors.AsType[*OutputError](err); ok && !e.local() {
		return Done{}, e
	}
	if e, ok := errors.AsType[*earlierError](err); ok {
		return Done{}, e.err
	}
	blame(line, err)
	known, err := w.failedBefore(line)
	return Done{line, known}, err
}

// carry fills in the line as far as it gets.
func (w *worker) carry(ctx context.Context, it Item, line *Line) error {
	if it.Err != nil {
		return it.Err
	}
	start, err := it.From.ReadStart(ctx, it.Name, w.start)
	if err != nil {
		return &inputError{err}
	}
	if start.Rest != nil {
		defer start.Rest.Close() // only read
		return w.carryLarge(ctx, it, line, start)
	}
	data := w.start[:start.N]
	sum := xxh3.Hash128(data).Bytes()
	line.InputBytes, line.InputXXH3 = int64(len(data)), hex.EncodeToString(sum[:])
	if err := w.changed(ctx, line); err != nil {
		return err
	}
	return w.steps(ctx, it, line, start.Mode, bytes.NewReader(data))
}

// carryLarge is carry for a file of which the start is not all. Few are in hand at once,
// as each may need the memory of an encoder that has seen much.
func (w *worker) carryLarge(ctx context.Context, it Item, line *Line, start files.Start) error {
	select {
	case w.large <- struct{}{}:
		defer func() { <-w.large }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	whole := func() *hashing {
		return &hashing{from: io.MultiReader(bytes.NewReader(w.start[:start.N]), w.turns.Reader(ctx, &inputReader{start.Rest}))}
	}
	if old, err := w.earlier(line); err != nil {
		return err
	} else if old != nil { // worth a look whether it is the same
		in := whole()
		if err := w.drain(ctx, in); err != nil {
			return err
		}
		in.describe(line)
		if err := w.changed(ctx, line); err != nil {
			return err
		}
		if _, err := start.Rest.Seek(int64(start.N), io.SeekStart); err != nil {
			return &inputError{err}
		}
	}
	in := whole()
	if err := w.steps(ctx, it, line, start.Mode, in); err != nil {
		return err
	}
	in.describe(line)
	return nil
}

// drain reads in to its end.
func (w *worker) drain(ctx context.Context, in *hashing) error {
	if err := w.turns.Take(ctx); err != nil {
		return err
	}
	defer w.turns.Give()
	_, err := io.Copy(io.Discard, in)
	return err
}

// steps carries in through the chain into the output folder, where the result gets mode.
func (w *worker) steps(ctx context.Context, it Item, line *Line, mode fs.FileMode, in io.Reader) error {
	name := ""
	if w.Chain.Writes() {
		name = w.Chain.Output(it.File).Name
		if err := w.allowed(name); err != nil {
			return err
		}
	}
	w.out.begin(ctx, w.run, name, mode)
	if err := w.compute(ctx, it, line, in); err != nil {
		w.out.discard()
		return err
	}
	if name == "" {
		return nil
	}
	if err := w.out.commit(); err != nil {
		return err
	}
	line.Path, line.Bytes, line.XXH3 = name, w.out.size, w.out.sum()
	return nil
}

// compute runs the chain, when it is its turn.
func (w *worker) compute(ctx context.Context, it Item, line *Line, in io.Reader) error {
	if err := w.turns.Take(ctx); err != nil {
		return err
	}
	defer w.turns.Give()
	sums, err := w.Chain.Run(ctx, it.File, in, &w.out, transform.Options{MaxSize: w.MaxSize})
	if err != nil {
		return err
	}
	if len(sums) > 0 {
		line.Sums = make(map[string]string, len(sums))
	}
	for _, sum := range sums {
		line.Sums[sum.Algorithm] = hex.EncodeToString(sum.Value)
	}
	if h, ok := in.(*hashing); ok { // also what the steps had no use for
		_, err = io.Copy(io.Discard, h)
	}
	return err
}
