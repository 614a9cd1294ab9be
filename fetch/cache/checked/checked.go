// Package checked opens stored bodies that are still what was stored, and no
// others: call [Open].
//
// A body that was cut by a crash, changed by hand or lost a bit would pass for
// the content of a URL for ever, since its server goes on saying that nothing has
// changed (wget2 issue 269).
package checked

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"sync"

	"crawl/fetch"
	"crawl/files"
)

// small is the largest body that is held in memory between the check and its use,
// which saves most bodies a second reading.
const small = 64 << 10

// Error is a stored body that is not what was stored.
type Error struct {
	Path   string
	Reason string
}

func (e *Error) Error() string { return e.Path + ": " + e.Reason }

// Open opens the file at path once its content was read and found to have that
// size and SHA-256, in hex; anything else is an [*Error]. No file and a fault of the
// disk are errors that wrap those of the engine. The body must be closed.
func Open(ctx context.Context, eng files.Engine, path string, size int64, sum string) (io.ReadCloser, error) {
	if !fs.ValidPath(path) {
		return nil, &Error{path, "leads out of the folder"}
	}
	info, err := eng.Stat(ctx, path) // first: a pipe would block who opens it
	switch {
	case err != nil:
		return nil, fmt.Errorf("stored body: %w", err)
	case !info.Mode().IsRegular():
		return nil, &Error{path, "is not a file"}
	case info.Size() != size:
		return nil, &Error{path, fmt.Sprintf("has %d bytes, not %d", info.Size(), size)}
	}
	if size <= small {
		return openSmall(ctx, eng, path, size, sum)
	}
	return openLarge(ctx, eng, path, size, sum)
}

func openSmall(ctx context.Context, eng files.Engine, path string, size int64, want string) (io.ReadCloser, error) {
	data, err := eng.ReadFile(ctx, path)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); int64(len(data)) != size || hex.EncodeToString(sum[:]) != want {
		return nil, &Error{path, "has other content than was stored"}
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// openLarge reads the file twice: for the check, and then for its user.
func openLarge(ctx context.Context, eng files.Engine, path string, size int64, want string) (io.ReadCloser, error) {
	file, err := eng.Open(ctx, path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	buf := buffers.Get().(*[64 << 10]byte)
	defer buffers.Put(buf)
	hash := sha256.New()
	n, err := io.CopyBuffer(hash, &hearing{ctx, io.NewSectionReader(file, 0, math.MaxInt64)}, buf[:])
	if err == nil && (n != size || hex.EncodeToString(hash.Sum(nil)) != want) {
		err = &Error{path, "has other content than was stored"}
	}
	if err != nil {
		file.Close() // only read
		return nil, err
	}
	return &large{file: file, path: path, size: size}, nil
}

// large is the second reading of a file.
type large struct {
	file     files.File
	path     string
	at, size int64
}

func (l *large) Read(p []byte) (int, error) {
	if l.at == l.size {
		return 0, io.EOF
	}
	n, err := l.file.ReadAt(p[:min(int64(len(p)), l.size-l.at)], l.at)
	l.at += int64(n)
	if n > 0 || err == nil {
		return n, nil // an error comes again
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // it was cut since it was checked
	}
	return 0, &fetch.Error{Class: fetch.ClassDisk, URL: l.path, Reason: "the stored body broke off: " + err.Error(), Err: err}
}

func (l *large) Close() error { return l.file.Close() }

// hearing ends a long read with its context.
type hearing struct {
	ctx context.Context
	r   io.Reader
}

func (h *hearing) Read(p []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	return h.r.Read(p)
}
