package disk

import (
	"context"
	"errors"
	"iter"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"crawl/fetch/frontier"
)

// Glance is a frontier on disk to look at, as it was left: for those who want to know what
// waits. It changes nothing, and knows not what the journal says of entries that were
// settled lately. It is safe for concurrent use.
type Glance struct {
	f Frontier
}

// Look opens the frontier in folder dir for a Glance. While somebody else has it open that
// is an [*Error].
func Look(dir string) (*Glance, error) { return look(dir, vfs.Default) }

func look(dir string, disk vfs.FS) (*Glance, error) {
	g := &Glance{Frontier{dir: dir, fs: &faultFS{FS: disk}}}
	db, err := pebble.Open(dir, &pebble.Options{FS: g.f.fs, Logger: silent{}, ReadOnly: true})
	if err != nil {
		return nil, &Error{Dir: dir, Err: err}
	}
	g.f.db = db
	return g, nil
}

// Close ends it.
func (g *Glance) Close() error { return g.f.fail(g.f.db.Close()) }

// Find returns what is known of a URL by its name: the entry, if it waits. The verdict is
// Fresh for a URL that was never met.
func (g *Glance) Find(name string) (e frontier.Entry, v frontier.Verdict, err error) {
	value, closer, err := g.f.db.Get(appendURLKey(nil, name))
	if errors.Is(err, pebble.ErrNotFound) {
		return e, frontier.Fresh, nil
	}
	if err != nil {
		return e, 0, g.f.fail(err)
	}
	m, known, ok := cutMark(value)
	switch err := closer.Close(); {
	case err != nil:
		return e, 0, g.f.fail(err)
	case !ok:
		return e, 0, g.f.fail(errDamaged)
	case !known:
		return e, frontier.Done, nil
	}
	value, closer, err = g.f.db.Get(appendQueueKey(nil, m.host, m.spot))
	if errors.Is(err, pebble.ErrNotFound) {
		return e, frontier.Done, nil
	}
	if err != nil {
		return e, 0, g.f.fail(err)
	}
	e, _, ok = frontier.CutEntry(string(value))
	if err := closer.Close(); err != nil || !ok {
		return e, 0, g.f.fail(errors.Join(err, errDamaged))
	}
	e.Host, e.Depth, e.Order = m.host, m.depth, m.order
	return e, frontier.Known, nil
}

// All returns what waits, host by host.
func (g *Glance) All(ctx context.Context) iter.Seq2[frontier.Entry, error] {
	return func(yield func(frontier.Entry, error) bool) {
		it, err := g.f.db.NewIter(&pebble.IterOptions{LowerBound: []byte{queuePrefix}, UpperBound: []byte{queuePrefix + 1}})
		if err != nil {
			yield(frontier.Entry{}, g.f.fail(err))
			return
		}
		defer it.Close()
		for ok := it.First(); ok; ok = it.Next() {
			if err := ctx.Err(); err != nil {
				yield(frontier.Entry{}, err)
				return
			}
			host, at, whole := cutQueueKey(it.Key())
			e, _, ok := frontier.CutEntry(string(it.Value()))
			if !whole || !ok {
				yield(frontier.Entry{}, g.f.fail(errDamaged))
				return
			}
			e.Host, e.Depth, e.Order = string(host), at.depth, at.order
			if !yield(e, nil) {
				return
			}
		}
		if err := it.Error(); err != nil {
			yield(frontier.Entry{}, g.f.fail(err))
		}
	}
}
