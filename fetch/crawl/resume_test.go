package crawl

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/list"
	"crawl/fetch/scope"
)

// An earlier run may have listed other seeds, and may have ended between a seed and where
// it redirects to. What those lead to is followed all the same.
func TestSeedsOfEarlierRuns(t *testing.T) {
	site := map[string]string{
		"http://a.test/":  "/1",
		"http://b.test/":  "/1",
		"https://c.test/": "/1",
		"http://other/":   "",
	}
	c, j := newFollowing(t, "http://other/\n", scope.Rules{MaxDepth: 1}, pages(site), schedule.Options{})
	via := trail{Via: []fetch.Hop{{URL: "http://c.test/", Status: 301}}}
	if _, err := c.Frontier.Add(t.Context(),
		frontier.Entry{URL: "http://a.test/", Host: "a.test:80", Line: 1},
		frontier.Entry{URL: "https://c.test/", Host: "c.test:443", Line: 2, Note: via.note()},
	); err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"0 http://a.test/ fetched",
		"0 http://c.test/ fetched -> https://c.test/",
		"0 http://other/ fetched",
		"1 http://a.test/1 failed from http://a.test/",
		"1 https://c.test/1 failed from http://c.test/",
	}
	if got := j.texts(); !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// again is a frontier that finds what is redirected to in its queue, put there by an
// earlier run for the same line of another list.
type again struct{ *knowing }

func (again) Move(context.Context, frontier.Entry, frontier.Entry) (frontier.Verdict, error) {
	return frontier.Again, nil
}

func TestRedirectToWhatWaitsForItsLine(t *testing.T) {
	c, j := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 1}, pages(map[string]string{"http://a.test/": "302 /1"}), schedule.Options{})
	c.Frontier = again{c.Frontier.(*knowing)}
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := j.texts(); !slices.Equal(got, []string{"0 http://a.test/ duplicate -> http://a.test/1"}) {
		t.Errorf("got %v", got)
	}
}

// What was found while a list was read that broke off is not set aside: nobody would hear
// of it again.
func TestNothingIsSetAsideBehindABrokenList(t *testing.T) {
	c, _ := newFollowing(t, "", scope.Rules{MaxDepth: 1}, pages(nil), schedule.Options{})
	c.Inputs = []NamedInput{{"list", list.NewReader(io.MultiReader(strings.NewReader("http://a.test/\n"), brokenReader{}))}}
	broken, err := c.load(t.Context(), nil)
	if broken == nil || err != nil || !c.aside.over() {
		t.Errorf("load: %v, %v, over: %v", broken, err, c.aside.over())
	}
}
