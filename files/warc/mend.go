package warc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"crawl/files"
)

// Mend cuts a WARC file that nobody writes to back to the end of its last whole record,
// and says how many bytes that took away. It reads the whole file. Damage that a
// whole record follows is no torn tail, and stays. A file in which no record is whole
// stays as it is, with an [*Error].
func Mend(ctx context.Context, eng files.Engine, name string) (cut int64, err error) {
	f, err := eng.Open(ctx, name, os.O_RDWR)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	end, err := wholeEnd(ctx, f)
	if err != nil || end == info.Size() {
		return 0, err
	}
	return info.Size() - end, f.Truncate(end)
}

// wholeEnd is where the last whole record of a file ends.
func wholeEnd(ctx context.Context, f io.Reader) (end int64, err error) {
	r := NewReader(hearing{ctx, f}, ReaderOptions{})
	var damage error
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		length := int64(-1)
		if err == nil {
			length, err = rec.Length()
		}
		if _, damaged := errors.AsType[*Error](err); err != nil && !damaged {
			return 0, err
		}
		if err != nil {
			damage = err
		} else if length >= 0 {
			end = rec.Offset + length
		} else if r.member < 0 { // the last of several records in one member
			end = r.offset()
		}
	}
	if end == 0 {
		if damage == nil {
			damage = &Error{Kind: Malformed, Err: errors.New("it is empty")}
		}
		return 0, fmt.Errorf("no record is whole: %w", damage)
	}
	return end, nil
}

// hearing ends a reader with its context.
type hearing struct {
	ctx context.Context
	r   io.Reader
}

func (h hearing) Read(p []byte) (int, error) {
	if h.ctx.Err() != nil {
		return 0, context.Cause(h.ctx)
	}
	return h.r.Read(p)
}
