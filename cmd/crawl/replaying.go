package main

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crawl/fetch/replay"
	"crawl/fetch/sink/warc"
	"crawl/files"
	"crawl/pipeline/stats"
)

// checkReplay refuses what an archive can't answer.
func (f *flags) checkReplay() error {
	if len(f.fromWARC) == 0 {
		return nil
	}
	switch method := f.asking.method(); {
	case method != http.MethodGet && method != http.MethodHead:
		return usageError("--from-warc answers GET and HEAD, and not %s", method)
	case f.since != "":
		return usageError("--from-warc and --since exclude each other: an archive does not change")
	case f.following.robots.word == "always":
		return usageError("--from-warc and --robots always exclude each other: nobody is asked")
	case f.lab:
		return usageError("--from-warc and --lab exclude each other: nothing is fetched from there")
	}
	f.retries.n = 0 // it will say the same again
	return nil
}

// openReplay opens the archives that answer in place of the network (--from-warc). Of a
// folder it is those in it; of a crawl's, those that it wrote.
func openReplay(ctx context.Context, names []string, c *console) (client, error) {
	var opened []files.Engine
	closeAll := func() (err error) {
		for _, eng := range opened {
			err = errors.Join(err, eng.Close())
		}
		return err
	}
	var sources []replay.Source
	for _, name := range names {
		folder, found, err := archivesAt(name)
		if err != nil {
			return client{}, errors.Join(err, closeAll())
		}
		eng, err := openFolder(folder)
		if err != nil {
			return client{}, errors.Join(err, closeAll())
		}
		opened = append(opened, eng)
		for _, base := range found {
			sources = append(sources, replay.Source{Engine: eng, Name: base})
		}
	}
	archive, err := replay.Open(ctx, sources...)
	if err != nil {
		_, cause := blame(err)
		if cause == nil {
			cause = err
		}
		return client{}, errors.Join(inputError("--from-warc %s: %w", strings.Join(names, ", "), cause), closeAll())
	}
	captures, damaged := archive.Len()
	if damaged > 0 {
		c.say("%s records of the archives are damaged, and answer nothing", stats.Count(int64(damaged)))
	}
	c.say("%s archived answers in %s", stats.Count(int64(captures)), counted(len(sources), "file"))
	return client{archive, nil, func() error { return errors.Join(archive.Close(), closeAll()) }}, nil
}

// archivesAt is the folder of a WARC file and its name there, or those of a folder.
func archivesAt(name string) (folder string, found []string, err error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, inputError("--from-warc %s: no such file", name)
	case err != nil:
		return "", nil, inputError("--from-warc %s: %w", name, bare(err))
	case !info.IsDir():
		return filepath.Dir(name), []string{filepath.Base(name)}, nil
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return "", nil, inputError("--from-warc %s: %w", name, bare(err))
	}
	for _, e := range entries {
		if e.Type().IsRegular() && isArchive(e.Name()) {
			found = append(found, e.Name())
		}
	}
	if len(found) == 0 {
		written := filepath.Join(name, warc.Folder)
		if info, err := os.Stat(written); err == nil && info.IsDir() {
			return archivesAt(written)
		}
		return "", nil, inputError("--from-warc %s: no WARC file in that folder", name)
	}
	return name, found, nil
}

// isArchive tells WARC files by their names.
func isArchive(name string) bool {
	return slices.ContainsFunc([]string{".warc", ".warc.gz", ".warc.zst"}, func(end string) bool {
		return strings.HasSuffix(name, end)
	})
}
