package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/frontier/seen"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/fetch/sink"
	"crawl/pipeline"
	"crawl/pipeline/stats"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, antsStarts...) }

// antsStarts are the goroutines that importing ants starts.
var antsStarts = []goleak.Option{
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"),
}

// journal keeps records in memory.
type journal struct {
	mu    sync.Mutex
	lines []manifest.Line
	err   error
}

func (j *journal) Append(_ context.Context, line *manifest.Line) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, *line)
	return j.err
}

// of is the record of a URL. Which comes first of a page's and those of what it links to
// is open.
func (j *journal) of(url string) manifest.Line {
	i := slices.IndexFunc(j.lines, func(l manifest.Line) bool { return l.URL == url })
	if i < 0 {
		return manifest.Line{Reason: "there is no record"}
	}
	return j.lines[i]
}

// outcomes are the records as text, in the order of URLs.
func (j *journal) outcomes() []string {
	var all []string
	for _, l := range j.lines {
		text := fmt.Sprintf("%s %s", l.URL, l.Outcome)
		if l.ErrorClass != "" {
			text += " " + l.ErrorClass
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// answer makes a record out of a status and a body.
func answer(req *fetch.Request, status int, body string, header ...fetch.Field) *fetch.Record {
	return &fetch.Record{
		URL: req.URL, Status: status, Header: header,
		Body: io.NopCloser(strings.NewReader(body)), Wire: &fetch.Wire{Bytes: int64(len(body))},
	}
}

// site answers by the last element of the path.
func site(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	switch path := req.URL[strings.LastIndexByte(req.URL, '/')+1:]; path {
	case "404":
		return answer(req, 404, "no"), nil
	case "500":
		return answer(req, 500, "no"), nil
	case "hop":
		return answer(req, 302, ""), nil
	case "refused":
		return nil, &fetch.Error{Class: fetch.ClassRefused, URL: req.URL, Reason: "no connection"}
	case "huge":
		return nil, &fetch.Error{Class: fetch.ClassTooLarge, URL: req.URL, Reason: "too large"}
	case "slow":
		return nil, wait(ctx, req, time.Hour)
	}
	return answer(req, 200, "hello"), nil
}

// wait takes d and then fails, or ends with ctx or at the deadline.
func wait(ctx context.Context, req *fetch.Request, d time.Duration) error {
	ctx, cancel := context.WithDeadline(ctx, req.Deadline)
	defer cancel()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return &fetch.Error{Class: fetch.ClassTimeoutTotal, URL: req.URL, Reason: "time is up", Err: ctx.Err()}
	case <-timer.C:
		return &fetch.Error{Class: fetch.ClassTimeoutIdle, URL: req.URL, Reason: "silence"}
	}
}

func newCrawl(text string, fetcher fetch.FetcherFunc, opts memory.Options) (*Crawl, *journal) {
	j := &journal{}
	return &Crawl{
		Inputs:   []NamedInput{{"list", list.NewReader(strings.NewReader(text))}},
		Seen:     seen.New(1),
		Frontier: memory.New(opts),
		Fetcher:  fetcher,
		Sink:     Discard{},
		Journal:  j,
		Stats:    stats.New(),
		Workers:  4,
		RunID:    "test",
	}, j
}

const someList = `# a comment
http://a.test/1
http://a.test/404

http://b.test/hop
http://b.test/refused
http://A.test:80/1
ftp://a.test/1
http://user:secret@c.test/x
http://c.test/huge
`

func TestEveryLineHasOneRecord(t *testing.T) {
	want := []string{
		"ftp://a.test/1 failed bad_url",
		"http://a.test/1 duplicate",
		"http://a.test/1 fetched",
		"http://a.test/404 failed http_4xx",
		"http://b.test/hop failed protocol",
		"http://b.test/refused failed refused",
		"http://c.test/huge too_large too_large",
		"http://user:xxxxx@c.test/x fetched",
	}
	for _, mode := range pipeline.Modes() {
		t.Run(string(mode), func(t *testing.T) {
			c, j := newCrawl(someList, site, memory.Options{})
			c.Mode = mode
			if err := c.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := j.outcomes(); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			for _, l := range j.lines {
				if l.Input != "list" || l.Line == 0 || l.Run != "test" {
					t.Errorf("record without its origin: %+v", l)
				}
			}
		})
	}
}

func TestResumeDoesTheRest(t *testing.T) {
	first, j := newCrawl(someList, site, memory.Options{})
	if err := first.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for kept := range len(j.lines) + 1 {
		c, again := newCrawl(someList, site, memory.Options{})
		table := seen.New(2)
		for _, l := range j.lines[:kept] {
			if l.Outcome == manifest.Duplicate {
				table.RecordedDuplicate(l.URL)
			} else {
				table.Recorded(l.URL)
			}
		}
		c.Seen = table
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		again.lines = append(again.lines, j.lines[:kept]...)
		if got, want := again.outcomes(), j.outcomes(); !slices.Equal(got, want) {
			t.Errorf("after %d records:\n%s\nwant\n%s", kept, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var asked []time.Duration
		c, j := newCrawl("http://a.test/x\n", func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
			asked = append(asked, time.Since(start))
			if len(asked) < 3 {
				return answer(req, 503, "", fetch.Field{Name: "Retry-After", Value: "7"}), nil
			}
			return answer(req, 200, "at last"), nil
		}, memory.Options{})
		c.Retry = pipeline.Retry{Max: 3}
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if len(asked) != 3 || asked[1] < 7*time.Second || asked[2]-asked[1] < 7*time.Second {
			t.Errorf("asked at %v", asked)
		}
		if len(j.lines) != 1 || j.lines[0].Attempts != 3 || j.lines[0].Outcome != manifest.Fetched {
			t.Errorf("recorded %+v", j.lines)
		}
	})
}

func TestRetryHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := newCrawl("http://a.test/500\nhttp://a.test/refused\n", site, memory.Options{})
		c.Retry = pipeline.Retry{Max: 2}
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		for _, l := range j.lines {
			if l.Attempts != 3 || l.Outcome != manifest.Failed {
				t.Errorf("recorded %+v", l)
			}
		}
	})
}

func TestOverloadedHostIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		asked := map[string][]time.Duration{}
		c, _ := newCrawl("http://busy.test/1\nhttp://busy.test/2\nhttp://idle.test/1\n", func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
			mu.Lock()
			defer mu.Unlock()
			asked[req.URL] = append(asked[req.URL], time.Since(start))
			if len(asked) == 1 {
				return answer(req, 429, "", fetch.Field{Name: "Retry-After", Value: "60"}), nil
			}
			return answer(req, 200, ""), nil
		}, memory.Options{Options: schedule.Options{PerHost: 1}})
		c.Workers = 1
		c.Retry = pipeline.Retry{} // not again, and yet the host is left alone
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if at := asked["http://busy.test/2"]; len(at) != 1 || at[0] < time.Minute {
			t.Errorf("the other URL of the host was asked for at %v", at)
		}
		if at := asked["http://idle.test/1"]; len(at) != 1 || at[0] != 0 {
			t.Errorf("the other host was asked at %v", at)
		}
	})
}

func TestTotalTimeIncludesRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := newCrawl("http://a.test/x\n", func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			return nil, wait(ctx, req, 15*time.Second)
		}, memory.Options{})
		c.Retry = pipeline.Retry{Max: 100}
		c.Timeout = 40 * time.Second
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if l := j.lines[0]; l.Attempts != 3 || l.ErrorClass != string(fetch.ClassTimeoutTotal) {
			t.Errorf("recorded %+v", l)
		}
	})
}

func TestDrainEndsWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drain := make(chan struct{})
		var text strings.Builder
		for i := range 100 {
			fmt.Fprintf(&text, "http://h%d.test/\n", i)
		}
		c, j := newCrawl(text.String(), func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
			timer := time.NewTimer(time.Second)
			<-timer.C
			return answer(req, 200, ""), nil
		}, memory.Options{})
		time.AfterFunc(1500*time.Millisecond, func() { close(drain) })
		if err := c.Run(t.Context(), drain); err != nil {
			t.Fatal(err)
		}
		if len(j.lines) != 2*c.Workers {
			t.Errorf("%d records, want two rounds of %d workers", len(j.lines), c.Workers)
		}
	})
}

