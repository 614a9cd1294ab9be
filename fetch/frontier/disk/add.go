package disk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cockroachdb/pebble/v2"

	"crawl/fetch/frontier"
)

// Add queues those entries whose URLs are not known yet, behind those of their hosts that
// are no deeper, and tells what became of each. It never waits for room. When it has
// returned, what it added survives the process.
func (f *Frontier) Add(ctx context.Context, entries ...frontier.Entry) ([]frontier.Verdict, error) {
	return f.add(ctx, nil, entries)
}

// Knows reports whether a URL is surely known, without a look at the disk. Of others it
// says nothing.
func (f *Frontier) Knows(url string) bool { return f.recent.has(f.prints.of(f.opts.Key(url))) }

// Move queues to in place of from, which is leased, unless it is known already. Either
// both happen or none: after a crash the one waits or the other. The lease of from is to
// be settled as Moved then, and if to was known as what has a record.
func (f *Frontier) Move(ctx context.Context, from, to frontier.Entry) (frontier.Verdict, error) {
	verdicts, err := f.add(ctx, &from, []frontier.Entry{to})
	if err != nil {
		return 0, err
	}
	return verdicts[0], nil
}

// add is Add; with from, that goes when what is added is Fresh.
func (f *Frontier) add(ctx context.Context, from *frontier.Entry, entries []frontier.Entry) ([]frontier.Verdict, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	verdicts := make([]frontier.Verdict, len(entries))
	round := f.round.Load()
	if err := f.judge(entries, verdicts); err != nil { // what the disk takes for that holds nobody up
		return nil, err
	}
	f.adding.Lock()
	defer f.adding.Unlock()
	if f.closed {
		return nil, frontier.ErrClosed
	}
	if f.round.Load() != round {
		if err := f.judge(entries, verdicts); err != nil {
			return nil, err
		}
	}
	fresh, err := f.write(from, entries, verdicts)
	if err != nil || len(fresh) == 0 {
		return verdicts, err
	}
	return verdicts, f.Push(fresh...)
}

// judge finds the verdicts on those entries that count as Fresh so far.
func (f *Frontier) judge(entries []frontier.Entry, verdicts []frontier.Verdict) error {
	f.reading.RLock() // so that the store stays open
	defer f.reading.RUnlock()
	if f.closed {
		return frontier.ErrClosed
	}
	var key []byte
	for i := range entries {
		e := &entries[i]
		if verdicts[i] != frontier.Fresh {
			continue
		}
		name := f.opts.Key(e.URL)
		print := f.prints.of(name)
		if !e.Listed() && f.recent.has(print) {
			verdicts[i] = frontier.Known
			continue
		}
		if known, sure := f.index.has(print); sure && !(known && e.Listed()) {
			if known {
				verdicts[i] = frontier.Known
				f.recent.put(print)
			}
			continue
		}
		key = appendURLKey(key[:0], name)
		value, closer, err := f.db.Get(key)
		if errors.Is(err, pebble.ErrNotFound) {
			continue
		}
		if err != nil {
			return f.fail(err)
		}
		verdicts[i] = frontier.Known
		f.recent.put(print)
		if e.Listed() {
			verdicts[i], err = f.judgeListed(e, value)
		}
		if err := errors.Join(err, closer.Close()); err != nil {
			return f.fail(err)
		}
	}
	return nil
}

// judgeListed looks closer at a URL that a list names and that is known.
func (f *Frontier) judgeListed(e *frontier.Entry, value []byte) (frontier.Verdict, error) {
	m, known, ok := cutMark(value)
	switch {
	case !ok:
		return 0, errDamaged
	case !known || f.taken.isDone(m.order):
		return frontier.Done, nil
	}
	_, closer, err := f.db.Get(appendQueueKey(nil, m.host, m.spot))
	switch {
	case errors.Is(err, pebble.ErrNotFound):
		return frontier.Done, nil
	case err != nil:
		return 0, err
	case m.line == e.Line && m.input == e.Input:
		return frontier.Again, closer.Close()
	}
	return frontier.Known, closer.Close()
}

// write puts the Fresh ones on disk, in place of from if there is one, and returns them,
// as they are to be pushed.
func (f *Frontier) write(from *frontier.Entry, entries []frontier.Entry, verdicts []frontier.Verdict) (fresh []frontier.Entry, err error) {
	b := f.db.NewBatch()
	defer b.Close()
	var key, value []byte
	order := f.order
	var prints []fingerprint // of the Fresh ones
	met := make(map[fingerprint]bool, len(entries))
	for i := range entries {
		if verdicts[i] != frontier.Fresh {
			continue
		}
		e := entries[i]
		name := f.opts.Key(e.URL)
		print := f.prints.of(name)
		if met[print] {
			verdicts[i] = frontier.Known
			continue
		}
		met[print] = true
		if strings.IndexByte(e.Host, 0) >= 0 || e.Host == "" {
			return nil, fmt.Errorf("add %s: its host is %q", e.URL, e.Host)
		}
		order++
		e.Order, e.Depth = order, max(e.Depth, 0)
		fresh, prints = append(fresh, e), append(prints, print)
		key = appendURLKey(key[:0], name)
		value = appendMark(value[:0], mark{spotOf(&e), e.Input, e.Line, e.Host})
		_ = b.Set(key, value, nil) // which only fails with a batch that was committed
		key = appendQueueKey(key[:0], e.Host, spotOf(&e))
		value = frontier.AppendEntry(value[:0], &e)
		_ = b.Set(key, value, nil)
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	_ = b.Set(orderKey, number(order), nil)
	if from != nil {
		_ = b.SingleDelete(appendQueueKey(key[:0], from.Host, spotOf(from)), nil)
	}
	if err := f.commit(b); err != nil {
		return nil, err
	}
	f.order = order
	for _, print := range prints {
		f.recent.put(print)
	}
	f.index.add(prints)
	f.round.Add(1)
	return fresh, nil
}

// Feed is [schedule.Scheduler.Feed], but drops what is known already. Who has to hear of
// that calls Add himself, if need be from next.
func (f *Frontier) Feed(ctx context.Context, next func(context.Context) (frontier.Entry, error)) error {
	return f.FeedTo(ctx, next, func(e frontier.Entry) error {
		_, err := f.Add(ctx, e)
		return err
	})
}
