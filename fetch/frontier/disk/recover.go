package disk

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// SchemaError is of a folder that a newer program has written.
type SchemaError struct{ Schema int64 }

func (e *SchemaError) Error() string {
	return fmt.Sprintf("schema %d, which is newer than %d: a newer crawl wrote it", e.Schema, schema)
}

// recover brings the frontier to what the journal says, and finds what waits.
func (f *Frontier) recover(ctx context.Context) error {
	version, err := f.meta(schemaKey)
	if err != nil {
		return err
	}
	switch {
	case version > schema:
		return f.fail(&SchemaError{version})
	case version == 0:
		if err := f.fail(f.db.Set(schemaKey, number(schema), pebble.Sync)); err != nil {
			return err
		}
	}
	if f.order, err = f.meta(orderKey); err != nil {
		return err
	}
	if err := f.reconcile(ctx); err != nil {
		return err
	}
	return f.restore(ctx)
}

// meta reads what there is one of; 0 when it is not there.
func (f *Frontier) meta(key []byte) (int64, error) {
	value, closer, err := f.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, f.fail(err)
	}
	v, n := binary.Varint(value)
	if n <= 0 {
		err = errDamaged
	}
	return v, f.fail(errors.Join(err, closer.Close()))
}

// reconcile settles what is recorded.
func (f *Frontier) reconcile(ctx context.Context) error {
	if f.opts.Recorded == nil {
		return nil
	}
	floor, err := f.meta(floorKey)
	if err != nil {
		return err
	}
	b := f.db.NewBatch()
	defer func() { _ = b.Close() }()
	for name, err := range f.opts.Recorded(floor) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = f.recorded(b, name)
		}
		if err != nil {
			return err
		}
		if b.Count() >= 4*applyMost {
			if err := f.commit(b); err != nil {
				return err
			}
			b.Reset()
		}
	}
	if b.Empty() {
		return nil
	}
	return f.commit(b)
}

// recorded settles the URL of that name.
func (f *Frontier) recorded(b *pebble.Batch, name string) error {
	key := appendURLKey(nil, name)
	value, closer, err := f.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return b.Set(key, nil, nil)
	}
	if err != nil {
		return f.fail(err)
	}
	m, known, ok := cutMark(value)
	if err := closer.Close(); err != nil {
		return f.fail(err)
	}
	if !ok {
		return f.fail(errDamaged)
	}
	if !known {
		return nil
	}
	key = appendQueueKey(nil, m.host, m.spot)
	_, closer, err = f.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil
	}
	if err != nil {
		return f.fail(err)
	}
	// Not a SingleDelete: a name may come twice in one batch.
	return errors.Join(f.fail(closer.Close()), b.Delete(key, nil))
}

// restore gives the scheduler all hosts that have something waiting.
func (f *Frontier) restore(ctx context.Context) (err error) {
	it, err := f.db.NewIter(&pebble.IterOptions{LowerBound: []byte{queuePrefix}, UpperBound: []byte{queuePrefix + 1}})
	if err != nil {
		return f.fail(err)
	}
	defer func() {
		if closed := f.fail(it.Close()); err == nil {
			err = closed
		}
	}()
	b := &f.backlog
	b.pushed = f.order
	var q *queue
	flush := func() {
		if q != nil {
			b.queued += q.n
			f.Restore(q.host, q)
		}
	}
	for ok := it.First(); ok; ok = it.Next() {
		host, at, ok := cutQueueKey(it.Key())
		if !ok {
			return f.fail(errDamaged)
		}
		if q == nil || q.host != string(host) {
			if err := ctx.Err(); err != nil {
				return err
			}
			flush()
			q = &queue{backlog: b, host: string(host), rest: at.last()}
		}
		q.n++
	}
	flush()
	return it.Error()
}
