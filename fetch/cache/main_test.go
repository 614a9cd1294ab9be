package cache

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
	"crawl/files"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, libraries...) }

// libraries keep goroutines of their own: ants two from when it is imported,
// fasthttp's server one for its Date field and one that notices late that it is gone.
var libraries = []goleak.Option{
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"),
	goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
	goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
}

// begin is when every synctest bubble begins.
var begin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// date is an HTTP date that long after begin.
func date(d time.Duration) string { return begin.Add(d).Format(http.TimeFormat) }

// h makes a header of names and values in turn.
func h(pairs ...string) fetch.Header {
	var header fetch.Header
	for i := 0; i < len(pairs); i += 2 {
		header.Add(pairs[i], pairs[i+1])
	}
	return header
}

// origin is a server that gives the next answer and remembers what it was asked.
type origin struct {
	mu    sync.Mutex
	next  func(req *fetch.Request) (*fetch.Record, error)
	asked []*fetch.Request
}

func (o *origin) Fetch(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, req)
	return o.next(req)
}

// answer makes a record.
func answer(req *fetch.Request, status int, header fetch.Header, body string) *fetch.Record {
	return &fetch.Record{
		URL: req.URL, Proto: "HTTP/1.1", Status: status, Reason: http.StatusText(status), Header: header,
		Body: io.NopCloser(strings.NewReader(body)), Started: time.Now(), Wire: &fetch.Wire{Bytes: int64(len(body))},
	}
}

// always answers every request alike.
func always(status int, header fetch.Header, body string) *origin {
	return &origin{next: func(req *fetch.Request) (*fetch.Record, error) { return answer(req, status, header, body), nil }}
}

// get fetches and reads all.
func get(t *testing.T, f fetch.Fetcher, req *fetch.Request) (rec *fetch.Record, body string) {
	t.Helper()
	rec, err := f.Fetch(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Body.Close()
	data, err := io.ReadAll(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	return rec, string(data)
}

// strict fails the test when the store cannot do something.
func strict(t *testing.T) Options {
	return Options{Failed: func(url string, err error) { t.Errorf("store of %s: %v", url, err) }}
}

func newEngine(t *testing.T) files.Engine {
	t.Helper()
	eng, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	return eng
}

func openDisk(t *testing.T, eng files.Engine, limit int64) *Disk {
	t.Helper()
	d, err := OpenDisk(t.Context(), eng, limit)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// kinds are the stores that every test of the layer runs on.
var kinds = map[string]func(*testing.T) Store{
	"memory": func(*testing.T) Store { return NewMemory(0) },
	"disk": func(t *testing.T) Store {
		d := openDisk(t, newEngine(t), 0)
		t.Cleanup(func() {
			if err := d.Close(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
		return d
	},
}

// stores runs a test for every kind of store, each in a bubble whose time is its own.
func stores(t *testing.T, test func(t *testing.T, s Store)) {
	for kind, open := range kinds {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, open(t)) })
		})
	}
}
