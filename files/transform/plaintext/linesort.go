package plaintext

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"

	"crawl/files/sorting"
)

// sortLines sorts, and drops those equal to the one before.
func sortLines(unique bool) func(context.Context, *lineReader, *lineWriter) error {
	return func(ctx context.Context, r *lineReader, w *lineWriter) error {
		s := sorting.New(sorting.Options{})
		defer s.Close() // what it wrote is not wanted any more
		for {
			line, err := r.next()
			if err != nil {
				if err := notEOF(err); err != nil {
					return err
				}
				break
			}
			if err := s.Add(line); err != nil {
				return err
			}
		}
		var last []byte
		for line, err := range s.Iterate(ctx) {
			if err != nil {
				return err
			}
			if unique {
				if w.any && bytes.Equal(line, last) {
					continue
				}
				last = append(last[:0], line...)
			}
			if err := w.add(line); err != nil {
				return err
			}
		}
		return nil
	}
}

// maxKnown is how many lines dedupe knows by heart. Each takes 32 bytes, and twice that
// while the table grows.
const maxKnown = 1 << 21

// digest is what a line is known by: 128 bits of SHA-256, so that nobody can make two that
// are the same.
type digest [16]byte

func digestOf(line []byte) digest {
	sum := sha256.Sum256(line)
	return digest(sum[:])
}

// dedupe writes each line where it comes first. While it knows all there were, it does
// that at once. Once it knows as many as it may, what it does not know is written down:
// sorted by digest and place, so that the first of each comes first, and those again by
// place.
func dedupe(most int) func(context.Context, *lineReader, *lineWriter) error {
	return func(ctx context.Context, r *lineReader, w *lineWriter) error {
		known := map[digest]struct{}{}
		later := sorting.New(sorting.Options{})
		defer later.Close() // what it wrote is not wanted any more
		for {
			line, err := r.next()
			if err != nil {
				if err := notEOF(err); err != nil {
					return err
				}
				break
			}
			d := digestOf(line)
			if _, ok := known[d]; ok {
				continue
			}
			if len(known) < most {
				known[d] = struct{}{}
				err = w.add(line)
			} else {
				err = later.Add(noted(d, r.count, line))
			}
			if err != nil {
				return err
			}
		}
		clear(known)
		return firsts(ctx, later, w)
	}
}

// noted is a line behind its digest and its place, which take 24 bytes.
func noted(d digest, place int64, line []byte) []byte {
	note := make([]byte, 0, len(d)+8+len(line))
	note = append(note, d[:]...)
	note = binary.BigEndian.AppendUint64(note, uint64(place))
	return append(note, line...)
}

// firsts writes the first of each line that was noted, in the order of their places.
func firsts(ctx context.Context, notes *sorting.Sorter, w *lineWriter) error {
	var last digest
	any := false
	places := sorting.New(sorting.Options{})
	defer places.Close() // what it wrote is not wanted any more
	for note, err := range notes.Iterate(ctx) {
		if err != nil {
			return err
		}
		if d := digest(note); !any || d != last {
			any, last = true, d
			if err := places.Add(note[len(d):]); err != nil {
				return err
			}
		}
	}
	for line, err := range places.Iterate(ctx) {
		if err != nil {
			return err
		}
		if err := w.add(line[8:]); err != nil {
			return err
		}
	}
	return nil
}
