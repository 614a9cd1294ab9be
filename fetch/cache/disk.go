package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"crawl/fetch/cache/checked"
	"crawl/files"
)

// DefaultDisk is how much a [Disk] holds when nothing else is said: 1 GiB.
const DefaultDisk = 1 << 30

// The folders and files of a Disk.
const (
	entriesFolder = "entries" // one file a URL: the answers without their bodies
	bodiesFolder  = "bodies"  // by their SHA-256
	tempFolder    = "tmp"     // bodies on their way in
	orderFile     = "order"   // of use, as of the last Close
	lockFile      = "lock"
)

// Disk is a Store in a folder, for one process at a time. It outlives crashes:
// entries are written whole or not at all, and a body is read against its
// SHA-256 before it is used. It needs some 300 bytes of memory a URL.
type Disk struct {
	eng     files.Engine
	unlock  func() error
	maxBody int64
	drafts  atomic.Int64 // number of the last temporary file

	rows [64]sync.Mutex // by URL: from reading an entry to writing it anew

	mu    sync.Mutex // guards books
	books *ledger    // its keys are names of entries
}

var _ Store = (*Disk)(nil)

// OpenDisk opens the cache in the engine's root, which holds nothing else. The
// cache takes at most limit bytes, from which the least recently used goes first; 0
// means [DefaultDisk]. A body over an eighth of it is not stored. What a crash left
// torn is removed. A folder in use is a [*files.LockedError]. The engine stays the
// caller's, to be closed after the Disk.
func OpenDisk(ctx context.Context, eng files.Engine, limit int64) (*Disk, error) {
	if limit <= 0 {
		limit = DefaultDisk
	}
	unlock, err := files.Lock(ctx, eng, lockFile)
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	d := &Disk{eng: eng, unlock: unlock, maxBody: share(limit), books: newLedger(limit)}
	if err := d.recover(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open cache: %w", err), unlock())
	}
	return d, nil
}

// Close notes in which order things were used, for the next time, and lets go of
// the folder. Nothing may be called after it.
func (d *Disk) Close(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Join(d.writeOrder(ctx), d.unlock())
}

// entryPath is where the answers of a URL are.
func entryPath(url string) string {
	sum := sha256.Sum256([]byte(url))
	name := hex.EncodeToString(sum[:])
	return entriesFolder + "/" + name[:2] + "/" + name
}

func bodyPath(sum string) string { return bodiesFolder + "/" + sum[:2] + "/" + sum }

// row is the mutex of an entry.
func (d *Disk) row(path string) *sync.Mutex {
	n, _ := strconv.ParseUint(path[len(entriesFolder)+1:][:2], 16, 8)
	return &d.rows[n%uint64(len(d.rows))]
}

// Load implements [Store].
func (d *Disk) Load(ctx context.Context, url string) ([]Answer, error) {
	path := entryPath(url)
	d.mu.Lock()
	d.books.touch(path)
	d.mu.Unlock()
	return d.read(ctx, path, url)
}

// read returns the answers in the entry of a URL, if there is one.
func (d *Disk) read(ctx context.Context, path, url string) ([]Answer, error) {
	stored, answers, _, err := d.readEntry(ctx, path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errTorn) || err == nil && stored != url {
		return nil, nil
	}
	return answers, err
}

// readEntry reads the file of an entry, which takes so many bytes with its bodies.
func (d *Disk) readEntry(ctx context.Context, path string) (url string, answers []Answer, bytes int64, err error) {
	info, err := d.eng.Stat(ctx, path)
	if err != nil {
		return "", nil, 0, err
	}
	if info.Size() > maxEntry || !info.Mode().IsRegular() {
		return "", nil, 0, errTorn
	}
	data, err := d.eng.ReadFile(ctx, path)
	if err != nil {
		return "", nil, 0, err
	}
	url, answers, err = decode(data)
	return url, answers, size(data, answers), err
}

// Open implements [Store].
func (d *Disk) Open(ctx context.Context, a Answer) (io.ReadCloser, error) {
	if !isSum(a.SHA256) {
		return nil, fmt.Errorf("cached body %.70q: %w", a.SHA256, fs.ErrInvalid)
	}
	return checked.Open(ctx, d.eng, bodyPath(a.SHA256), a.Bytes, a.SHA256)
}

// Update implements [Store].
func (d *Disk) Update(ctx context.Context, url string, change func([]Answer) []Answer) error {
	path := entryPath(url)
	row := d.row(path)
	row.Lock()
	defer row.Unlock()
	before, err := d.read(ctx, path, url)
	if err != nil {
		return err
	}
	after := change(before)
	if len(after) == 0 {
		if len(before) == 0 {
			return nil
		}
		return d.account(ctx, path, 0, nil)
	}
	data, err := encode(url, after)
	if err == nil {
		err = d.eng.WriteFile(ctx, path, data)
	}
	if err != nil {
		return err
	}
	return d.account(ctx, path, size(data, after), after)
}

// size is what an entry takes, with its bodies.
func size(data []byte, answers []Answer) int64 {
	sum := int64(len(data))
	for _, a := range answers {
		sum += a.Bytes
	}
	return sum
}

// account notes what an entry has now, and removes what that leaves no room for.
func (d *Disk) account(ctx context.Context, path string, bytes int64, answers []Answer) error {
	d.mu.Lock()
	out := d.books.set(path, bytes, bodies(answers))
	d.mu.Unlock()
	var errs error
	for _, entry := range out.keys { // before the bodies that they name
		errs = errors.Join(errs, d.remove(ctx, entry))
	}
	for _, sum := range out.bodies {
		errs = errors.Join(errs, d.remove(ctx, bodyPath(sum)))
	}
	return errs
}

func (d *Disk) remove(ctx context.Context, path string) error {
	if err := d.eng.Remove(ctx, path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Create implements [Store].
func (d *Disk) Create(ctx context.Context) (Draft, error) {
	temp := tempFolder + "/" + strconv.FormatInt(d.drafts.Add(1), 10)
	file, err := d.eng.Open(ctx, temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return nil, err
	}
	return &diskDraft{disk: d, temp: temp, file: file, hash: sha256.New()}, nil
}

type diskDraft struct {
	disk *Disk
	temp string
	file files.File
	hash hash.Hash
	n    int64
}

func (d *diskDraft) Write(p []byte) (int, error) {
	if d.n+int64(len(p)) > d.disk.maxBody {
		return 0, ErrTooLarge
	}
	n, err := d.file.Write(p)
	d.hash.Write(p[:n])
	d.n += int64(n)
	return n, err
}

func (d *diskDraft) Commit(ctx context.Context, url string, a Answer) error {
	a.Bytes, a.SHA256 = d.n, hex.EncodeToString(d.hash.Sum(nil))
	err := d.file.Close()
	if err == nil {
		err = d.disk.eng.Rename(ctx, d.temp, bodyPath(a.SHA256))
	}
	if err != nil {
		d.discard()
		return err
	}
	return d.disk.Update(ctx, url, func(answers []Answer) []Answer { return added(answers, a) })
}

func (d *diskDraft) Abort() {
	_ = d.file.Close() // it goes
	d.discard()
}

// discard removes the temporary file; what stays the next OpenDisk removes.
func (d *diskDraft) discard() { _ = d.disk.eng.Remove(context.Background(), d.temp) }
