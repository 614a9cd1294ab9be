package jsonl

import (
	"bytes"
	"context"
	"io"
	"os"

	"crawl/fetch/sink"
	"crawl/files"
)

// blanks is what a line becomes that no record names: one without an object, which
// readers of JSON pass over. To take it out would move all lines behind it.
var blanks = bytes.Repeat([]byte{' '}, 64<<10)

// blank overwrites the lines of a file that a run which broke off has left without a
// record. There is one where a page was stored and not recorded while others were.
func blank(ctx context.Context, eng files.Engine, name string, known sink.Spans, size int64) error {
	gaps, err := known.Gaps(size)
	if err != nil || len(gaps) == 0 {
		return err
	}
	f, err := eng.Open(ctx, name, os.O_RDWR)
	if err != nil {
		return err
	}
	for _, gap := range gaps {
		done, failed := isBlank(ctx, f, gap)
		if err = failed; err == nil && !done {
			err = overwrite(ctx, f, gap)
		}
		if err != nil {
			break
		}
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// overwrite leaves of a span but its last line end.
func overwrite(ctx context.Context, f files.File, s sink.Span) error {
	for at := s.Offset; at < s.End()-1; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := f.WriteAt(blanks[:min(int64(len(blanks)), s.End()-1-at)], at)
		if err != nil {
			return err
		}
		at += int64(n)
	}
	_, err := f.WriteAt([]byte{'\n'}, s.End()-1)
	return err
}

// isBlank reports whether there is nothing but white space in a span.
func isBlank(ctx context.Context, f io.ReaderAt, s sink.Span) (bool, error) {
	buf := make([]byte, min(s.Length, int64(len(blanks))))
	for at := s.Offset; at < s.End(); {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		n, err := f.ReadAt(buf[:min(int64(len(buf)), s.End()-at)], at)
		if len(bytes.TrimLeft(buf[:n], " \n")) > 0 {
			return false, nil
		}
		if err != nil && err != io.EOF || n == 0 {
			return false, err
		}
		at += int64(n)
	}
	return true, nil
}
