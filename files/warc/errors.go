package warc

import (
	"errors"
	"fmt"
	"io"
)

// Kind is a sort of damage.
type Kind string

// The kinds.
const (
	Malformed   Kind = "malformed"   // no WARC, or not as the standard has it
	Cut         Kind = "cut short"   // the file ends within a record
	BadDigest   Kind = "digest"      // what stands there is not what was written
	Unsupported Kind = "unsupported" // a format or compression that can't be read
)

// Error is damage in a WARC file. [Reader.Next] may be called again after it and goes on
// behind the damage.
type Error struct {
	Kind   Kind
	Offset int64  // in the file, of the record or the member that is damaged
	ID     string // of the record, where that is known
	Err    error
}

func (e *Error) Error() string {
	if e.ID == "" {
		return fmt.Sprintf("at byte %d: %v", e.Offset, e.Err)
	}
	return fmt.Sprintf("record %s at byte %d: %v", e.ID, e.Offset, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// DraftError says why a record can't be written: what its author has left out or
// got wrong.
type DraftError struct {
	Type Type
	Err  error
}

func (e *DraftError) Error() string { return fmt.Sprintf("a record of type %q: %v", e.Type, e.Err) }
func (e *DraftError) Unwrap() error { return e.Err }

// kindOf tells an end that comes too early from other damage.
func kindOf(err error) Kind {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Cut
	case errors.Is(err, errUnsupported):
		return Unsupported
	}
	return Malformed
}

var errUnsupported = errors.New("not supported")
