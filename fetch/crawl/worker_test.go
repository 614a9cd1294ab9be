package crawl

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/memory"
	"crawl/pipeline"
)

// What a worker brings goes through JSON, as between processes, and is the same record.
func TestWorkerElsewhere(t *testing.T) {
	far := (&Crawl{Fetcher: fetch.FetcherFunc(site), Sink: Hash{}}).Worker()
	here, j := newCrawl(someList, site, memory.Options{})
	here.Sink = Hash{}
	if err := here.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	c, k := newCrawl(someList, nil, memory.Options{})
	c.Mode = pipeline.Processes
	c.Make = func(ctx context.Context, worker int) (pipeline.Func[frontier.Entry, Visit], func() error, error) {
		do, release, err := far(ctx, worker)
		return func(ctx context.Context, e frontier.Entry) (v Visit, err error) {
			there, err := do(ctx, e)
			if err != nil {
				return v, err
			}
			data, err := json.Marshal(there)
			if err != nil {
				return v, err
			}
			return v, json.Unmarshal(data, &v)
		}, release, err
	}
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(k.outcomes()), fmt.Sprint(j.outcomes()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	hello := fmt.Sprintf("%x", sha256.Sum256([]byte("hello")))
	for _, line := range k.lines {
		if line.Outcome == "fetched" && (line.SHA256 != hello || line.Bytes != 5 || line.Path != "") {
			t.Errorf("%+v", line)
		}
		if line.Input != "list" {
			t.Errorf("of input %q", line.Input)
		}
	}
}
