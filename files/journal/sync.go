package journal

import (
	"context"
	"time"
)

// syncEvery syncs and moves the marker for as long as ctx lasts. The obvious way,
// a sync for each line, would cost most of a crawl's speed.
func (j *Journal[L]) syncEvery(ctx context.Context) {
	tick := time.NewTicker(j.opt.Every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if j.keepUp(ctx) != nil {
				return // every Append says why
			}
		case <-ctx.Done():
			return
		}
	}
}

// keepUp does what there is to do every so often.
func (j *Journal[L]) keepUp(ctx context.Context) error {
	if j.opt.Sync == SyncNone {
		return j.handOver(ctx)
	}
	if err := j.sync(ctx, j.log.Size()); err != nil {
		return err
	}
	return j.move(ctx)
}

// handOver tells the partner what the operating system has.
func (j *Journal[L]) handOver(ctx context.Context) error {
	select {
	case j.syncing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-j.syncing }()
	if j.partner == nil {
		return nil
	}
	if err := j.log.Flush(ctx); err != nil {
		return j.fail(ctx, err)
	}
	if err := j.partner.Durable(ctx, j.log.Size()); err != nil {
		return j.fail(ctx, err)
	}
	return nil
}

// sync returns when the first end bytes of the log are durable, and the bodies
// that they name, since those were written before. Who waited for another's sync
// mostly finds that it did for both.
//
// A failed sync is not tried again: the kernel drops what it could not write, and
// the next sync would report a success that is none.
func (j *Journal[L]) sync(ctx context.Context, end int64) error {
	select {
	case j.syncing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-j.syncing }()
	if failure := j.failure.Load(); failure != nil {
		return failure
	}
	if j.durable >= end {
		return nil
	}
	if err := j.log.Flush(ctx); err != nil {
		return j.fail(ctx, err)
	}
	size := j.log.Size()
	if j.partner != nil { // has what the records up to there came with
		if err := j.partner.Flush(ctx); err != nil {
			return j.fail(ctx, err)
		}
	}
	if err := j.eng.Sync(ctx); err != nil {
		return j.fail(ctx, err)
	}
	j.durable = size
	if j.partner != nil {
		if err := j.partner.Durable(ctx, size); err != nil {
			return j.fail(ctx, err)
		}
	}
	return nil
}

// move moves the marker to what is durable.
func (j *Journal[L]) move(ctx context.Context) error {
	select {
	case j.syncing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-j.syncing }()
	if j.mark.Bytes == j.durable {
		return nil
	}
	next := j.mark
	next.Bytes = j.durable
	if err := write(ctx, j.eng, next); err != nil {
		return j.fail(ctx, err)
	}
	j.mark = next
	return nil
}
