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

// claim is what a record says of the file that it names.
type claim struct {
	at, number int64 // where its line begins, and which it is
	key        string
	Claim
}

// claims are the records of a journal, as they are read, that name files.
type claims[L any] struct {
	latest    *latest            // when only some lines count
	record    func(*L)           // told of every record
	malformed func(claim, error) // told where every other line is

	mu    sync.Mutex // guards lines
	lines *reader[L]
}

// Next makes claims a pipeline.Source.
func (c *claims[L]) Next(ctx context.Context) (claim, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return claim{}, err
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
		found := claim{at, c.lines.number, c.lines.format.Key(l), c.lines.format.Claim(l)}
		if found.Path != "" && (c.latest == nil || c.latest.counts(found)) {
			return found, nil
		}
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
