package warc

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"crawl/fetch"
	"crawl/files"
	"crawl/files/warc"
	"crawl/files/warc/cdxj"
)

// prefix begins the names of our files. Others in the folder are somebody else's.
const prefix = "crawl"

func isOurs(name string) bool {
	return strings.HasPrefix(name, prefix+"-") && (strings.HasSuffix(name, extension) || strings.HasSuffix(name, indexExtension))
}

// open finds out what an earlier run has left, repairs it and opens the archive.
func (s *Sink) open(ctx context.Context, opt Options) error {
	finished, unfinished, err := s.left(ctx)
	if err != nil {
		return err
	}
	trusted := map[string]int64{}
	for _, file := range unfinished {
		size := opt.Known[file].End
		if size == 0 { // nothing in it has a record
			if err := s.eng.Remove(ctx, file); err != nil {
				return err
			}
			continue
		}
		trusted[file] = size
	}
	s.archive, err = warc.OpenArchive(ctx, s.eng, Folder, warc.ArchiveOptions{
		Prefix:  prefix,
		MaxSize: opt.MaxSize,
		Trusted: trusted,
		Info:    info(opt.Info),
	})
	if err != nil {
		return err
	}
	for file, size := range trusted {
		err := s.mend(ctx, file, size, opt.Spans)
		if err == nil {
			err = s.reindex(ctx, file)
		}
		if err != nil {
			return errors.Join(err, s.archive.Close())
		}
	}
	if err := s.recall(ctx, finished); err != nil {
		return errors.Join(err, s.archive.Close())
	}
	return nil
}

func info(from []fetch.Field) warc.Header {
	to := make(warc.Header, len(from))
	for i, f := range from {
		to[i] = warc.Field(f)
	}
	return to
}

// left are the archives of earlier runs, those that are finished and those that are not.
// An index that power failure has torn finishes nothing, and goes.
func (s *Sink) left(ctx context.Context) (finished, unfinished []string, err error) {
	names, err := ours(ctx, s.eng)
	if err != nil {
		return nil, nil, err
	}
	for _, file := range names {
		if strings.HasSuffix(file, indexExtension) {
			continue
		}
		if !slices.Contains(names, indexName(file)) {
			unfinished = append(unfinished, file)
			continue
		}
		whole, err := s.isWhole(ctx, indexName(file))
		if err == nil && !whole {
			unfinished = append(unfinished, file)
			err = s.eng.Remove(ctx, indexName(file))
		} else {
			finished = append(finished, file)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return finished, unfinished, nil
}

// isWhole reports whether an index ends as it was written: with a line end.
func (s *Sink) isWhole(ctx context.Context, index string) (bool, error) {
	f, err := s.eng.Open(ctx, index, os.O_RDONLY)
	if err != nil {
		return false, err
	}
	defer f.Close() // only read
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], info.Size()-1)
	return last[0] == '\n', err
}

// ours are the files of this package that there are, sorted.
func ours(ctx context.Context, eng files.Engine) (names []string, err error) {
	entries, err := eng.ReadDir(ctx, Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if e.Type().IsRegular() && isOurs(e.Name()) {
			names = append(names, path.Join(Folder, e.Name()))
		}
	}
	return names, nil
}

// RemoveAll removes the archives below the engine's root, and their indexes.
func RemoveAll(ctx context.Context, eng files.Engine) error {
	names, err := ours(ctx, eng)
	for _, name := range names {
		err = errors.Join(err, eng.Remove(ctx, name))
	}
	return err
}

// reindex has the index of a file know what is in it.
func (s *Sink) reindex(ctx context.Context, file string) error {
	f, err := s.eng.Open(ctx, file, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close() // only read
	index, _ := s.indexes.of(file)
	for l, err := range cdxj.Lines(warc.NewReader(f, warc.ReaderOptions{}), path.Base(file)) {
		if damage := (*warc.Error)(nil); errors.As(err, &damage) {
			continue // which verify tells of
		}
		if err == nil {
			err = index.Add(l)
		}
		if err == nil {
			err = s.recollect(ctx, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// recall tells what the finished archives hold to who looks for equal payloads.
func (s *Sink) recall(ctx context.Context, finished []string) error {
	if s.firsts == nil {
		return nil
	}
	for _, file := range finished {
		for text, err := range files.Lines(ctx, s.eng, indexName(file)) {
			if err != nil {
				return err
			}
			l, err := cdxj.Parse(text)
			if err != nil {
				continue // all that it costs is a revisit
			}
			if err := s.recollect(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// recollect notes the payload of an earlier answer.
func (s *Sink) recollect(ctx context.Context, l cdxj.Line) error {
	if s.firsts == nil || l.MIME == "warc/revisit" || l.Digest == "" {
		return nil
	}
	return s.note(ctx, l.Digest, original{l.URL, l.Time, ""})
}
