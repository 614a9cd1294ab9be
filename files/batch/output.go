package batch

import (
	"context"
	"encoding/hex"
	"io/fs"

	"crawl/files"

	"github.com/zeebo/xxh3"
)

// output takes what the steps make of a file: a small result is kept in memory until
// it is whole, a larger one goes to a draft piece by piece.
type output struct {
	ctx  context.Context
	run  *run
	name string // "" when nothing is to be kept
	mode fs.FileMode

	data  []byte // not in the draft yet; its memory is used again
	draft files.Draft
	hash  xxh3.Hasher // of what is in the draft
	size  int64
}

// begin makes it ready for a file.
func (o *output) begin(ctx context.Context, r *run, name string, mode fs.FileMode) {
	if o.data == nil {
		o.data = make([]byte, 0, startSize)
	}
	o.ctx, o.run, o.name, o.mode = ctx, r, name, mode
	o.data, o.draft, o.size = o.data[:0], nil, 0
}

// Write implements [io.Writer], for a caller who has a turn to compute.
func (o *output) Write(p []byte) (int, error) {
	o.size += int64(len(p))
	for written := 0; written < len(p); {
		if len(o.data) == cap(o.data) {
			if err := o.run.turns.During(o.flush); err != nil {
				return written, err
			}
		}
		n := min(len(p)-written, cap(o.data)-len(o.data))
		o.data = append(o.data, p[written:written+n]...)
		written += n
	}
	return len(p), nil
}

// flush moves data to the draft, which it begins. What others may do with the input
// they may do with the result, and no more.
func (o *output) flush() error {
	if o.ctx.Err() != nil {
		return context.Cause(o.ctx)
	}
	if o.draft == nil {
		o.hash.Reset()
		draft, err := o.run.Output.Draft(o.ctx, o.name)
		if err != nil {
			return o.fault(err)
		}
		o.draft = draft
		if err := draft.Chmod(o.mode); err != nil {
			return o.fault(err)
		}
	}
	_, _ = o.hash.Write(o.data) // never fails
	_, err := o.draft.Write(o.data)
	o.data = o.data[:0]
	return o.fault(err)
}

// commit gives what was written its name. The caller has given its turn back.
func (o *output) commit() error {
	err := o.flush()
	if err == nil {
		err = o.fault(o.draft.Commit(o.ctx))
	}
	if err != nil {
		o.discard()
	}
	return err
}

// discard drops what was written.
func (o *output) discard() {
	if o.draft != nil {
		_ = o.draft.Discard() // what it can't remove has no name, or one that is swept
		o.draft = nil
	}
}

// sum is of all that was written, after commit.
func (o *output) sum() string {
	sum := o.hash.Sum128().Bytes()
	return hex.EncodeToString(sum[:])
}

func (o *output) fault(err error) error {
	if err == nil || o.ctx.Err() != nil {
		return err
	}
	return &OutputError{Name: o.name, Err: err}
}
