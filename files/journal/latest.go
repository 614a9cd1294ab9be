package journal

import (
	"context"
	"io"
)

// latest knows which lines count where a later one replaces those before.
type latest struct{ keys, paths positions }

// newLatest reads a journal, or the part of it that begins at that byte.
func newLatest[L any](ctx context.Context, r io.Reader, f *Format[L], at int64) (*latest, error) {
	x := &latest{newPositions(), newPositions()}
	lines := newReader(withContext{ctx, r}, f)
	lines.at = at
	for {
		at := lines.at
		l, err := lines.next()
		switch {
		case err == io.EOF:
			x.keys.sort()
			x.paths.sort()
			return x, nil
		case isLineError(err):
			continue
		case err != nil:
			return nil, err
		}
		if key := f.Key(l); key != "" {
			x.keys.add(key, at)
		}
		if path := f.Claim(l).Path; path != "" {
			x.paths.add(path, at)
		}
	}
}

// counts reports whether no later line is about the same item or the same file.
func (x *latest) counts(c claim) bool {
	return x.keys.isLast(c.key, c.at) && x.paths.isLast(c.Path, c.at)
}
