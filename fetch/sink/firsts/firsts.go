// Package firsts knows which body was the first of those that are equal, so that a sink
// can store it once.
//
// Make a [Table] with [New], tell it with [Table.Add] what was stored under a digest, and
// ask with [Table.Find] before storing more. What it is told goes to a file without a
// name, and only where it stands there is kept in memory: some 20 to 40 bytes a body,
// whatever the digest. Equal are bodies of equal digests; two that have only their hash
// in common, one pair in 10^19, are told apart.
package firsts

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"
	"sync"

	"crawl/files"
	"crawl/files/temp"
)

// Table has a note for each digest. It is safe for concurrent use.
type Table struct {
	eng  files.Engine
	seed maphash.Seed

	mu   sync.RWMutex     // guards what follows
	at   map[uint64]int64 // where the entry of a digest begins, by its hash
	file files.File       // of entries; nil until there is one
	end  int64            // of the file
	tail []byte           // entries that are to go there
}

// folder is where every start of a crawl removes what it finds.
const folder = ".crawl/tmp"

// flushAt is how much waits in memory for the file.
const flushAt = 64 << 10

// New returns an empty Table, which keeps its file below the engine's root. The engine
// stays the caller's, to be closed after the Table.
func New(eng files.Engine) *Table {
	return &Table{eng: eng, seed: maphash.MakeSeed(), at: map[uint64]int64{}}
}

// Len returns how many digests there are notes for.
func (t *Table) Len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.at)
}

// Add notes what was stored first under a digest. What was noted before it stays, unless
// it is said to replace that.
func (t *Table) Add(ctx context.Context, digest []byte, note string, replace bool) error {
	key := maphash.Bytes(t.seed, digest)
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.at[key]; known && !replace {
		return nil
	}
	at := t.end + int64(len(t.tail))
	t.tail = binary.AppendUvarint(t.tail, uint64(len(digest)))
	t.tail = append(t.tail, digest...)
	t.tail = binary.AppendUvarint(t.tail, uint64(len(note)))
	t.tail = append(t.tail, note...)
	t.at[key] = at
	if len(t.tail) < flushAt {
		return nil
	}
	return t.flush(ctx)
}

// flush moves the tail to the file. The caller holds mu.
func (t *Table) flush(ctx context.Context) error {
	if t.file == nil {
		file, err := temp.File(ctx, t.eng, temp.Options{Dir: folder})
		if err != nil {
			return err
		}
		t.file = file
	}
	if _, err := t.file.WriteAt(t.tail, t.end); err != nil {
		return err
	}
	t.end += int64(len(t.tail))
	t.tail = t.tail[:0]
	return nil
}

// Find returns the note of a digest, if there is one.
func (t *Table) Find(digest []byte) (note string, found bool, err error) {
	key := maphash.Bytes(t.seed, digest)
	t.mu.RLock()
	defer t.mu.RUnlock()
	at, known := t.at[key]
	if !known {
		return "", false, nil
	}
	var entry io.Reader
	if at >= t.end {
		entry = bytes.NewReader(t.tail[at-t.end:])
	} else {
		entry = io.NewSectionReader(t.file, at, t.end-at)
	}
	return parse(entry, digest)
}

// parse reads an entry, which is of that digest or of another with the same hash.
func parse(r io.Reader, digest []byte) (note string, found bool, err error) {
	var buf [1 << 10]byte // most entries, in one read
	n, err := io.ReadFull(r, buf[:])
	if err != nil && err != io.ErrUnexpectedEOF {
		return "", false, fmt.Errorf("read what was stored first: %w", err)
	}
	rest := buf[:n]
	of, rest, ok := cut(rest)
	if !ok || !bytes.Equal(of, digest) {
		return "", false, nil
	}
	if text, _, ok := cut(rest); ok {
		return string(text), true, nil
	}
	size, head := binary.Uvarint(rest)
	long := make([]byte, size)
	held := copy(long, rest[head:])
	if _, err := io.ReadFull(r, long[held:]); err != nil {
		return "", false, fmt.Errorf("read what was stored first: %w", err)
	}
	return string(long), true, nil
}

// cut splits off bytes that begin with how many they are, if all of them are there.
func cut(b []byte) (part, rest []byte, ok bool) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, b, false
	}
	return b[n : n+int(size)], b[n+int(size):], true
}

// Close drops the file.
func (t *Table) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at, t.tail = map[uint64]int64{}, nil
	if t.file == nil {
		return nil
	}
	file := t.file
	t.file = nil
	return file.Close()
}
