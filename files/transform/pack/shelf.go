package pack

import "sync"

// shelf keeps what is costly to make for the next file, the one used last on top: it is
// still in a core's cache. A [sync.Pool] has one for each of Go's processors, and of
// those there may be many more than cores. It holds as many as were in use at once.
type shelf[T any] struct {
	make func() T

	mu   sync.Mutex // guards kept
	kept []T
}

func newShelf[T any](make func() T) *shelf[T] { return &shelf[T]{make: make} }

func (s *shelf[T]) get() T {
	s.mu.Lock()
	if n := len(s.kept); n > 0 {
		v := s.kept[n-1]
		s.kept = s.kept[:n-1]
		s.mu.Unlock()
		return v
	}
	s.mu.Unlock()
	return s.make()
}

func (s *shelf[T]) put(v T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, v)
}
