package pipeline

import (
	"context"
	"io"
	"sync/atomic"
)

// Source hands out items. Next blocks until there is one and may be called by many
// goroutines at once. [io.EOF] says that there will be no more, for every caller.
// A Next that returns an error, the end of ctx included, has taken nothing.
type Source[T any] interface {
	Next(ctx context.Context) (T, error)
}

// SourceFunc lets a function be a Source.
type SourceFunc[T any] func(ctx context.Context) (T, error)

// Next calls f.
func (f SourceFunc[T]) Next(ctx context.Context) (T, error) { return f(ctx) }

// Slice returns a Source of items, in order. The slice must not change meanwhile.
func Slice[T any](items []T) Source[T] {
	return &slice[T]{items: items}
}

type slice[T any] struct {
	items []T
	taken atomic.Int64
}

func (s *slice[T]) Next(context.Context) (T, error) {
	if i := s.taken.Add(1) - 1; i < int64(len(s.items)) {
		return s.items[i], nil
	}
	var none T
	return none, io.EOF
}
