package main

import (
	"context"
	"os"
	"path/filepath"

	"crawl/fetch"
	"crawl/fetch/cache/since"
	"crawl/fetch/manifest"
	"crawl/files"
)

// earlier is the run that --since names, open for reading.
type earlier struct {
	run *since.Run
	eng files.Engine
}

// openEarlier opens the folder of an earlier run. No folder, no earlier run.
func openEarlier(ctx context.Context, folder, output, steps string) (*earlier, error) {
	if folder == "" {
		return nil, nil
	}
	if _, err := os.Stat(filepath.Join(folder, manifest.Name)); err != nil {
		return nil, inputError("--since %s: holds no crawl: no %s there", folder, manifest.Name)
	}
	if same(folder, output) {
		return nil, usageError("--since and --output are both %s: choose a new folder with -o", folder)
	}
	eng, err := openFolder(folder)
	if err != nil {
		return nil, err
	}
	run, err := since.Open(ctx, eng, steps)
	if err != nil {
		_ = eng.Close() // only read
		return nil, inputError("--since %s: %w", folder, err)
	}
	return &earlier{run, eng}, nil
}

// same reports whether two names are of one folder.
func same(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// layer asks only for what has changed since.
func (e *earlier) layer() fetch.Layer {
	if e == nil {
		return func(next fetch.Fetcher) fetch.Fetcher { return next }
	}
	return e.run.Layer()
}

func (e *earlier) close() {
	if e != nil {
		_, _ = e.run.Close(), e.eng.Close() // only read
	}
}
