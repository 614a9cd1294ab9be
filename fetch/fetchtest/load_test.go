package fetchtest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/valyala/fasthttp/fasthttputil"
)

// inBubble has requests, each a path, sent at the same moment, and returns how long
// all of them took, in virtual time.
func inBubble(t *testing.T, paths []string) (took time.Duration, s Stats) {
	lab := New()
	ln := fasthttputil.NewInmemoryListener()
	var served, asked sync.WaitGroup
	served.Go(func() { lab.Serve(ln) })
	tr := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return ln.Dial() }}
	begin := time.Now()
	for _, path := range paths {
		asked.Go(func() {
			if a := get(t, &http.Client{Transport: tr}, lab.URL(0, path)); a.StatusCode != 200 || a.err != nil {
				t.Errorf("%s: %d, %v", path, a.StatusCode, a.err)
			}
		})
	}
	asked.Wait()
	took = time.Since(begin)
	tr.CloseIdleConnections()
	synctest.Wait()
	s = lab.Stats()
	lab.Close()
	served.Wait()
	return took, s
}

func TestLoad(t *testing.T) {
	for _, test := range []struct {
		path  string
		times int
		want  time.Duration
		busy  float64
	}{
		{"/queue/10/50/a", 5, 550 * time.Millisecond, 5*0.05 + 0.1 + 0.2 + 0.3 + 0.4 + 0.5},
		{"/crowd/20/5000/a", 3, 30 * time.Millisecond, 0.020 + 0.025 + 0.030},
		{"/tiring/2/5/50/a", 2, 5 * time.Millisecond, 0.010},
		{"/tiring/2/5/50/a", 3, 50 * time.Millisecond, 0.060},
	} {
		synctest.Test(t, func(t *testing.T) {
			var paths []string
			for range test.times {
				paths = append(paths, test.path)
			}
			took, s := inBubble(t, paths)
			if took != test.want || s.Busy < test.busy-1e-9 || s.Busy > test.busy+1e-9 {
				t.Errorf("%d times %s took %v, want %v; busy for %v s, want %v", test.times, test.path, took, test.want, s.Busy, test.busy)
			}
		})
	}
}

func TestMidway(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	for i, want := range []string{"first: a\n", "first: a\n", "then: a\n"} {
		if a := get(t, c, lab.URL(0, "/changing/2/a")); a.body != want {
			t.Errorf("request %d: %q", i+1, a.body)
		}
	}
	for i, want := range []int{200, 200, 503} {
		if a := get(t, c, lab.URL(0, "/failing/2/a")); a.StatusCode != want {
			t.Errorf("request %d: %d", i+1, a.StatusCode)
		}
	}
	lab.ResetStats()
	if a := get(t, c, lab.URL(0, "/changing/2/a")); a.body != "first: a\n" {
		t.Errorf("after a reset: %q", a.body)
	}
}
