// Package disk is the frontier of a crawl that follows links. It knows every URL that
// was ever added, exactly, and keeps those that wait on disk, so that its memory does
// not grow with either; only hosts that have something waiting are in memory, at some
// 400 bytes each. Its scheduling, and so its politeness, is that of
// [crawl/fetch/frontier/schedule].
//
// Open a folder with [Open], [Frontier.Add] what was listed and the links of each page,
// and let each worker loop: Next, fetch, Settle. The crawl's journal, and not this
// folder, is the truth about what is done. So for each URL: store its body, add its
// links, record it, and settle it last.
//
// # What survives
//
// After the death of the process, kill -9 included, all that Add has returned from. What
// was leased waits again; [Options.Recorded] tells which of that is recorded already.
// Settled entries leave the disk only once [Frontier.Durable] says that their records
// would survive a power failure, so the folder never knows more than the journal. It
// lacks no links of a recorded page either, if what Add wrote is synced before the record
// counts: with the whole file system, or by [Frontier.Flush].
//
// A fault of the disk ends all use of the frontier: the folder stays as it was at the
// first write that failed, every call tells of that one, and Open goes on from there.
//
// Whether a URL is known is for the store to say. An index beside it, by fingerprints of
// 128 bits, spares the question once it is whole: at once in a new folder, in another when
// all names have been read. While the frontier is open it takes some 25 bytes a URL on disk.
//
// The store is Pebble (github.com/cockroachdb/pebble): of five embedded ones it took by
// far the most insertions a second and the least memory, and survived every crash.
package disk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// Options say how politely, with how much memory, and what the journal knows. The zero
// value works.
type Options struct {
	schedule.Options
	Window int // entries kept in memory, at some 300 bytes each; 0 means 131,072
	Cache  int // bytes of the store that are kept in memory; 0 means 96 MiB
	Files  int // that may be open at a time, about; 0 means 256, and less than 64 are not enough

	// Key gives the name by which the journal knows a URL, and by which it is told from
	// others; nil: the URL itself. It must always give the same.
	Key func(url string) string

	// Position tells how far the journal is written, in whatever counts up: a record that
	// is appended later stands behind it. It is called with locks held, so it must not
	// wait for anything. With it Durable must be called from time to time. nil: there is
	// no journal; what is settled counts as done at once.
	Position func() int64

	// Recorded gives the names of the journal's records that stand at or behind a
	// position, and perhaps earlier ones. Open settles them, and knows those that it does
	// not know yet. nil: there is no journal.
	Recorded func(from int64) iter.Seq2[string, error]

	disk vfs.FS // a test's; nil: the real one
}

func (o Options) withDefaults() Options {
	if o.Window <= 0 {
		o.Window = 1 << 17
	}
	if o.Cache <= 0 {
		o.Cache = 96 << 20
	}
	if o.Files <= 0 {
		o.Files = 256
	}
	if o.Key == nil {
		o.Key = func(url string) string { return url }
	}
	return o
}

// Error is a fault of the store, of which the first stays.
type Error struct {
	Dir string
	Err error
}

