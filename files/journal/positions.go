package journal

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"
)

// positions know where in a journal the lines with a text begin, in 16 bytes a
// line: first all are added, then they are sorted, then asked. Two texts may look
// the same, with ten million once in 10^5 journals.
type positions struct {
	seed maphash.Seed
	all  []position
}

type position struct {
	hash uint64
	at   int64
}

func newPositions() positions { return positions{seed: maphash.MakeSeed()} }

func (p *positions) add(text string, at int64) {
	p.all = append(p.all, position{maphash.String(p.seed, text), at})
}

func (p *positions) sort() {
	slices.SortFunc(p.all, func(a, b position) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.at, b.at))
	})
}

// find iterates over where the lines with a text begin, the last one first.
func (p *positions) find(text string) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		hash := maphash.String(p.seed, text)
		end, _ := slices.BinarySearchFunc(p.all, hash, func(at position, hash uint64) int {
			if at.hash <= hash {
				return -1
			}
			return 1
		})
		for end--; end >= 0 && p.all[end].hash == hash && yield(p.all[end].at); end-- {
		}
	}
}

// isLast reports whether no line behind the one at that byte has the text. No
// text is had by none.
func (p *positions) isLast(text string, at int64) bool {
	if text == "" {
		return true
	}
	for last := range p.find(text) {
		return last == at
	}
	return true
}
