package files

import (
	"context"
	"os"

	"crawl/pipeline"
)

// Go runs do, any function of files below the root, in the engine's width, and
// returns at once: what aiofiles.os.wrap is to Python. Each call that waits for its
// turn is a goroutine; who has many runs them in a [pipeline.Group], or by
// [pipeline.Gather]. Cancelled before its turn, do is not called. As the kernel does
// not interrupt what it has begun on a regular file, nor does the Future: it has
// ended when do has returned.
func Go[T any](ctx context.Context, eng Engine, op, name string, do func(root *os.Root) (T, error)) *pipeline.Future[T] {
	return pipeline.Start(ctx, func(ctx context.Context) (T, error) { return doFor(ctx, eng, op, name, do) })
}

// doFor is Do with a value.
func doFor[T any](ctx context.Context, eng Engine, op, name string, do func(root *os.Root) (T, error)) (value T, err error) {
	err = eng.Do(ctx, op, name, func(root *os.Root) (err error) {
		value, err = do(root)
		return err
	})
	return value, err
}
