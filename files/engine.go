package files

import (
	"context"
	"io"
	"io/fs"
	"os"
)

// Engine does file operations below one root folder. Names are slash-separated
// paths relative to it; nothing outside is reached, not even through symbolic
// links planted below. Implementations are safe for concurrent use.
//
// Every call hears ctx while it waits for its turn. An operation that the kernel
// has begun on a regular file can't be interrupted: it runs to its end.
// Errors are [*fs.PathError] or wrap one, with the name that the caller gave. Links
// that lead outside, and what can't be opened as a regular file, are [fs.ErrInvalid].
type Engine interface {
	// ReadFile returns the whole file.
	ReadFile(ctx context.Context, name string) ([]byte, error)
	// ReadStart fills buf from the beginning of the regular file name. [Start] says
	// what there was. With an error its N counts what was read before, and nothing is
	// left open.
	ReadStart(ctx context.Context, name string, buf []byte) (Start, error)
	// WriteFile writes the file whole or not at all: temporary name, fsync,
	// rename, fsync of the folder. Missing folders are made.
	WriteFile(ctx context.Context, name string, data []byte) error
	// PutFile writes data under its final name at once, in place of what is there:
	// half the cost of WriteFile, for callers who commit the file by other means.
	// Missing folders are made. After an error it leaves no file.
	PutFile(ctx context.Context, name string, data []byte) error
	// Draft begins the file name, which has no name, or a temporary one beside it,
	// until Commit. Missing folders are made.
	Draft(ctx context.Context, name string) (Draft, error)
	// Open opens the regular file name as [os.OpenFile] does, with missing folders
	// made when flag says os.O_CREATE.
	Open(ctx context.Context, name string, flag int) (File, error)
	// Rename moves a file, in place of what stands at the new name; missing
	// folders are made.
	Rename(ctx context.Context, from, to string) error
	Remove(ctx context.Context, name string) error
	RemoveAll(ctx context.Context, name string) error
	Stat(ctx context.Context, name string) (fs.FileInfo, error) // does not follow a final link
	ReadDir(ctx context.Context, name string) ([]fs.DirEntry, error)
	// Do runs do, a function of the caller's, below the root and under the engine's
	// rules: its width, its context, its fault injection. name is checked as everywhere
	// ("." will do). The error is a [*fs.PathError] with op and name; when do returns
	// one of os, those stand in place of its own. do must not call the engine, whose
	// calls may wait for the very turn that it holds.
	Do(ctx context.Context, op, name string, do func(root *os.Root) error) error
	// Sync makes durable everything that was written through this engine before
	// the call: one syncfs on Linux, fsync of each written file elsewhere.
	Sync(ctx context.Context) error
	Close() error
}

// Start is what [Engine.ReadStart] finds out about a file.
type Start struct {
	N    int         // bytes in the caller's buffer
	Mode fs.FileMode // the nine permission bits
	// Rest is nil when the file ended within the buffer (N is less than its length) and
	// is closed. Else it is the open file, positioned behind what the buffer holds, for
	// the caller to read on and close.
	Rest File
}

// File is an open file. Its methods may block the calling goroutine's thread,
// bounded by the engine's width; none is safe for concurrent use but ReadAt and WriteAt.
type File interface {
	io.Reader
	io.Writer
	io.ReaderAt
	io.WriterAt
	io.Seeker
	io.Closer
	Name() string // relative to the engine's root
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
}

// Draft is a file under way. It must end in Commit or Discard, which release it;
// its methods block as those of a [File] do. It is not safe for concurrent use.
//
// After an error of Write, Chmod or Commit the draft can only be discarded. A process
// that dies leaves either nothing or, where drafts have names, a hidden file
// that [IsTemp] knows.
type Draft interface {
	io.Writer
	// Chmod sets the nine permission bits of the file, exactly and whatever the umask
	// says; without it they are 0o644 under the umask. The file has them before it has
	// its name, and nobody else can read one with a temporary name until Commit. Where
	// the file system has no such bits, as on Windows, nothing is done.
	Chmod(mode fs.FileMode) error
	// Commit gives the file its name, in place of what stands there: whole or not
	// at all. It does not fsync ([Engine.Sync] does that for all files at once).
	Commit(ctx context.Context) error
	// Discard drops the file; after Commit it does nothing.
	Discard() error
}
