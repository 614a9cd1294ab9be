package journal

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"crawl/files"
)

// Name is the journal's file below the engine's root. The rest of what is needed
// to resume is in the folder State.
const (
	Name  = "manifest.jsonl"
	State = ".crawl"
)

// Sync says when what was written is made durable against power failure.
type Sync string

// The ways to sync.
const (
	SyncGroup Sync = "group" // every Options.Every
	SyncEach  Sync = "each"  // before Append returns; those who wait at once share one sync
	SyncNone  Sync = "none"  // never: when the operating system likes; the next Open verifies more
)

// Options of a Journal. The zero value is good for a crawl.
type Options struct {
	Sync  Sync          // SyncGroup when empty
	Every time.Duration // between two syncs; a second when zero
	Fresh bool          // forget the earlier run: remove its journal and the folder Format.Bodies
	Keep  bool          // with Fresh: leave the bodies, but for halves that a crash left
}

func (o Options) withDefaults() Options {
	if o.Sync == "" {
		o.Sync = SyncGroup
	}
	if o.Every <= 0 {
		o.Every = time.Second // what a crawl may lose, against a sync that costs some 10 ms
	}
	return o
}

// WriteError says that the journal cannot be written any more. It stays: every
// later Append returns it too.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "write " + Name + ": " + e.Err.Error() }
func (e *WriteError) Unwrap() error { return e.Err }

// Journal is open for appending. It is safe for concurrent use.
type Journal[L any] struct {
	eng       files.Engine
	format    *Format[L]
	opt       Options
	log       *files.Log
	unlock    func() error
	recovered Recovery

	first   sync.Mutex  // held while the first line is written
	isEmpty atomic.Bool // until then

	failure atomic.Pointer[WriteError]
	syncing chan struct{} // holds a token while somebody syncs, who may use what follows
	partner Partner       // nil: none
	durable int64         // bytes of the log that survive power failure
	mark    marker        // as on disk

	quit context.CancelFunc // ends the goroutine that syncs
	done sync.WaitGroup
}

// Open locks the journal in the engine's root, repairs what an earlier run left
// when it broke off, and starts syncing. A journal that another process has open
// is a [*files.LockedError], one of a newer program a [*SchemaError], one of another
// kind a [*KindError], and what Open would change though no crawl made it a
// [*ForeignError]. The engine stays the caller's, to be closed after the Journal.
func Open[L any](ctx context.Context, eng files.Engine, f *Format[L], opt Options) (*Journal[L], error) {
	unlock, err := files.Lock(ctx, eng, State+"/lock")
	if err != nil {
		return nil, err
	}
	j := &Journal[L]{eng: eng, format: f, opt: opt.withDefaults(), unlock: unlock, syncing: make(chan struct{}, 1)}
	if err := j.start(ctx); err != nil {
		return nil, errors.Join(err, unlock())
	}
	syncing, quit := context.WithCancel(context.WithoutCancel(ctx))
	j.quit = quit
	j.done.Go(func() { j.syncEvery(syncing) })
	return j, nil
}

func (j *Journal[L]) start(ctx context.Context) error {
	if err := j.admit(ctx); err != nil {
		return err
	}
	if j.opt.Fresh {
		if err := j.forget(ctx); err != nil {
			return err
		}
	}
	state, err := j.recover(ctx)
	if err != nil {
		return err
	}
	// Durable before the first body is written, so that no later crash can find a
	// clean marker beside bodies of this run.
	j.mark = marker{Bytes: state.durable, Since: since(time.Now())}
	if err := writeFirst(ctx, j.eng, j.mark); err != nil {
		return err
	}
	j.log, err = files.OpenLogAt(ctx, j.eng, Name, state.size)
	j.durable = state.durable
	j.isEmpty.Store(state.size == 0)
	return err
}

// Partner is another store, of what must never be behind or ahead of the journal after a
// power failure.
type Partner interface {
	// Flush makes all durable that was written to it.
	Flush(ctx context.Context) error
	// Durable hears that the journal is durable up to a [Journal.Position].
	Durable(ctx context.Context, upto int64) error
}

// Join has p synced before the journal is from now on, and told afterwards, for as long as
// the journal is open. Under SyncNone nothing is synced, and p is told what the operating
// system has: that survives the process.
func (j *Journal[L]) Join(ctx context.Context, p Partner) error {
	select {
	case j.syncing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	j.partner = p
	<-j.syncing
	return nil
}

// Position is how far the journal is written. A record that is appended later stands
// behind it.
func (j *Journal[L]) Position() int64 { return j.log.End() }

// Recovered tells what Open had to repair.
func (j *Journal[L]) Recovered() Recovery { return j.recovered }

// buffers hold lines on their way to the log.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1<<10); return &b }}

// Append writes a line; its Schema is set as needed. Under SyncEach it returns
// when the line is durable, else when it is handed over. An error other than the
// end of ctx is a [*WriteError].
//
// A line that would be longer than a MiB is shortened, as its Format says.
func (j *Journal[L]) Append(ctx context.Context, l *L) error {
	if failure := j.failure.Load(); failure != nil {
		return failure
	}
	if j.isEmpty.Load() {
		return j.appendFirst(ctx, l)
	}
	return j.append(ctx, l, 0)
}

// appendFirst makes sure that the line which carries the schema comes first.
func (j *Journal[L]) appendFirst(ctx context.Context, l *L) error {
	j.first.Lock()
	defer j.first.Unlock()
	if !j.isEmpty.Load() {
		return j.append(ctx, l, 0)
	}
	err := j.append(ctx, l, j.format.Schema)
	if err == nil {
		j.isEmpty.Store(false)
	}
	return err
}

func (j *Journal[L]) append(ctx context.Context, l *L, schema int) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	line := j.format.Append((*buf)[:0], l, schema)
	if len(line) > maxLine {
		line = j.format.Append(nil, j.format.Shorten(l), schema)
	} else {
		*buf = line
	}
	at, err := j.log.Append(ctx, line)
	if err != nil {
		return j.fail(ctx, err)
	}
	if j.opt.Sync == SyncEach {
		return j.sync(ctx, at+int64(len(line)))
	}
	return nil
}

// fail keeps the first failure, unless it is only that ctx has ended.
func (j *Journal[L]) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		return err
	}
	failure := &WriteError{err}
	j.failure.CompareAndSwap(nil, failure)
	return j.failure.Load()
}

// Close makes everything durable, unless under SyncNone, notes that this run
// ended cleanly, and lets go of the lock. It returns the journal's failure if
// there was one; then the next Open repairs. Nothing may be called after it.
func (j *Journal[L]) Close(ctx context.Context) error {
	j.quit()
	j.done.Wait()
	err := j.finish(ctx)
	if closed := j.log.Close(); err == nil {
		err = closed
	}
	return errors.Join(err, j.unlock())
}

func (j *Journal[L]) finish(ctx context.Context) error {
	if failure := j.failure.Load(); failure != nil {
		return failure
	}
	if err := j.log.Flush(ctx); err != nil {
		return j.fail(ctx, err)
	}
	if j.opt.Sync != SyncNone {
		if err := j.sync(ctx, j.log.Size()); err != nil {
			return err
		}
	}
	// Under SyncNone nothing more is durable than at first, and the next Open
	// verifies the rest: the machine may have lost power since.
	if err := write(ctx, j.eng, marker{Bytes: j.durable, Clean: true, Since: j.mark.Since}); err != nil {
		return j.fail(ctx, err)
	}
	return nil
}
