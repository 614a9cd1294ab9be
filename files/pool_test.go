package files

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"testing/synctest"
)

// inPool runs f in a bubble with a pool of one worker.
func inPool(t *testing.T, f func(t *testing.T, p *Pool)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		p, err := NewPool(dir, Options{Width: 1})
		if err != nil {
			t.Fatal(err)
		}
		f(t, p)
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestPoolHearsContextWhileQueued(t *testing.T) {
	inPool(t, func(t *testing.T, p *Pool) {
		busy := make(chan struct{})
		done := make(chan error)
		go func() { done <- p.change(t.Context(), "test", "x", func() error { <-busy; return nil }) }()
		synctest.Wait()

		ctx, cancel := context.WithCancel(t.Context())
		go func() { done <- p.PutFile(ctx, "a", nil) }()
		go func() { _, err := p.ReadFile(ctx, "a"); done <- err }()
		synctest.Wait()
		cancel()
		for range 2 {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("queued: %v", err)
			}
		}
		close(busy)
		if err := <-done; err != nil {
			t.Errorf("running: %v", err)
		}
	})
}

func TestPoolDropsLateAnswers(t *testing.T) {
	inPool(t, func(t *testing.T, p *Pool) {
		busy, done := make(chan struct{}), make(chan error)
		dropped := 0
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_, err := look(ctx, p, "test", "x", func() (int, error) { <-busy; return 7, nil }, func(v int) { dropped = v })
			done <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		close(busy)
		synctest.Wait()
		if dropped != 7 {
			t.Error("the late answer was not dropped")
		}
	})
}

// TestPoolWaitsForChanges: a change that has begun reports what came of it.
func TestPoolWaitsForChanges(t *testing.T) {
	inPool(t, func(t *testing.T, p *Pool) {
		busy, done := make(chan struct{}), make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { done <- p.change(ctx, "test", "x", func() error { <-busy; return nil }) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		select {
		case err := <-done:
			t.Errorf("left a running change: %v", err)
		default:
		}
		close(busy)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestPoolCloseEndsTheQueue(t *testing.T) {
	inPool(t, func(t *testing.T, p *Pool) {
		busy, done := make(chan struct{}), make(chan error)
		go func() { done <- p.change(t.Context(), "test", "x", func() error { <-busy; return nil }) }()
		synctest.Wait()
		go func() { done <- p.PutFile(t.Context(), "a", nil) }()
		synctest.Wait()
		closed := make(chan error)
		go func() { closed <- p.Close() }()
		if err := <-done; !errors.Is(err, fs.ErrClosed) {
			t.Errorf("queued: %v", err)
		}
		close(busy)
		if err := <-done; err != nil {
			t.Errorf("running: %v", err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

// TestWidth: with every slot taken a call waits, and hears its context.
func TestWidth(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d, err := NewDirect(dir, Options{Width: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		for range 2 {
			if err := d.enter(t.Context(), "test", "x"); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		first, second := make(chan error, 1), make(chan error, 1)
		go func() { first <- d.PutFile(ctx, "a", nil) }()
		synctest.Wait()
		go func() { second <- d.PutFile(t.Context(), "b", nil) }()
		synctest.Wait()
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		d.leave()
		if err := <-second; err != nil {
			t.Error(err)
		}
		d.leave()
	})
}
