package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"crawl/files/errfs"
)

// partner notes what it hears.
type partner struct {
	log  []string
	fail string // what fails: "flush" or "durable"
}

func (p *partner) Flush(context.Context) error { return p.hear("flush") }

func (p *partner) Durable(_ context.Context, upto int64) error {
	return p.hear(fmt.Sprint("durable ", upto))
}

func (p *partner) hear(what string) error {
	p.log = append(p.log, what)
	if p.fail != "" && strings.HasPrefix(what, p.fail) {
		return syscall.ENOSPC
	}
	return nil
}

// A partner is flushed before the journal is synced, and told afterwards how far that is.
func TestPartner(t *testing.T) {
	dir := t.TempDir()
	direct := openEngine(t, dir)
	for _, way := range []Sync{SyncGroup, SyncNone} {
		synctest.Test(t, func(t *testing.T) {
			p := &partner{}
			note := func(errfs.Op, string) { p.log = append(p.log, "sync") }
			f := &folder{t, dir, errfs.New(direct, errfs.Rule{Op: errfs.Sync, Before: note})}
			m := f.open(Options{Sync: way, Fresh: true})
			if err := m.Join(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			p.log = nil
			begun := m.Position()
			f.run(m, "a")
			if m.Position() <= begun {
				t.Error("no further with a line more")
			}
			upto := fmt.Sprint("durable ", m.Position())
			time.Sleep(1500 * time.Millisecond) // of the bubble's clock
			synctest.Wait()
			want := []string{"flush", "sync", upto}
			if way == SyncNone {
				want = []string{upto}
			}
			if !slices.Equal(p.log, want) {
				t.Errorf("%s: %q, want %q", way, p.log, want)
			}
			f.close(m)
		})
	}
}

// What a partner can't do is the end of the journal, too.
func TestPartnerFails(t *testing.T) {
	for _, what := range []string{"flush", "durable"} {
		f := newFolder(t)
		m := f.open(Options{Sync: SyncEach, Every: time.Hour})
		if err := m.Join(t.Context(), &partner{fail: what}); err != nil {
			t.Fatal(err)
		}
		err := m.Append(t.Context(), f.store("a"))
		if failed := (*WriteError)(nil); !errors.As(err, &failed) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", what, err)
		}
		if err := m.Close(t.Context()); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: close: %v", what, err)
		}
	}
}
