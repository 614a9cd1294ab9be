package gate

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"crawl/fetch"
	"crawl/fetch/urls"

	"go.uber.org/goleak"
)

// Ants keeps two goroutines of its own from when it is imported, and fasthttp one that
// notices late that a server is gone.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

const page = "http://a.example/page"

// web answers by URL, 404 where it knows nothing, and remembers what it was asked.
type web struct {
	mu    sync.Mutex // guards what follows
	sites map[string]func(ctx context.Context, req *fetch.Request) (*fetch.Record, error)
	asked []*fetch.Request
	times []time.Time
}

func (w *web) Fetch(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	w.mu.Lock()
	w.asked = append(w.asked, req)
	w.times = append(w.times, time.Now())
	url := req.URL
	if u, err := urls.Parse(url); err == nil {
		url = u.WithoutUserinfo().String()
	}
	answer := w.sites[url]
	w.mu.Unlock()
	if answer == nil {
		answer = status(404)
	}
	rec, err := answer(ctx, req)
	if rec != nil {
		rec.URL, rec.Request, rec.Wire = req.URL, req, new(fetch.Wire)
	}
	return rec, err
}

// urls are those that were asked for.
func (w *web) urls() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	urls := make([]string, len(w.asked))
	for i, req := range w.asked {
		urls[i] = req.URL
	}
	return urls
}

func (w *web) put(url string, answer func(context.Context, *fetch.Request) (*fetch.Record, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sites == nil {
		w.sites = map[string]func(context.Context, *fetch.Request) (*fetch.Record, error){}
	}
	w.sites[url] = answer
}

// site is a web where the robots.txt of page says that.
func site(robots string) *web {
	w := new(web)
	w.put("http://a.example/robots.txt", text(robots))
	return w
}

func text(body string) func(context.Context, *fetch.Request) (*fetch.Record, error) {
	return func(context.Context, *fetch.Request) (*fetch.Record, error) {
		return &fetch.Record{Status: 200, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func status(code int, header ...fetch.Field) func(context.Context, *fetch.Request) (*fetch.Record, error) {
	return func(context.Context, *fetch.Request) (*fetch.Record, error) {
		return &fetch.Record{Status: code, Reason: http.StatusText(code), Header: header, Body: http.NoBody}, nil
	}
}

func redirect(to string) func(context.Context, *fetch.Request) (*fetch.Record, error) {
	return status(302, fetch.Field{Name: "Location", Value: to})
}

func failing(class fetch.Class) func(context.Context, *fetch.Request) (*fetch.Record, error) {
	return func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		return nil, &fetch.Error{Class: class, URL: req.URL, Reason: "injected"}
	}
}

// hanging answers when ctx or the request's time ends.
func hanging(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	class := fetch.ClassCancelled
	if !req.Deadline.IsZero() {
		timer := time.NewTimer(time.Until(req.Deadline))
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
			class = fetch.ClassTimeoutTotal
		}
	} else {
		<-ctx.Done()
	}
	return nil, &fetch.Error{Class: class, URL: req.URL, Reason: "injected"}
}

func check(t testing.TB, g *Gate, url string) error {
	t.Helper()
	return g.Check(t.Context(), &fetch.Request{URL: url})
}