func TestCancelRecordsNothingHalf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c, j := newCrawl("http://a.test/1\nhttp://a.test/slow\n", site, memory.Options{})
		time.AfterFunc(time.Second, cancel)
		if err := c.Run(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		if got := j.outcomes(); !slices.Equal(got, []string{"http://a.test/1 fetched"}) {
			t.Errorf("recorded %v", got)
		}
	})
}

type brokenSink struct{}

func (brokenSink) Put(context.Context, *fetch.Record, string) (sink.Stored, error) {
	return sink.Stored{}, &sink.Error{Path: "x", Err: syscall.ENOSPC}
}

func TestDiskFaultEndsTheRun(t *testing.T) {
	c, j := newCrawl(someList, site, memory.Options{})
	c.Sink = brokenSink{}
	err := c.Run(t.Context(), nil)
	if disk, ok := errors.AsType[*sink.Error](err); !ok || !errors.Is(disk, syscall.ENOSPC) {
		t.Errorf("Run: %v", err)
	}
	for _, l := range j.lines {
		if l.Outcome == manifest.Fetched {
			t.Errorf("%s is recorded as fetched", l.URL)
		}
	}
}

// sinkFunc is a Sink that is a function.
type sinkFunc func(url string) (sink.Stored, error)

func (f sinkFunc) Put(_ context.Context, _ *fetch.Record, url string) (sink.Stored, error) {
	return f(url)
}

func TestDiskFaultOfOneURLIsItsRecord(t *testing.T) {
	c, j := newCrawl("http://a.test/1\nhttp://a.test/2\n", site, memory.Options{})
	planted := &sink.Error{Path: "bodies/a.test/1", Err: syscall.EISDIR}
	c.Sink = sinkFunc(func(url string) (sink.Stored, error) {
		if strings.HasSuffix(url, "1") {
			return sink.Stored{}, planted
		}
		return sink.Stored{Path: "bodies/a.test/2"}, nil
	})
	c.Existing = func(_ context.Context, url string) (sink.Stored, bool, error) {
		if strings.HasSuffix(url, "1") {
			return sink.Stored{}, false, planted
		}
		return sink.Stored{}, false, nil
	}
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	want := []string{"http://a.test/1 failed disk", "http://a.test/2 fetched"}
	if got := j.outcomes(); !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
	for _, l := range j.lines {
		if l.ErrorClass != "" && (l.Reason != planted.Error() || l.Path != "" || l.SHA256 != "" || l.Status != 200) {
			t.Errorf("recorded %+v", l)
		}
	}
}

func TestDiskFaultWhileLookingEndsTheRun(t *testing.T) {
	c, j := newCrawl("http://a.test/1\n", site, memory.Options{})
	c.Existing = func(context.Context, string) (sink.Stored, bool, error) {
		return sink.Stored{}, false, &sink.Error{Path: "x", Err: syscall.EIO}
	}
	if err := c.Run(t.Context(), nil); !errors.Is(err, syscall.EIO) || len(j.lines) != 0 {
		t.Errorf("Run: %v, recorded %v", err, j.outcomes())
	}
}

