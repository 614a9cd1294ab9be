package links

import "bytes"

// words is a table of names in lower case, of at most 15 bytes. A name that is not there,
// as most are not, is mostly told by its first letter and length alone.
type words[V any] struct {
	lengths [32]uint16 // by first letter: a bit for each length
	values  map[string]V
}

func wordsOf[V any](values map[string]V) *words[V] {
	w := &words[V]{values: values}
	for name := range values {
		w.lengths[name[0]&31] |= 1 << len(name)
	}
	return w
}

// same has each name as its own value, so that it is found without making a string of it.
func same(names ...string) *words[string] {
	values := make(map[string]string, len(names))
	for _, name := range names {
		values[name] = name
	}
	return wordsOf(values)
}

// find looks a name up that is written in whatever case.
func (w *words[V]) find(name []byte) (value V, ok bool) {
	var memory [16]byte
	if len(name) == 0 || len(name) >= len(memory) || w.lengths[name[0]&31]>>len(name)&1 == 0 {
		return value, false
	}
	value, ok = w.values[string(lowered(append(memory[:0], name...)))]
	return value, ok
}

// known is a name that is among words, in lower case, or "".
func known(name []byte, among *words[string]) string {
	found, _ := among.find(name)
	return found
}

// local is a name without the prefix of its namespace.
func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }
