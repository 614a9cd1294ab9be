// Package list reads lists of URLs, one a line, as people keep them: with
// comments, blank lines and any line ends, in UTF-8 or UTF-16, packed by gzip or
// zstd or not. A list streams: its first line is there before its last is read,
// and memory does not grow with it.
//
// Call [Open] with a file's name, or [NewReader] with bytes from elsewhere, then
// [Reader.Next] until io.EOF. Lines come as they are; whether one is a URL is for
// crawl/fetch/urls to say. JSONL and CSV are not understood here.
package list

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
)

const (
	// MaxLine is the length in bytes of the longest line that comes whole, its end
	// not counted. No URL is longer: see [crawl/fetch/urls.MaxLength].
	MaxLine = 64 << 10

	// longHead is what remains of a longer line, enough for people to find it.
	longHead = 2 << 10
)

// ErrTooLong is what [Line.Err] returns for a line over [MaxLine].
var ErrTooLong = errors.New("line longer than 64 KiB")

// Line is a line of a list that is neither blank nor a comment.
type Line struct {
	Number int64  // from 1, all lines counted
	Text   string // without white space around; may hold NUL and what is not UTF-8
	Long   bool   // longer than MaxLine: Text is from its first 2 KiB
}

// Err returns [ErrTooLong] for a long line.
func (l Line) Err() error {
	if l.Long {
		return ErrTooLong
	}
	return nil
}

// Error ends a list that can't be read on. Err is io.ErrUnexpectedEOF when packed
// data is cut short.
type Error struct {
	Name string // of the file; "-" for standard input, "" when there is none
	Line int64  // that was being read, from 1; 0 when the list could not be opened
	Err  error
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("open list %q: %v", e.Name, e.Err)
	}
	return fmt.Sprintf("read list %q, line %d: %v", e.Name, e.Line, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Reader reads one list. Next is for one goroutine; the other methods may be
// called at any time from any.
type Reader struct {
	source source
	closer io.Closer // nil when there is nothing to close
	size   int64
	name   string

	text   io.Reader // what source holds in plain UTF-8; nil before the first Next
	buf    []byte
	start  int   // of what was not handed out yet
	end    int   // of what was read
	seen   int   // no line ends in buf[start:seen]
	number int64 // of the last line that ended
	skipLF bool  // the last line ended in CR: an LF that follows belongs to it
	err    error // that ends the list
}

// Open opens the list called name; "-" is stdin. Errors are [*Error].
//
// Next hears ctx between blocks. While a read blocks, as it may for ever on
// stdin or a named pipe, it hears only that the source is closed. A named pipe is
// opened while Open returns, and what is wrong with it comes from Next.
func Open(ctx context.Context, name string, stdin io.Reader) (*Reader, error) {
	if name == "-" {
		r := newReader(ctx, name, stdin)
		r.closer, _ = stdin.(io.Closer)
		return r, nil
	}
	if info, err := os.Stat(name); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		f := openFIFO(name)
		r := newReader(ctx, name, f)
		r.closer = f
		return r, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, &Error{Name: name, Err: withoutPath(err)}
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("is a directory, not a list of URLs")
	}
	if err != nil {
		f.Close()
		return nil, &Error{Name: name, Err: withoutPath(err)}
	}
	r := newReader(ctx, name, f)
	r.closer = f
	if info.Mode().IsRegular() {
		r.size = info.Size()
	}
	return r, nil
}

// NewReader reads the list that r holds. Closing r is left to the caller.
func NewReader(r io.Reader) *Reader {
	return newReader(context.Background(), "", r)
}

func newReader(ctx context.Context, name string, r io.Reader) *Reader {
	return &Reader{name: name, source: source{ctx: ctx, r: r}}
}

// withoutPath spares the reader of an [Error] the name twice.
func withoutPath(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// Close closes the file, or the stdin, that Open was given, also while Next reads
// it. That ends a Next which blocks on a pipe or a socket; a terminal, or a stdin
// inherited in blocking mode, lets go only when something comes.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// Read returns how many bytes of the source were read, still packed.
func (r *Reader) Read() int64 { return r.source.read.Load() }

// Size returns the size in bytes of a regular file when it was opened, else 0.
// Read may go past it when the file grows.
func (r *Reader) Size() int64 { return r.size }

// Next returns the next line that is neither blank nor begins with "#". The list
// ends with io.EOF, or with an [*Error] after the last line that was whole; from
// then on each call returns the same.
func (r *Reader) Next() (Line, error) {
	for {
		raw, long, err := r.line()
		if err != nil {
			return Line{}, err
		}
		text := bytes.Trim(raw, " \t\v\f")
		if len(text) > 0 && text[0] == '#' || len(text) == 0 && !long {
			continue
		}
		return Line{Number: r.number, Text: string(text), Long: long}, nil
	}
}

// line returns the next line whatever it holds, or the head of a long one. The
// bytes are good until the next call.
func (r *Reader) line() (line []byte, long bool, err error) {
	var head []byte // of the line, once it is known to be long
	for {
		if r.skipLF && r.start < r.end {
			if r.buf[r.start] == '\n' {
				r.start++
				r.seen = r.start
			}
			r.skipLF = false
		}
		i := lineEnd(r.buf[r.seen:r.end])
		if i < 0 {
			r.seen = r.end
		} else {
			r.seen += i
		}
		line = r.buf[r.start:r.seen]
		if len(line) > MaxLine && head == nil {
			head = bytes.Clone(line[:longHead])
		}
		switch {
		case i >= 0:
			r.skipLF = r.buf[r.seen] == '\r'
			r.seen++
			r.start = r.seen
		case r.err == nil:
			if head != nil {
				r.start = r.end // nobody wants the rest
			}
			r.fill()
			continue
		case r.err != io.EOF || len(line) == 0 && head == nil:
			return nil, false, r.ended()
		default: // the last line has no end
			r.start = r.end
		}
		r.number++
		if head != nil {
			return head, true, nil
		}
		return line, false, nil
	}
}

// lineEnd is bytes.IndexAny(b, "\r\n"), and faster.
func lineEnd(b []byte) int {
	for i, c := range b {
		if c == '\n' || c == '\r' {
			return i
		}
	}
	return -1
}

// fill reads once into the space behind r.end and makes some when there is
// little. As a line that is kept holds at most MaxLine bytes, half the buffer
// gets free. Errors go to r.err.
func (r *Reader) fill() {
	if r.text == nil {
		r.buf = make([]byte, 2*MaxLine+1)
		r.text, r.err = plain(&r.source)
	}
	if r.err != nil {
		return
	}
	if len(r.buf)-r.end < MaxLine {
		copy(r.buf, r.buf[r.start:r.end])
		r.seen -= r.start
		r.end -= r.start
		r.start = 0
	}
	const patience = 100 // empty reads, as bufio has it
	for range patience {
		var n int
		n, r.err = r.text.Read(r.buf[r.end:])
		r.end += n
		if n > 0 || r.err != nil {
			return
		}
	}
	r.err = io.ErrNoProgress
}

// ended returns what ends the list, from now on the same.
func (r *Reader) ended() error {
	if _, done := r.err.(*Error); !done && r.err != io.EOF {
		r.err = &Error{Name: r.name, Line: r.number + 1, Err: r.err}
	}
	return r.err
}

// source counts what is read and hears a context before each read.
type source struct {
	ctx  context.Context
	r    io.Reader
	read atomic.Int64
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	s.read.Add(int64(n))
	return n, err
}