func (e *Error) Error() string { return "frontier " + e.Dir + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// errDamaged is what is wrong with a folder that somebody else wrote to.
var errDamaged = errors.New("its data is damaged")

// Frontier schedules what is on disk. It is safe for concurrent use.
type Frontier struct {
	*schedule.Scheduler
	dir  string
	opts Options
	fs   *faultFS
	db   *pebble.DB

	backlog backlog
	taken   taken
	prints  fingerprinter
	recent  *recent
	index   *index

	filling sync.WaitGroup // the goroutine that makes the index whole

	adding sync.Mutex   // guards order, and closed for Add
	order  int64        // of the last entry
	round  atomic.Int64 // counts calls of Add that have written

	applying sync.Mutex   // guards settled, and closed for what takes entries off the disk
	settled  []settled    // in the order of Settle, not off the disk yet
	reading  sync.RWMutex // held while entries are read from the disk, which taken must fit
	closed   bool         // guarded by all three
}

// Open opens the frontier in folder dir, and makes it when there is none. An error is an
// [*Error], ctx's, or one that Recorded gave. One process may have it open at a time.
func Open(ctx context.Context, dir string, opts Options) (*Frontier, error) {
	opts = opts.withDefaults()
	f := &Frontier{dir: dir, opts: opts, fs: &faultFS{FS: vfs.Default}, prints: newFingerprinter(), recent: newRecent()}
	if opts.disk != nil {
		f.fs.FS = opts.disk
	}
	f.taken.since = make(map[int64]int64)
	f.backlog = backlog{f: f}
	f.Scheduler = schedule.New(opts.Options, &f.backlog)
	if err := f.openStore(); err != nil {
		return nil, f.fail(err)
	}
	if err := f.recover(ctx); err != nil {
		return nil, errors.Join(err, f.db.Close())
	}
	if err := f.reindex(); err != nil {
		return nil, errors.Join(err, f.db.Close())
	}
	return f, nil
}

// openStore opens the store itself. The folder is nobody else's business: a URL may hold
// a password.
func (f *Frontier) openStore() error {
	if err := f.fs.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	_ = f.fs.FS.Remove(f.indexPath()) // of a process that was killed, which may be what fills the disk
	filter := bloom.FilterPolicy(10)
	opts := &pebble.Options{
		FS:                          f.fs,
		Logger:                      silent{},
		EventListener:               &pebble.EventListener{DataCorruption: func(pebble.DataCorruptionInfo) {}}, // the call that meets it tells
		FormatMajorVersion:          pebble.FormatNewest,
		CacheSize:                   int64(f.opts.Cache),
		MemTableSize:                32 << 20,
		MemTableStopWritesThreshold: 3,
		L0CompactionThreshold:       4,
		MaxOpenFiles:                f.opts.Files,
	}
	opts.TargetFileSizes[0] = 8 << 20
	for i := range opts.Levels {
		opts.Levels[i].FilterPolicy = filter
		opts.Levels[i].BlockSize = 4 << 10
		opts.Levels[i].IndexBlockSize = 256 << 10 // one level: what tells where a URL is stays in the cache, if little else does
	}
	opts.Levels[len(opts.Levels)-1].FilterPolicy = pebble.NoFilterPolicy // which Get never asks there
	if f.opts.disk != nil {                                              // its ticker would keep the clock of a bubble busy
		opts.Experimental.CompactionScheduler = pebble.NewConcurrencyLimitSchedulerWithNoPeriodicGrantingForTest()
	}
	db, err := pebble.Open(f.dir, opts)
	if err != nil {
		return err
	}
	if err := f.fs.fault(); err != nil {
		return errors.Join(err, db.Close())
	}
	f.db = db
	return nil
}

// Stats costs a few loads under the lock.
func (f *Frontier) Stats() frontier.Stats { return f.Scheduler.Stats() }

// Added returns how many entries were ever queued in the folder.
func (f *Frontier) Added() int64 {
	f.adding.Lock()
	defer f.adding.Unlock()
	return f.order
}

// Flush makes all that was added survive a power failure. Who syncs the whole file system
// needs it not.
func (f *Frontier) Flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.applying.Lock()
	defer f.applying.Unlock()
	if f.closed {
		return frontier.ErrClosed
	}
	f.fs.syncLogs.Store(true)
	defer f.fs.syncLogs.Store(false)
	return f.fail(f.db.LogData(nil, pebble.Sync))
}

// Close ends all waits with [frontier.ErrClosed] and closes the store. Leases may still
// be settled after it, which the next Open hears of from the journal only.
func (f *Frontier) Close() error {
	if !f.Scheduler.Close() {
		return nil
	}
	var err error
	if f.opts.Position == nil {
		err = f.Durable(context.Background(), math.MaxInt64)
	}
	f.adding.Lock()
	defer f.adding.Unlock()
	f.applying.Lock()
	defer f.applying.Unlock()
	f.reading.Lock()
	defer f.reading.Unlock()
	f.closed = true
	f.endIndex()
	if closed := f.fail(f.db.Close()); err == nil {
		err = closed
	}
	return err
}

// fail says what is wrong with the store, if anything is: the fault that came first, of
// which err may only be a consequence.
func (f *Frontier) fail(err error) error {
	if fault := f.fs.fault(); fault != nil {
		err = fault
	}
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	return &Error{Dir: f.dir, Err: err}
}

// commit writes a batch so that it survives the process.
func (f *Frontier) commit(b *pebble.Batch) error {
	if err := f.fs.fault(); err != nil {
		return f.fail(err)
	}
	return f.fail(b.Commit(pebble.Sync))
}

// silent keeps the store from writing to the terminal. What it calls fatal is a write
// that failed, which faultFS hides from it.
type silent struct{}

func (silent) Infof(string, ...any)  {}
func (silent) Errorf(string, ...any) {}
func (silent) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf("frontier store: "+format, args...))
}
