package files

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"io/fs"
	"iter"
	"time"
)

const (
	lineBlock = 256 << 10        // a read: big enough that its cost does not count beside the work on its bytes
	slowRead  = time.Millisecond // of a block: then it came from a device

	// LongestLine is the longest line that [Lines] takes, in bytes: more is no line,
	// and would fill the memory.
	LongestLine = 64 << 20
)

// Lines yields the lines of a file, each with the "\n" that ends it as
// [bytes.Lines] does; the last may have none. A line is valid until the next. An
// error ends the iteration; for a line beyond [LongestLine] it is [bufio.ErrTooLong].
//
// Once a block is slow to come, the next one is read while one is being used: there is
// one hand-over a block then, none a line, and none where the file is in memory. A
// reading that has begun when the loop is left is waited for.
func Lines(ctx context.Context, eng Engine, name string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var begun []byte // of a line that goes over the end of a block
		for block, err := range Chunks(ctx, eng, name, lineBlock) {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(begun) > 0 {
				end := bytes.IndexByte(block, '\n') + 1
				if end == 0 {
					end = len(block)
				}
				if len(begun)+end > LongestLine {
					yield(nil, &fs.PathError{Op: "read", Path: name, Err: bufio.ErrTooLong})
					return
				}
				begun = append(begun, block[:end]...)
				if block = block[end:]; begun[len(begun)-1] != '\n' {
					continue
				}
				if !yield(begun, nil) {
					return
				}
				begun = begun[:0]
			}
			for len(block) > 0 {
				end := bytes.IndexByte(block, '\n') + 1
				if end == 0 {
					begun = append(begun, block...)
					break
				}
				if !yield(block[:end:end], nil) {
					return
				}
				block = block[end:]
			}
		}
		if len(begun) > 0 {
			yield(begun, nil)
		}
	}
}

// Chunks yields a file in pieces of size bytes, of which the last may be shorter;
// a size below 1 stands for 256 KiB. A piece is valid until the next. An error ends
// the iteration. Reading ahead is as with [Lines].
func Chunks(ctx context.Context, eng Engine, name string, size int) iter.Seq2[[]byte, error] {
	if size < 1 {
		size = lineBlock
	}
	return func(yield func([]byte, error) bool) {
		first := make([]byte, size)
		start, err := eng.ReadStart(ctx, name, first)
		if start.Rest != nil {
			defer start.Rest.Close() // nothing was written
		}
		switch {
		case err != nil:
			yield(nil, err)
		case start.N == 0:
		case start.Rest == nil:
			yield(first[:start.N:start.N], nil)
		default:
			readOn(ctx, start.Rest, first, yield)
		}
	}
}

// readOn yields block and what follows in f: one block after the other while they come
// as quick as memory, which a hand-over would only slow down, and ahead from then on.
func readOn(ctx context.Context, f File, block []byte, yield func([]byte, error) bool) {
	for quick := true; quick; {
		if !yield(block[:len(block):len(block)], nil) {
			return
		}
		begun := time.Now()
		n, err := io.ReadFull(&reader{ctx, f}, block)
		if err != nil {
			if n > 0 && !yield(block[:n:n], nil) {
				return
			}
			if err != io.EOF && err != io.ErrUnexpectedEOF {
				yield(nil, err)
			}
			return
		}
		quick = time.Since(begun) < slowRead
	}
	readAhead(ctx, f, block, yield)
}

// block is what one reading brought.
type block struct {
	data []byte
	err  error // after data; io.EOF at the end
}

// readAhead yields first and what follows in f. Two buffers go back and forth.
func readAhead(ctx context.Context, f File, first []byte, yield func([]byte, error) bool) {
	ctx, cancel := context.WithCancel(ctx)
	empty, full := make(chan []byte, 1), make(chan block)
	empty <- make([]byte, len(first))
	ended := make(chan struct{})
	defer func() {
		cancel()
		close(empty)
		<-ended
	}()
	go func() {
		defer close(ended)
		for buf := range empty {
			n, err := io.ReadFull(&reader{ctx, f}, buf[:len(first)])
			if err == io.ErrUnexpectedEOF {
				err = io.EOF
			}
			select {
			case full <- block{buf[:n], err}:
			case <-ctx.Done(): // nobody listens
			}
		}
	}()
	if !yield(first, nil) {
		return
	}
	last := first
	for {
		var b block
		select {
		case b = <-full:
		case <-ctx.Done():
			yield(nil, &fs.PathError{Op: "read", Path: f.Name(), Err: ctx.Err()})
			return
		}
		if b.err == nil {
			empty <- last
		}
		if len(b.data) > 0 && !yield(b.data[:len(b.data):len(b.data)], nil) {
			return
		}
		if b.err != nil {
			if b.err != io.EOF {
				yield(nil, b.err)
			}
			return
		}
		last = b.data[:cap(b.data)]
	}
}
