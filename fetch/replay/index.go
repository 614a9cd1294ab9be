package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"crawl/fetch/urls"
	"crawl/files"
	"crawl/files/warc"
	"crawl/files/warc/cdxj"
)

// capture is where an answer stands.
type capture struct {
	hash           uint64 // of the URL
	offset, length int64
	when           int64 // Unix time
	file           uint32
	status         uint16
	revisit        bool
}

// preferred sorts captures so that the one to answer with comes last: the latest and, of
// those of one second, the one that was not to be followed by another, such as a login
// or a redirect to the same page with a cookie.
func preferred(a, b capture) int {
	return cmp.Or(
		cmp.Compare(a.hash, b.hash),
		cmp.Compare(a.when, b.when),
		-cmp.Compare(a.status/100, b.status/100),
		cmp.Compare(a.offset, b.offset),
	)
}

// Source is a WARC file.
type Source struct {
	Engine files.Engine // below whose root it is; stays the caller's
	Name   string
}

// add indexes a file, from its index where there is one.
func (a *Archive) add(ctx context.Context, src Source) error {
	f, err := src.Engine.Open(ctx, src.Name, os.O_RDONLY)
	if err != nil {
		return err
	}
	number := uint32(len(a.files))
	a.files = append(a.files, f)
	for l, err := range a.lines(ctx, src, f) {
		if damage := (*warc.Error)(nil); errors.As(err, &damage) {
			a.damaged++
			continue
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", src.Name, err)
		}
		url, err := canonical(l.URL)
		if err != nil {
			continue // nothing asks for it: dns:, whois:, metadata://
		}
		a.captures = append(a.captures, capture{
			hash: a.hash(url), offset: l.Offset, length: l.Length, when: l.Time.Unix(), file: number,
			status: uint16(l.Status), revisit: l.MIME == "warc/revisit",
		})
	}
	return nil
}

// lines are those of the index beside a file, if it is about this file and not older.
func (a *Archive) lines(ctx context.Context, src Source, f files.File) iter.Seq2[cdxj.Line, error] {
	if name, ok := indexOf(ctx, src, f); ok {
		return func(yield func(cdxj.Line, error) bool) {
			for text, err := range files.Lines(ctx, src.Engine, name) {
				var l cdxj.Line
				if err == nil {
					l, err = cdxj.Parse(text)
				}
				if err == nil && path.Base(l.Filename) != path.Base(src.Name) {
					continue
				}
				if !yield(l, err) {
					return
				}
			}
		}
	}
	return cdxj.Lines(warc.NewReader(f, warc.ReaderOptions{}), path.Base(src.Name))
}

// indexOf finds the index of a file.
func indexOf(ctx context.Context, src Source, f files.File) (name string, ok bool) {
	archived, err := f.Stat()
	if err != nil {
		return "", false
	}
	bare := strings.TrimSuffix(strings.TrimSuffix(src.Name, ".gz"), ".warc")
	for _, name := range []string{bare + ".cdxj", src.Name + ".cdxj"} {
		info, err := src.Engine.Stat(ctx, name)
		if err == nil && info.Mode().IsRegular() && !info.ModTime().Before(archived.ModTime().Add(-fileClock)) {
			return name, true
		}
	}
	return "", false
}

// fileClock is how far the times of two files that were written one after the other may
// be off: two seconds on FAT.
const fileClock = 2 * time.Second

func canonical(url string) (string, error) {
	u, err := urls.Parse(url)
	if err != nil {
		return "", err
	}
	return u.WithoutUserinfo().String(), nil
}

func (a *Archive) hash(url string) uint64 { return maphash.String(a.seed, url) }

// of are the captures of a URL, the one to prefer first. Some may be of another URL with
// the same hash.
func (a *Archive) of(url string) iter.Seq[capture] {
	hash := a.hash(url)
	return func(yield func(capture) bool) {
		end, _ := slices.BinarySearchFunc(a.captures, hash, func(c capture, hash uint64) int {
			if c.hash <= hash {
				return -1
			}
			return 1
		})
		for i := end - 1; i >= 0 && a.captures[i].hash == hash; i-- {
			if !yield(a.captures[i]) {
				return
			}
		}
	}
}
