package links

import "bytes"

// words is a table of names in lower case. A name is looked up by its first letter and its
// length, which so few have in common that no name need be copied or hashed.
type words[V any] struct {
	first [32 * longestWord]uint8 // by slot: the place of a word in all, from 1; 0 for none
	all   []word[V]
}

type word[V any] struct {
	name  string
	value V
	next  uint8 // in the same slot, as in first
}

const longestWord = 16 // one byte more

func wordsOf[V any](values map[string]V) *words[V] {
	w := new(words[V])
	for name, value := range values {
		first := &w.first[slot(name[0], len(name))]
		w.all = append(w.all, word[V]{name, value, *first})
		*first = uint8(len(w.all))
	}
	return w
}

// find looks a name up that is written in whatever case.
func (w *words[V]) find(name []byte) (value V, ok bool) {
	if len(name) == 0 || len(name) >= longestWord {
		return value, false
	}
	for i := w.first[slot(name[0], len(name))]; i > 0; i = w.all[i-1].next {
		if word := &w.all[i-1]; spells(name, word.name) {
			return word.value, true
		}
	}
	return value, false
}

func slot(first byte, length int) int { return int(first&31)*longestWord + length }

// spells reports whether b is a word of the same length.
func spells(b []byte, word string) bool {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// local is a name without the prefix of its namespace.
func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }
