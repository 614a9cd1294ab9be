package manifest

import (
	"context"
	"time"
)

// syncEvery syncs and moves the marker for as long as ctx lasts. The obvious way,
// a sync for each line, would cost most of a crawl's speed.
func (m *Manifest) syncEvery(ctx context.Context) {
	tick := time.NewTicker(m.opt.Every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if m.sync(ctx, m.log.Size()) != nil || m.move(ctx) != nil {
				return // every Append says why
			}
		case <-ctx.Done():
			return
		}
	}
}

// sync returns when the first end bytes of the log are durable, and the bodies
// that they name, since those were written before. Who waited for another's sync
// mostly finds that it did for both.
//
// A failed sync is not tried again: the kernel drops what it could not write, and
// the next sync would report a success that is none.
func (m *Manifest) sync(ctx context.Context, end int64) error {
	select {
	case m.syncing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-m.syncing }()
	if failure := m.failure.Load(); failure != nil {
		return failure
	}
	if m.durable >= end {
		return nil
	}
	if err := m.log.Flush(ctx); err != nil {
		return m.fail(ctx, err)
	}
	size := m.log.Size()
	if err := m.eng.Sync(ctx); err != nil {
		return m.fail(ctx, err)
	}
	m.durable = size
	return nil
}

// move moves the marker to what is durable.
func (m *Manifest) move(ctx context.Context) error {
	select {
	case m.syncing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-m.syncing }()
	if m.mark.Bytes == m.durable {
		return nil
	}
	next := m.mark
	next.Bytes = m.durable
	if err := write(ctx, m.eng, next); err != nil {
		return m.fail(ctx, err)
	}
	m.mark = next
	return nil
}
