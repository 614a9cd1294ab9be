package journal

import (
	"context"
	"errors"
	"io/fs"

	"crawl/files"
)

// walk calls each for every regular file below folder, which may be missing.
func walk(ctx context.Context, eng files.Engine, folder string, each func(path string) error) error {
	entries, err := eng.ReadDir(ctx, folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := folder + "/" + entry.Name()
		switch {
		case entry.IsDir():
			err = walk(ctx, eng, path, each)
		case entry.Type().IsRegular():
			err = each(path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
