package cache

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"crawl/files"
)

// recover takes stock: it keeps the entries that are whole and have their bodies,
// in the order of their last use, and removes all else.
func (d *Disk) recover(ctx context.Context) error {
	if err := d.eng.RemoveAll(ctx, tempFolder); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ranks, err := d.readOrder(ctx)
	if err != nil {
		return err
	}
	var found []survivor
	err = eachFile(ctx, d.eng, entriesFolder, func(path string) error {
		s, err := d.examine(ctx, path)
		if err != nil || s.answers == nil {
			return cmp.Or(err, d.remove(ctx, path))
		}
		if rank, ok := ranks[path]; ok {
			s.rank = rank
		} else {
			s.rank = len(ranks) // stored after the order was
		}
		found = append(found, s)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b survivor) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), a.received.Compare(b.received))
	})
	for _, s := range found {
		if err := d.account(ctx, s.path, s.bytes, s.answers); err != nil {
			return err
		}
	}
	return eachFile(ctx, d.eng, bodiesFolder, func(path string) error {
		if d.books.refs[path[strings.LastIndexByte(path, '/')+1:]] > 0 {
			return nil
		}
		return d.remove(ctx, path)
	})
}

// survivor is an entry that is whole.
type survivor struct {
	path     string
	bytes    int64
	answers  []Answer
	received time.Time
	rank     int
}

// examine reads an entry; there are no answers in one that is not whole.
func (d *Disk) examine(ctx context.Context, path string) (survivor, error) {
	url, answers, bytes, err := d.readEntry(ctx, path)
	if errors.Is(err, errTorn) || err == nil && entryPath(url) != path {
		return survivor{}, nil
	}
	if err != nil {
		return survivor{}, err
	}
	s := survivor{path: path, bytes: bytes, answers: answers}
	for _, a := range answers {
		body, err := d.eng.Stat(ctx, bodyPath(a.SHA256))
		if errors.Is(err, fs.ErrNotExist) || err == nil && (!body.Mode().IsRegular() || body.Size() != a.Bytes) {
			return survivor{}, nil
		}
		if err != nil {
			return survivor{}, err
		}
		s.received = a.Received
	}
	return s, nil
}

// readOrder returns the rank of each entry in the order of use at the last Close.
func (d *Disk) readOrder(ctx context.Context) (map[string]int, error) {
	data, err := d.eng.ReadFile(ctx, orderFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	ranks := map[string]int{}
	for path := range strings.Lines(string(data)) {
		ranks[strings.TrimSuffix(path, "\n")] = len(ranks)
	}
	return ranks, nil
}

func (d *Disk) writeOrder(ctx context.Context) error {
	var b strings.Builder
	for _, path := range d.books.keys() {
		b.WriteString(path)
		b.WriteByte('\n')
	}
	return d.eng.WriteFile(ctx, orderFile, []byte(b.String()))
}

// eachFile calls do for every file below folder, which may be missing.
func eachFile(ctx context.Context, eng files.Engine, folder string, do func(path string) error) error {
	entries, err := eng.ReadDir(ctx, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		path, visit := folder+"/"+e.Name(), do
		if e.IsDir() {
			visit = func(path string) error { return eachFile(ctx, eng, path, do) }
		}
		if err := visit(path); err != nil {
			return err
		}
	}
	return nil
}
