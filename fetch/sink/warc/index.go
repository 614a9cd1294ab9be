package warc

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"crawl/fetch"
	"crawl/files"
	"crawl/files/mediatype"
	"crawl/files/warc"
	"crawl/files/warc/cdxj"
)

// An archive's index has its own extension in the place of the archive's.
const (
	extension      = ".warc.gz"
	indexExtension = ".cdxj"
)

func indexName(file string) string { return strings.TrimSuffix(file, extension) + indexExtension }

// indexes are those of the files that have none on disk yet.
type indexes struct {
	// appending is read-held from writing to a file until its index knows of that.
	appending sync.RWMutex

	mu   sync.Mutex // guards what follows
	open map[string]*cdxj.Indexer
}

// append writes the records of a visit, and has the index know of them.
func (s *Sink) append(ctx context.Context, v visit) ([]warc.Place, error) {
	if err := s.turns.Take(ctx); err != nil {
		return nil, err
	}
	defer s.turns.Give()
	places, full, err := s.indexed(ctx, v)
	if full && err == nil {
		err = s.indexes.seal(ctx, s.eng, false)
	}
	return places, err
}

// indexed reports, beside where the records are, whether there are files that are full.
func (s *Sink) indexed(ctx context.Context, v visit) (places []warc.Place, full bool, err error) {
	x := &s.indexes
	x.appending.RLock()
	defer x.appending.RUnlock()
	if places, err = s.archive.Append(ctx, v.drafts...); err != nil {
		return nil, false, err
	}
	index, full := x.of(places[0].File)
	for _, a := range v.answers {
		if err := index.Add(line(&v.drafts[a.draft], a.Exchange, places[a.draft])); err != nil {
			return nil, false, err
		}
	}
	return places, full, nil
}

// of is the index of a file; others reports whether it is not the only one.
func (x *indexes) of(file string) (index *cdxj.Indexer, others bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.open == nil {
		x.open = map[string]*cdxj.Indexer{}
	}
	if x.open[file] == nil {
		x.open[file] = cdxj.NewIndexer()
	}
	return x.open[file], len(x.open) > 1
}

// line is what an index has of an answer.
func line(d *warc.Draft, x *fetch.Exchange, at warc.Place) cdxj.Line {
	mime, _ := mediatype.Parse(x.Header.Get("Content-Type"))
	if d.Type == warc.Revisit {
		mime = "warc/revisit"
	}
	_, name, _ := strings.Cut(at.File, "/")
	return cdxj.Line{
		Key:      cdxj.SURT(d.TargetURI),
		Time:     d.Date,
		URL:      d.TargetURI,
		MIME:     mime,
		Status:   x.Status,
		Digest:   bare(d.PayloadDigest),
		Length:   at.Length,
		Offset:   at.Offset,
		Filename: name,
	}
}

// seal writes the indexes of all files, or of all but the last, which grows. Before it
// does a file is made durable, since who finds an index takes its file for whole.
func (x *indexes) seal(ctx context.Context, eng files.Engine, all bool) error {
	x.appending.Lock()
	defer x.appending.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	full := slices.Sorted(maps.Keys(x.open)) // by time and number
	if !all && len(full) > 0 {
		full = full[:len(full)-1]
	}
	for _, file := range full {
		if err := files.SyncName(ctx, eng, file); err != nil {
			return err
		}
		if err := x.open[file].Write(ctx, eng, indexName(file)); err != nil {
			return err
		}
		delete(x.open, file)
	}
	return nil
}

// close drops what was not written.
func (x *indexes) close() (err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, index := range x.open {
		err = errors.Join(err, index.Close())
	}
	x.open = nil
	return err
}

// bare is a digest as indexes have it: without the label of sha1.
func bare(d warc.Digest) string { return strings.TrimPrefix(string(d), string(warc.SHA1)+":") }
