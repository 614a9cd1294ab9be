package disk

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// index tells whether a name is known, by its fingerprint, with one read of a page of a
// file, which mostly is in the operating system's memory: far less than the store takes to
// find it out, and no more when there are many. It is made anew each time that the frontier
// is opened, from the store, which stays the truth; a file that can't be made, written or
// read makes it useless, and no more. It is safe for concurrent use.
//
// It hashes extendibly (Fagin, Nievergelt, Pippenger, Strong: Extendible Hashing, 1979):
// its directory says which page has the fingerprints that begin with some bits. A page
// that is full is split by the next bit. So pages are seven tenths full on average, and
// the directory takes about a tenth of a byte for each name.
type index struct {
	file   vfs.File    // nil if it could not be made
	whole  atomic.Bool // it has all names that are known
	broken atomic.Bool // its file fails, or is about to be closed

	mu        sync.RWMutex // guards what follows, and the file
	depth     uint         // bits of a fingerprint that the directory goes by
	directory []place      // by those bits
	pages     uint32       // in the file
}

// place is where the fingerprints that begin with the same depth bits are.
type place struct {
	page  uint32
	depth uint8
}

const (
	indexFile  = "known.tmp" // in the frontier's folder
	indexFill  = 1 << 18     // names that are added at once to begin with: the pages of many are met twice
	pagePrints = 256         // in a page
	printBytes = 16
	mostDepth  = 28
)

// leaf is a page as it is in the file: fingerprints, and zeros behind them.
type leaf [pagePrints * printBytes]byte

var leaves = sync.Pool{New: func() any { return new(leaf) }}

func (p *leaf) at(i int) fingerprint {
	b := p[i*printBytes:]
	return fingerprint{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
}

func (p *leaf) set(i int, print fingerprint) {
	b := p[i*printBytes:]
	binary.LittleEndian.PutUint64(b, print.high)
	binary.LittleEndian.PutUint64(b[8:], print.low)
}

// find is where a fingerprint is, or else where it belongs; pagePrints if the page is full.
func (p *leaf) find(print fingerprint) (i int, found bool) {
	for i := range pagePrints {
		switch p.at(i) {
		case print:
			return i, true
		case fingerprint{}:
			return i, false
		}
	}
	return pagePrints, false
}

// openIndex makes an empty one. Its file goes with the process, kill -9 included, where the
// system lets go of the name of what is open.
func openIndex(disk vfs.FS, path string) *index {
	x := &index{directory: []place{{}}, pages: 1}
	file, err := disk.OpenReadWrite(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		x.broken.Store(true)
		return x
	}
	_ = disk.Remove(path) // or else close does it
	x.file = file
	x.write(0, new(leaf))
	return x
}

// has reports whether a name is known, and whether that is sure.
func (x *index) has(print fingerprint) (known, sure bool) {
	p := leaves.Get().(*leaf)
	defer leaves.Put(p)
	whole := x.whole.Load() // or else it may become so between the read and the answer
	x.mu.RLock()
	ok := x.read(x.place(print).page, p)
	x.mu.RUnlock()
	if !ok {
		return false, false
	}
	_, known = p.find(print)
	return known, known || whole
}

// add adds names that are known from now on. It sorts them.
func (x *index) add(prints []fingerprint) {
	slices.SortFunc(prints, func(a, b fingerprint) int { return cmp.Compare(a.high, b.high) })
	p := leaves.Get().(*leaf)
	defer leaves.Put(p)
	for len(prints) > 0 && !x.broken.Load() {
		prints = prints[x.addSome(prints, p):]
	}
}

// addSome adds the first of prints, and those that go to the same page, and says how many.
// For 0 it has split the page.
func (x *index) addSome(prints []fingerprint, p *leaf) (n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	at := x.place(prints[0])
	if !x.read(at.page, p) {
		return len(prints)
	}
	added := false
	for n < len(prints) && x.place(prints[n]) == at {
		i, found := p.find(prints[n])
		if i == pagePrints {
			break
		}
		if !found {
			p.set(i, prints[n])
			added = true
		}
		n++
	}
	if added {
		x.write(at.page, p)
	}
	if n == 0 {
		x.split(at, prints[0], p)
	}
	return n
}

// place is that of a fingerprint.
func (x *index) place(print fingerprint) place { return x.directory[print.first(x.depth)] }

// split divides a page that is full, and has print's place.
func (x *index) split(at place, print fingerprint, p *leaf) {
	if uint(at.depth) == x.depth {
		if x.depth == mostDepth {
			x.broken.Store(true) // which happens to no hash that is one
			return
		}
		doubled := make([]place, 0, 2*len(x.directory))
		for _, d := range x.directory {
			doubled = append(doubled, d, d)
		}
		x.directory, x.depth = doubled, x.depth+1
	}
	depth := at.depth + 1
	var halves [2]leaf
	var n [2]int
	for i := range pagePrints {
		side := p.at(i).first(uint(depth)) & 1
		halves[side].set(n[side], p.at(i))
		n[side]++
	}
	x.write(at.page, &halves[0])
	x.write(x.pages, &halves[1])
	spread := uint64(1) << (x.depth - uint(depth)) // places of each half in the directory
	first := print.first(uint(at.depth)) * 2 * spread
	for i := range spread {
		x.directory[first+i] = place{at.page, depth}
		x.directory[first+spread+i] = place{x.pages, depth}
	}
	x.pages++
}

func (x *index) read(n uint32, p *leaf) bool {
	if x.broken.Load() {
		return false
	}
	if _, err := x.file.ReadAt(p[:], int64(n)*int64(len(p))); err != nil {
		x.broken.Store(true)
		return false
	}
	return true
}

func (x *index) write(n uint32, p *leaf) {
	if _, err := x.file.WriteAt(p[:], int64(n)*int64(len(p))); err != nil {
		x.broken.Store(true)
	}
}

// fill adds the names that it finds.
func (x *index) fill(of *fingerprinter, it *pebble.Iterator) {
	defer it.Close() // it only reads, and what it can't read Get will tell
	prints := make([]fingerprint, 0, indexFill)
	for ok := it.First(); ok && !x.broken.Load(); ok = it.Next() {
		prints = append(prints, of.bytes(it.Key()[len("u"):]))
		if len(prints) == cap(prints) {
			x.add(prints)
			prints = prints[:0]
		}
	}
	x.add(prints)
	if it.Error() == nil && !x.broken.Load() {
		x.whole.Store(true)
	}
}

// close removes the file, once nobody asks or adds any more.
func (x *index) close(disk vfs.FS, path string) {
	if x.file == nil {
		return
	}
	_ = x.file.Close() // nobody needs what is in it
	_ = disk.Remove(path)
}

// reindex begins an index of all that is known, which is added beside what follows; until
// then names that it has not are looked up.
func (f *Frontier) reindex() error {
	it, err := f.db.NewIter(&pebble.IterOptions{LowerBound: []byte{urlPrefix}, UpperBound: []byte{urlPrefix + 1}})
	if err != nil {
		return f.fail(err)
	}
	x := openIndex(f.fs.FS, f.indexPath())
	f.index = x
	if f.order == 0 && !it.First() && it.Error() == nil { // as most begin
		x.whole.Store(true)
		_ = it.Close()
		return nil
	}
	f.filling.Go(func() { x.fill(&f.prints, it) })
	return nil
}

// endIndex ends it, and the filling of it.
func (f *Frontier) endIndex() {
	f.index.broken.Store(true)
	f.filling.Wait()
	f.index.close(f.fs.FS, f.indexPath())
}

func (f *Frontier) indexPath() string { return f.fs.PathJoin(f.dir, indexFile) }
