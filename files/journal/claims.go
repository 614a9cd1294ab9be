package journal

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"time"

	"crawl/files"
	"crawl/pipeline"
)

// claim is what a record says of a file that it names, or of a section of one.
type claim struct {
	at, number int64 // where its line begins, and which it is
	key        string
	Claim
	section *Section // what is claimed, if not the whole file
}

// claims are the records of a journal, as they are read, that name files.
type claims[L any] struct {
	latest    *latest            // when only some lines count
	record    func(*L)           // told of every record
	malformed func(claim, error) // told where every other line is

	mu       sync.Mutex // guards what follows
	lines    *reader[L]
	pending  []claim   // of the last line
	sections []Section // the same, as its format gave them
}

// Next makes claims a pipeline.Source.
func (c *claims[L]) Next(ctx context.Context) (claim, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return claim{}, err
		}
		if n := len(c.pending); n > 0 {
			found := c.pending[n-1]
			c.pending = c.pending[:n-1]
			return found, nil
		}
		at := c.lines.at
		l, err := c.lines.next()
		switch {
		case err != nil && !isLineError(err):
			return claim{}, err
		case err != nil:
			c.malformed(claim{at: at, number: c.lines.number}, err)
			continue
		}
		c.record(l)
		c.find(l, claim{at: at, number: c.lines.number, key: c.lines.format.Key(l)})
	}
}

// find makes pending what l claims; line is where it says so.
func (c *claims[L]) find(l *L, line claim) {
	format := c.lines.format
	found := line
	found.Claim = format.Claim(l)
	if c.latest != nil && !c.latest.counts(found) {
		return
	}
	if found.Path != "" {
		c.pending = append(c.pending, found)
	}
	if format.Sections == nil {
		return
	}
	c.sections = format.Sections(c.sections[:0], l)
	for _, s := range c.sections {
		found := line
		found.Claim, found.section = Claim{Path: s.Path, Bytes: s.Bytes}, &s
		c.pending = append(c.pending, found)
	}
}

// mismatch is a body that is not what its record claims.
type mismatch struct {
	kind   ProblemKind
	detail string
}

func (e *mismatch) Error() string { return e.detail }

// check holds every claim against the disk, in parallel. The error that settle
// sees is nil, a *mismatch, or a fault of the disk.
func (c *claims[L]) check(ctx context.Context, disk checker, workers int, settle func(claim, error) error) error {
	worker := func(context.Context, int) (pipeline.Func[claim, struct{}], func() error, error) {
		h := hasher{checker: disk, states: map[Hash]hash.Hash{}, buf: make([]byte, 64<<10)}
		return h.check, nil, nil
	}
	return pipeline.Run(ctx, pipeline.Pool, workers, pipeline.Source[claim](c), worker,
		func(_ context.Context, r pipeline.Result[claim, struct{}]) error { return settle(r.In, r.Err) })
}

// checker says how claims are held against the disk.
type checker struct {
	eng     files.Engine
	trusted int64     // lines before that byte are held only against files
	since   time.Time // that have changed since then
}

// hasher holds what one worker reuses.
type hasher struct {
	checker
	states map[Hash]hash.Hash
	buf    []byte
}

func (h *hasher) check(ctx context.Context, c claim) (struct{}, error) {
	return struct{}{}, h.compare(ctx, c)
}

func (h *hasher) compare(ctx context.Context, c claim) error {
	info, err := h.eng.Stat(ctx, c.Path)
	if c.at < h.trusted && (errors.Is(err, fs.ErrNotExist) || err == nil && info.ModTime().Before(h.since)) {
		return nil
	}
	if c.section != nil && err == nil && info.Mode().IsRegular() {
		return h.examine(ctx, c, info.Size())
	}
	switch {
	case errors.Is(err, fs.ErrInvalid):
		return &mismatch{Outside, "the path leads out of the folder"}
	case errors.Is(err, fs.ErrNotExist):
		return &mismatch{Missing, "no such file"}
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &mismatch{Missing, "not a file"} // and a pipe would block who opens it
	case info.Size() != c.Bytes:
		return &mismatch{WrongSize, strconv.FormatInt(info.Size(), 10) + " bytes, not " + strconv.FormatInt(c.Bytes, 10)}
	}
	same, err := h.matches(ctx, c)
	if err == nil && !same {
		return &mismatch{ProblemKind(c.Hash), "other content than was stored"}
	}
	return err
}

// examine has a section looked at by whoever knows what it should be.
func (h *hasher) examine(ctx context.Context, c claim, size int64) error {
	if end := c.section.Offset + c.Bytes; c.section.Offset < 0 || c.Bytes <= 0 || end > size {
		return &mismatch{WrongSize, "ends at byte " + strconv.FormatInt(size, 10) + ", before " + strconv.FormatInt(end, 10)}
	}
	file, err := h.eng.Open(ctx, c.Path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer file.Close() // only read
	err = c.section.Check(io.NewSectionReader(interruptible{ctx, file}, c.section.Offset, c.Bytes))
	if err == nil || ctx.Err() != nil {
		return err
	}
	if _, ofDisk := errors.AsType[*fs.PathError](err); ofDisk {
		return err
	}
	return &mismatch{Damaged, err.Error()}
}

func (h *hasher) matches(ctx context.Context, c claim) (bool, error) {
	state := h.state(c.Hash)
	file, err := h.eng.Open(ctx, c.Path, os.O_RDONLY)
	if err != nil {
		return false, err
	}
	defer file.Close() // only read
	state.Reset()
	if _, err := io.CopyBuffer(state, withContext{ctx, file}, h.buf); err != nil {
		return false, err
	}
	var sum [64]byte
	var text [2 * len(sum)]byte
	n := hex.Encode(text[:], state.Sum(sum[:0]))
	return bytes.Equal(text[:n], []byte(c.Sum)), nil
}

func (h *hasher) state(by Hash) hash.Hash {
	if h.states[by] == nil {
		h.states[by] = by.New()
	}
	return h.states[by]
}
