package memory

import (
	"errors"

	"crawl/fetch/frontier"
)

var errDamaged = errors.New("scratch file is damaged")

// decode gives back the n entries of a block of l. Their texts share one string.
func decode(buf []byte, l *level, n int32) (queue, error) {
	if n < 0 || int(n) > len(buf) {
		return queue{}, errDamaged
	}
	text := string(buf)
	q := queue{ring: make([]frontier.Entry, n), n: n}
	for i := range q.ring {
		e, rest, ok := frontier.CutEntry(text)
		if !ok {
			return queue{}, errDamaged
		}
		e.Host, e.Depth = l.host, l.depth
		q.ring[i], text = e, rest
	}
	if text != "" {
		return queue{}, errDamaged
	}
	return q, nil
}
