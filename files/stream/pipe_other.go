//go:build !unix

package stream

import (
	"context"
	"errors"
	"io/fs"

	"crawl/files"
)

// OpenPipe is not to be had where named pipes are no files.
func OpenPipe(_ context.Context, _ files.Engine, name string, _ int) (*Stream, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: errors.ErrUnsupported}
}
