package cache

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// DefaultMemory is how much a [Memory] holds when nothing else is said: 64 MiB.
const DefaultMemory = 64 << 20

// Memory is a Store that lasts as long as the process.
type Memory struct {
	maxBody int64

	mu      sync.Mutex // guards what follows; what is in the maps is never changed
	books   *ledger
	answers map[string][]Answer
	content map[string][]byte
}

var _ Store = (*Memory)(nil)

// NewMemory returns a Memory of at most limit bytes, from which the least recently
// used goes first; 0 means [DefaultMemory]. A body over an eighth of it is not
// stored. Bodies on their way in come on top, with as much as an eighth each.
func NewMemory(limit int64) *Memory {
	if limit <= 0 {
		limit = DefaultMemory
	}
	return &Memory{maxBody: share(limit), books: newLedger(limit), answers: map[string][]Answer{}, content: map[string][]byte{}}
}

// Load implements [Store].
func (m *Memory) Load(_ context.Context, url string) ([]Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.books.touch(url)
	return m.answers[url], nil
}

// Open implements [Store].
func (m *Memory) Open(_ context.Context, a Answer) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.content[a.SHA256]
	if !ok {
		return nil, fmt.Errorf("cached body %.16s: %w", a.SHA256, fs.ErrNotExist)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// Create implements [Store].
func (m *Memory) Create(context.Context) (Draft, error) { return &memoryDraft{store: m}, nil }

// Update implements [Store].
func (m *Memory) Update(_ context.Context, url string, change func([]Answer) []Answer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(url, change(m.answers[url]))
	return nil
}

// set stores answers, whose bodies are there. The caller holds mu.
func (m *Memory) set(url string, answers []Answer) {
	m.answers[url] = answers
	out := m.books.set(url, weight(url, answers), bodies(answers))
	for _, url := range out.keys {
		delete(m.answers, url)
	}
	for _, body := range out.bodies {
		delete(m.content, body)
	}
}

// weight is roughly how much memory answers take with their bodies.
func weight(url string, answers []Answer) int64 {
	const perAnswer, perField = 512, 48 // structs, maps and slices
	sum := int64(len(url))
	for _, a := range answers {
		sum += perAnswer + a.Bytes
		for _, f := range a.Header {
			sum += perField + int64(len(f.Name)+len(f.Value))
		}
	}
	return sum
}

type memoryDraft struct {
	store *Memory
	data  bytes.Buffer
}

func (d *memoryDraft) Write(p []byte) (int, error) {
	if int64(d.data.Len()+len(p)) > d.store.maxBody {
		return 0, ErrTooLarge
	}
	return d.data.Write(p)
}

func (d *memoryDraft) Commit(_ context.Context, url string, a Answer) error {
	sum := sha256.Sum256(d.data.Bytes())
	a.Bytes, a.SHA256 = int64(d.data.Len()), hex.EncodeToString(sum[:])
	m := d.store
	m.mu.Lock()
	defer m.mu.Unlock()
	m.content[a.SHA256] = bytes.Clone(d.data.Bytes()) // without the buffer's spare room
	m.set(url, added(m.answers[url], a))
	return nil
}

func (d *memoryDraft) Abort() { d.data = bytes.Buffer{} }
