package manifest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"crawl/files"
	"crawl/pipeline"
)

// claim is what a record says of the body that it names.
type claim struct {
	at, number int64 // where its line begins, and which it is
	url, path  string
	bytes      int64
	sha256     string
}

// claims are the records of a manifest, as they are read, that name bodies.
type claims struct {
	record    func(*Line)        // told of every record
	malformed func(claim, error) // told where every other line is

	mu    sync.Mutex // guards lines
	lines *reader
}

func newClaims(r io.Reader, record func(*Line), malformed func(claim, error)) *claims {
	return &claims{record: record, malformed: malformed, lines: newReader(r)}
}

// Next makes claims a pipeline.Source.
func (c *claims) Next(ctx context.Context) (claim, error) {
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
		if l.Path != "" {
			return claim{at, c.lines.number, l.URL, l.Path, l.Bytes, l.SHA256}, nil
		}
	}
}

// mismatch is a body that is not what its record claims.
type mismatch struct {
	kind   Kind
	detail string
}

func (e *mismatch) Error() string { return e.detail }

// check holds every claim against the disk, in parallel. The error that settle
// sees is nil, a *mismatch, or a fault of the disk.
func (c *claims) check(ctx context.Context, eng files.Engine, workers int, settle func(claim, error) error) error {
	worker := func(context.Context, int) (pipeline.Func[claim, struct{}], func() error, error) {
		h := hasher{eng: eng, hash: sha256.New(), buf: make([]byte, 64<<10)}
		return h.check, nil, nil
	}
	return pipeline.Run(ctx, pipeline.Pool, workers, pipeline.Source[claim](c), worker,
		func(_ context.Context, r pipeline.Result[claim, struct{}]) error { return settle(r.In, r.Err) })
}

// hasher holds what one worker reuses.
type hasher struct {
	eng  files.Engine
	hash hash.Hash
	buf  []byte
}

func (h *hasher) check(ctx context.Context, c claim) (struct{}, error) {
	return struct{}{}, h.compare(ctx, c)
}

func (h *hasher) compare(ctx context.Context, c claim) error {
	if !fs.ValidPath(c.path) || !filepath.IsLocal(filepath.FromSlash(c.path)) {
		return &mismatch{Outside, "the path leads out of the folder"}
	}
	info, err := h.eng.Stat(ctx, c.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &mismatch{Missing, "no such file"}
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &mismatch{Missing, "not a file"} // and a pipe would block who opens it
	case info.Size() != c.bytes:
		return &mismatch{WrongSize, strconv.FormatInt(info.Size(), 10) + " bytes, not " + strconv.FormatInt(c.bytes, 10)}
	}
	same, err := h.matches(ctx, c)
	if err == nil && !same {
		return &mismatch{WrongSum, "other content than was stored"}
	}
	return err
}

func (h *hasher) matches(ctx context.Context, c claim) (bool, error) {
	file, err := h.eng.Open(ctx, c.path, os.O_RDONLY)
	if err != nil {
		return false, err
	}
	defer file.Close() // only read
	h.hash.Reset()
	if _, err := io.CopyBuffer(h.hash, withContext{ctx, file}, h.buf); err != nil {
		return false, err
	}
	var sum [sha256.Size]byte
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], h.hash.Sum(sum[:0]))
	return bytes.Equal(text[:], []byte(c.sha256)), nil
}
