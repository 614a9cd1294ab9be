package disk

import (
	"encoding/binary"

	"crawl/fetch/frontier"
)

// The store holds
//
//	m NAME                       what there is one of
//	q HOST 0 DEPTH ORDER  entry  what waits or is leased, in the order of its leases
//	u NAME                mark   every URL that is known, by its name
//
// A mark is written once and says which entry it was of, so that this can be found. It
// is empty when the URL became known by its record only.
const (
	metaPrefix  = 'm'
	queuePrefix = 'q'
	urlPrefix   = 'u'
)

var (
	schemaKey = []byte("mschema")
	orderKey  = []byte("morder") // no entry has a higher order
	floorKey  = []byte("mfloor") // what is recorded before that position is not in the queue
)

// schema is the version of all this.
const schema = 1

// spot is where an entry is in the queue of its host.
type spot struct {
	depth int32
	order int64
}

func spotOf(e *frontier.Entry) spot { return spot{max(e.Depth, 0), e.Order} }

func (s spot) before(t spot) bool {
	return s.depth < t.depth || s.depth == t.depth && s.order < t.order
}

// last is the one that comes directly before s.
func (s spot) last() spot { return spot{s.depth, s.order - 1} }

func appendHostKey(key []byte, host string) []byte {
	return append(append(append(key, queuePrefix), host...), 0)
}

func appendQueueKey(key []byte, host string, at spot) []byte {
	key = appendHostKey(key, host)
	key = binary.BigEndian.AppendUint32(key, uint32(at.depth))
	return binary.BigEndian.AppendUint64(key, uint64(at.order))
}

// spotBytes is how long the end of a queue key is that tells the spot.
const spotBytes = 4 + 8

// cutQueueKey reads one.
func cutQueueKey(key []byte) (host []byte, at spot, ok bool) {
	n := len(key) - spotBytes - 1
	if n < 1 || key[n] != 0 {
		return nil, spot{}, false
	}
	depth, order := binary.BigEndian.Uint32(key[n+1:]), binary.BigEndian.Uint64(key[n+5:])
	return key[1:n], spot{int32(depth), int64(order)}, depth < 1<<31 && order < 1<<63
}

func appendURLKey(key []byte, name string) []byte { return append(append(key, urlPrefix), name...) }

// mark is what is kept of a URL for ever.
type mark struct {
	spot
	input int32
	line  int64 // 0: it was not listed
	host  string
}

func appendMark(buf []byte, m mark) []byte {
	buf = binary.AppendUvarint(buf, uint64(m.depth))
	buf = binary.AppendUvarint(buf, uint64(m.order))
	buf = binary.AppendVarint(buf, m.line)
	buf = binary.AppendVarint(buf, int64(m.input))
	return append(buf, m.host...)
}

// cutMark reads a mark; known is false when there is no entry that it is of.
func cutMark(buf []byte) (m mark, known, ok bool) {
	if len(buf) == 0 {
		return m, false, true
	}
	depth, i := binary.Uvarint(buf)
	order, j := binary.Uvarint(buf[max(i, 0):])
	line, k := binary.Varint(buf[max(i, 0)+max(j, 0):])
	input, l := binary.Varint(buf[max(i, 0)+max(j, 0)+max(k, 0):])
	if i <= 0 || j <= 0 || k <= 0 || l <= 0 {
		return m, false, false
	}
	host := string(buf[i+j+k+l:])
	return mark{spot{int32(depth), int64(order)}, int32(input), line, host}, true, true
}

// number is the value of a meta key.
func number(v int64) []byte { return binary.AppendVarint(nil, v) }
