package sink

import (
	"cmp"
	"fmt"
	"slices"
)

// Span is where something stands in a file.
type Span struct{ Offset, Length int64 }

// End is the byte behind it.
func (s Span) End() int64 { return s.Offset + s.Length }

// Spans are those of one file.
type Spans []Span

// Gaps sorts the spans and returns what lies between them and behind them, in a file of
// so many bytes. Its error is that two overlap.
func (s Spans) Gaps(size int64) (gaps Spans, err error) {
	slices.SortFunc(s, func(a, b Span) int { return cmp.Compare(a.Offset, b.Offset) })
	at := int64(0)
	for _, next := range s {
		switch {
		case next.Offset < at:
			return nil, fmt.Errorf("what two records name overlaps at byte %d", next.Offset)
		case next.Offset > at:
			gaps = append(gaps, Span{at, next.Offset - at})
		}
		at = next.End()
	}
	if at < size {
		gaps = append(gaps, Span{at, size - at})
	}
	return gaps, nil
}

// Extent is what is known of a file without a list of its spans: where the last of them
// ends, and how many bytes they have together. Where that is the same there are no gaps.
type Extent struct{ End, Sum int64 }

// Add counts one more.
func (x Extent) Add(s Span) Extent { return Extent{max(x.End, s.End()), x.Sum + s.Length} }
