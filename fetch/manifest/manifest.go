// Package manifest keeps the journal of a crawl: DIR/manifest.jsonl, one JSON
// [Line] for each URL with its final outcome. It is the only truth about what is
// done; a body counts because a line names it.
//
// [Open] a folder, read with [Lines] what an earlier run recorded there, then
// [Manifest.Append] a line for each URL whose body is stored, and [Manifest.Close]
// at the end. Any process may [Read] or [Verify] a folder at any time.
//
// # What survives
//
// After the death of the process, kill -9 included, whatever Append handed to the
// operating system. After a power failure, whatever was synced: about every second
// the whole file system is, and then a marker in DIR/.crawl says up to which byte
// the manifest, and so every body that it names, is durable. Open trusts the lines
// behind the marker only as far as the bodies have the size and the hash that they
// say, cuts off a torn last line and removes bodies that no line names.
//
// The package knows neither how a URL is fetched nor how a body gets its name.
package manifest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"crawl/files"
)

// Name is the manifest's file below the engine's root. The rest of what is needed
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

// Options of a Manifest. The zero value is good for a crawl.
type Options struct {
	Sync  Sync          // SyncGroup when empty
	Every time.Duration // between two syncs; a second when zero
	Fresh bool          // forget the earlier run: remove its manifest and its bodies
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

// WriteError says that the manifest cannot be written any more. It stays: every
// later Append returns it too.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "write " + Name + ": " + e.Err.Error() }
func (e *WriteError) Unwrap() error { return e.Err }

// Manifest is open for appending. It is safe for concurrent use.
type Manifest struct {
	eng       files.Engine
	opt       Options
	log       *files.Log
	unlock    func() error
	recovered Recovery

	first   sync.Mutex  // held while the first line is written
	isEmpty atomic.Bool // until then

	failure atomic.Pointer[WriteError]
	syncing chan struct{} // holds a token while somebody syncs, who may use what follows
	durable int64         // bytes of the log that survive power failure
	mark    marker        // as on disk

	quit context.CancelFunc // ends the goroutine that syncs
	done sync.WaitGroup
}

// Open locks the manifest in the engine's root, repairs what an earlier run left
// when it broke off, and starts syncing. A manifest that another process has open
// is a [*files.LockedError], one of a newer program a [*SchemaError], and a folder
// that Options.Fresh would remove though no crawl made it a [*ForeignError]. The
// engine stays the caller's, to be closed after the Manifest.
func Open(ctx context.Context, eng files.Engine, opt Options) (_ *Manifest, err error) {
	unlock, err := files.Lock(ctx, eng, State+"/lock")
	if err != nil {
		return nil, err
	}
	m := &Manifest{eng: eng, opt: opt.withDefaults(), unlock: unlock, syncing: make(chan struct{}, 1)}
	if err := m.start(ctx); err != nil {
		return nil, errors.Join(err, unlock())
	}
	syncing, quit := context.WithCancel(context.WithoutCancel(ctx))
	m.quit = quit
	if m.opt.Sync != SyncNone {
		m.done.Go(func() { m.syncEvery(syncing) })
	}
	return m, nil
}

func (m *Manifest) start(ctx context.Context) error {
	if m.opt.Fresh {
		if err := m.forget(ctx); err != nil {
			return err
		}
	}
	if err := checkSchema(ctx, m.eng); err != nil {
		return err
	}
	state, err := m.recover(ctx)
	if err != nil {
		return err
	}
	// Durable before the first body is written, so that no later crash can find a
	// clean marker beside bodies of this run.
	m.mark = marker{Bytes: state.durable, Since: since(time.Now())}
	if err := writeFirst(ctx, m.eng, m.mark); err != nil {
		return err
	}
	m.log, err = files.OpenLogAt(ctx, m.eng, Name, state.size)
	m.durable = state.durable
	m.isEmpty.Store(state.size == 0)
	return err
}

// Recovered tells what Open had to repair.
func (m *Manifest) Recovered() Recovery { return m.recovered }

// buffers hold lines on their way to the log.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1<<10); return &b }}

// Append writes a line; its Schema is set as needed. Under SyncEach it returns
// when the line is durable, else when it is handed over. An error other than the
// end of ctx is a [*WriteError].
//
// A line that would be longer than a MiB loses its redirects and the ends of its
// texts.
func (m *Manifest) Append(ctx context.Context, l *Line) error {
	if failure := m.failure.Load(); failure != nil {
		return failure
	}
	if m.isEmpty.Load() {
		return m.appendFirst(ctx, l)
	}
	return m.append(ctx, l, 0)
}

// appendFirst makes sure that the line which carries the schema comes first.
func (m *Manifest) appendFirst(ctx context.Context, l *Line) error {
	m.first.Lock()
	defer m.first.Unlock()
	if !m.isEmpty.Load() {
		return m.append(ctx, l, 0)
	}
	err := m.append(ctx, l, Schema)
	if err == nil {
		m.isEmpty.Store(false)
	}
	return err
}

func (m *Manifest) append(ctx context.Context, l *Line, schema int) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	line := appendLine((*buf)[:0], l, schema)
	if len(line) > maxLine {
		line = appendLine(nil, shorten(l), schema)
	} else {
		*buf = line
	}
	at, err := m.log.Append(ctx, line)
	if err != nil {
		return m.fail(ctx, err)
	}
	if m.opt.Sync == SyncEach {
		return m.sync(ctx, at+int64(len(line)))
	}
	return nil
}

// fail keeps the first failure, unless it is only that ctx has ended.
func (m *Manifest) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		return err
	}
	failure := &WriteError{err}
	m.failure.CompareAndSwap(nil, failure)
	return m.failure.Load()
}

// Close makes everything durable, unless under SyncNone, notes that this run
// ended cleanly, and lets go of the lock. It returns the manifest's failure if
// there was one; then the next Open repairs. Nothing may be called after it.
func (m *Manifest) Close(ctx context.Context) error {
	m.quit()
	m.done.Wait()
	err := m.finish(ctx)
	if closed := m.log.Close(); err == nil {
		err = closed
	}
	return errors.Join(err, m.unlock())
}

func (m *Manifest) finish(ctx context.Context) error {
	if failure := m.failure.Load(); failure != nil {
		return failure
	}
	if err := m.log.Flush(ctx); err != nil {
		return m.fail(ctx, err)
	}
	if m.opt.Sync != SyncNone {
		if err := m.sync(ctx, m.log.Size()); err != nil {
			return err
		}
	}
	// Under SyncNone nothing more is durable than at first, and the next Open
	// verifies the rest: the machine may have lost power since.
	if err := write(ctx, m.eng, marker{Bytes: m.durable, Clean: true, Since: m.mark.Since}); err != nil {
		return m.fail(ctx, err)
	}
	return nil
}
