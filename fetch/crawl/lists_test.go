package crawl

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"crawl/fetch"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/list"
	"crawl/fetch/scope"
)

// The lists are read before anything is fetched, for the scope to be known.
func TestListsAreReadFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		var read atomic.Bool
		go func() {
			io.WriteString(w, "http://a.test/\n")
			synctest.Wait() // the crawl has done with that line all that it will
			read.Store(true)
			io.WriteString(w, "http://b.test/\n")
			w.Close()
		}()
		c, j := newFollowing(t, "", scope.Rules{MaxDepth: 1}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
			if !read.Load() {
				t.Error("it is fetched before the list is read")
			}
			return page(req, "http://a.test/1", "http://b.test/1"), nil
		}, schedule.Options{})
		c.Inputs = []NamedInput{{"list", list.NewReader(r)}}
		if err := c.Run(t.Context(), nil); err != nil || len(j.lines) != 4 {
			t.Errorf("%v, %v", err, j.texts())
		}
	})
}

func TestInputOfWhatIsListed(t *testing.T) {
	c, j := newFollowing(t, "\nhttp://a.test/1\n", scope.Rules{MaxDepth: 1}, pages(map[string]string{"http://a.test/1": "/2"}), schedule.Options{})
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, l := range j.lines {
		if listed := l.URL == "http://a.test/1"; listed != (l.Input == "list") || listed != (l.Line == 2) {
			t.Errorf("recorded %+v", l)
		}
	}
}

func TestBrokenListIsToldWhenTheRestIsDone(t *testing.T) {
	c, j := newFollowing(t, "", scope.Rules{MaxDepth: 1}, pages(map[string]string{"http://a.test/1": "/2"}), schedule.Options{})
	c.Inputs = []NamedInput{{"list", list.NewReader(io.MultiReader(strings.NewReader("http://a.test/1\n"), brokenReader{}))}}
	err := c.Run(t.Context(), nil)
	if _, ok := errors.AsType[*list.Error](err); !ok || len(j.lines) != 2 {
		t.Errorf("%v, %v", err, j.texts())
	}
}
