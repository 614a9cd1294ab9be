package crawl_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"crawl/fetch"
	"crawl/fetch/crawl"
	"crawl/fetch/frontier/disk"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/seen"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/fetch/scope"
	"crawl/pipeline/stats"
)

// web is a site without a network: links by URL.
var web = map[string]string{
	"http://a.example/":        `<a href="/one">one</a> <a href="http://b.example/">elsewhere</a>`,
	"http://a.example/one":     `<a href="/">back</a> <a href="/two">two</a>`,
	"http://a.example/two":     `<a href="/three">three</a>`,
	"http://a.example/listed":  ``,
	"http://a.example/listed2": ``,
}

func fetchWeb(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
	page, ok := web[req.URL]
	rec := &fetch.Record{URL: req.URL, Status: 200, Wire: new(fetch.Wire), Body: io.NopCloser(strings.NewReader(page))}
	rec.Header.Add("Content-Type", "text/html")
	if !ok {
		rec.Status = 404
	}
	return rec, nil
}

// records is a journal that keeps what matters here.
type records struct {
	mu  sync.Mutex // guards all
	all []string
}

func (r *records) Append(_ context.Context, line *manifest.Line) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, fmt.Sprint(line.Depth, " ", line.URL, " ", line.Outcome))
	return nil
}

func (r *records) print() {
	slices.Sort(r.all)
	fmt.Println(strings.Join(r.all, "\n"))
}

// A list is fetched.
func ExampleCrawl() {
	done := new(records)
	c := &crawl.Crawl{
		Inputs:   []crawl.NamedInput{{Name: "list", Input: list.NewReader(strings.NewReader("http://a.example/listed\nhttp://a.example/listed2\n"))}},
		Seen:     seen.New(1),
		Frontier: memory.New(memory.Options{}),
		Fetcher:  fetch.FetcherFunc(fetchWeb),
		Sink:     crawl.Discard{},
		Journal:  done,
		Stats:    stats.New(),
		Workers:  8,
	}
	if err := c.Run(context.Background(), nil); err != nil {
		fmt.Println(err)
	}
	done.print()
	// Output:
	// 0 http://a.example/listed fetched
	// 0 http://a.example/listed2 fetched
}

// Links are followed, two steps away, on the host of what was listed.
func ExampleFollowing() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "frontier")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	front, err := disk.Open(ctx, folder, disk.Options{Key: crawl.Name})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer front.Close()
	where, err := scope.New(scope.Rules{Within: scope.Host, MaxDepth: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	done, refused := new(records), new(crawl.Refusals)
	c := &crawl.Crawl{
		Inputs:   []crawl.NamedInput{{Name: "list", Input: list.NewReader(strings.NewReader("http://a.example/\n"))}},
		Seen:     seen.New(1),
		Frontier: front,
		Fetcher:  fetch.FetcherFunc(fetchWeb),
		Sink:     crawl.Discard{},
		Journal:  done,
		Stats:    stats.New(),
		Workers:  8,
		Follow:   &crawl.Following{Scope: where, Refused: refused},
	}
	if err := c.Run(ctx, nil); err != nil {
		fmt.Println(err)
	}
	done.print()
	fmt.Println("not followed:", refused.Counts())
	// Output:
	// 0 http://a.example/ fetched
	// 1 http://a.example/one fetched
	// 2 http://a.example/two fetched
	// not followed: map[depth:1 scope host:1]
}