// A body may be whole and stored in the moment in which the run is stopped.
func TestCancelRecordsWhatIsStored(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, j := newCrawl("http://a.test/1\n", site, memory.Options{})
	c.Sink = sinkFunc(func(string) (sink.Stored, error) {
		cancel()
		return sink.Stored{Path: "bodies/a.test/1", Bytes: 5}, nil
	})
	if err := c.Run(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	if got := j.outcomes(); !slices.Equal(got, []string{"http://a.test/1 fetched"}) {
		t.Errorf("recorded %v", got)
	}
}

// No record holds a password, and yet its line is known again.
func TestBadLinesHideTheirPasswords(t *testing.T) {
	const text = "http://user:s3cret@127.0.0.1:99999/\nhttp://user:s3cret@bad host/\nuser:s3cret@a.test\n"
	want := []string{
		"http://user:xxxxx@127.0.0.1:99999/ failed bad_url",
		"http://user:xxxxx@bad host/ failed bad_url",
		"user:xxxxx@a.test failed bad_url",
	}
	c, j := newCrawl(text, site, memory.Options{})
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := j.outcomes(); !slices.Equal(got, want) {
		t.Errorf("recorded %q, want %q", got, want)
	}
	table := seen.New(2)
	for _, l := range j.lines {
		if strings.Contains(fmt.Sprintf("%+v", l), "s3cret") {
			t.Errorf("recorded %+v", l)
		}
		table.Recorded(l.URL)
	}
	again, more := newCrawl(text, site, memory.Options{})
	again.Seen = table
	if err := again.Run(t.Context(), nil); err != nil || len(more.lines) != 0 {
		t.Errorf("Run: %v, recorded again: %v", err, more.outcomes())
	}
}

func TestFinalURL(t *testing.T) {
	from, to := fetch.Hop{URL: "http://a.test/x", Status: 302}, fetch.Hop{URL: "http://b.test/", Status: 302}
	for _, test := range []struct {
		name string
		at   string // where it failed
		hops []fetch.Hop
		want string
	}{
		{"no redirect", from.URL, nil, ""},
		{"not followed", from.URL, []fetch.Hop{from}, ""},
		{"followed", to.URL, []fetch.Hop{from}, to.URL},
		{"followed once of twice", to.URL, []fetch.Hop{from, to}, to.URL},
		{"followed there and back", from.URL, []fetch.Hop{from, to}, from.URL},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, j := newCrawl(from.URL+"\n", func(context.Context, *fetch.Request) (*fetch.Record, error) {
				return nil, &fetch.Error{Class: fetch.ClassProtocol, URL: test.at, Reason: "broken", Redirects: test.hops}
			}, memory.Options{})
			if err := c.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if l := j.lines[0]; l.FinalURL != test.want || len(l.Redirects) != len(test.hops) {
				t.Errorf("recorded %+v, want the final URL %q", l, test.want)
			}
		})
	}
}

func TestListed(t *testing.T) {
	c, _ := newCrawl("http://a.test/1\nhttp://A.test:80/1\nhttps://b.test/\nftp://c.test/\nhttp://d.test/stored\n", site, memory.Options{})
	c.Existing = func(_ context.Context, url string) (sink.Stored, bool, error) {
		return sink.Stored{}, strings.HasSuffix(url, "stored"), nil
	}
	h := &hosts{}
	c.Listed = h
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if want := []string{"a.test:80", "a.test:80", "b.test:443", "d.test:80"}; !slices.Equal(h.log, want) {
		t.Errorf("told %v, want %v", h.log, want)
	}
}

func TestJournalFaultEndsTheRun(t *testing.T) {
	c, j := newCrawl(someList, site, memory.Options{})
	j.err = errors.New("full")
	if err := c.Run(t.Context(), nil); !errors.Is(err, j.err) {
		t.Errorf("Run: %v", err)
	}
}

func TestListThatBreaksOff(t *testing.T) {
	c, j := newCrawl("", site, memory.Options{})
	c.Inputs[0].Input = list.NewReader(io.MultiReader(strings.NewReader("http://a.test/1\n"), brokenReader{}))
	err := c.Run(t.Context(), nil)
	if _, ok := errors.AsType[*list.Error](err); !ok {
		t.Errorf("Run: %v", err)
	}
	if got := j.outcomes(); !slices.Equal(got, []string{"http://a.test/1 fetched"}) {
		t.Errorf("recorded %v", got)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestExistingIsSkipped(t *testing.T) {
	c, j := newCrawl("http://a.test/1\nhttp://a.test/2\n", site, memory.Options{})
	c.Existing = func(_ context.Context, url string) (sink.Stored, bool, error) {
		return sink.Stored{Path: "p", Bytes: 3}, strings.HasSuffix(url, "1"), nil
	}
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	want := []string{"http://a.test/1 skipped", "http://a.test/2 fetched"}
	if got := j.outcomes(); !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
}

func TestEmptyList(t *testing.T) {
	c, j := newCrawl("# nothing\n\n", site, memory.Options{})
	if err := c.Run(t.Context(), nil); err != nil || len(j.lines) != 0 {
		t.Errorf("Run: %v, recorded %v", err, j.outcomes())
	}
}
