package gate

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
)

// A copy is used for 24 hours (RFC 9309 section 2.4), and changes count from then on.
func TestChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := site(forbidding)
		g := New(w, Options{})
		denied := func(want bool) {
			t.Helper()
			if err := check(t, g, page); errors.Is(err, ClassDenied) != want || !want && err != nil {
				t.Errorf("%v: err = %v", time.Now(), err)
			}
		}
		denied(true)
		w.put("http://a.example/robots.txt", status(404))
		time.Sleep(lifetime - time.Nanosecond)
		denied(true)
		time.Sleep(time.Nanosecond)
		denied(false)
		w.put("http://a.example/robots.txt", text(forbidding))
		time.Sleep(lifetime - time.Nanosecond)
		denied(false)
		time.Sleep(time.Nanosecond)
		denied(true)
		if n := len(w.urls()); n != 3 {
			t.Errorf("%d requests, want 3", n)
		}
	})
}

// While a file can't be had, rules that were read before go on (RFC 9309 section 2.4).
func TestOldRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := site(forbidding)
		g := New(w, Options{})
		check(t, g, page)
		w.put("http://a.example/robots.txt", status(503))
		for range 40 {
			time.Sleep(lifetime)
			if err := check(t, g, page); !errors.Is(err, ClassDenied) {
				t.Fatalf("err = %v", err)
			}
			if err := check(t, g, "http://a.example/"); err != nil {
				t.Fatalf("err = %v", err)
			}
		}
		if n := len(w.urls()); n != 41 {
			t.Errorf("%d requests, want 41: one a day", n)
		}
	})
}

// A file that can't be had is asked for again, less and less often, and lets nothing
// pass for 30 days (RFC 9309 section 2.3.1.4).
func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := new(web)
		w.put("http://a.example/robots.txt", status(500))
		g := New(w, Options{})
		start := time.Now()
		for {
			err := check(t, g, page)
			if time.Since(start) >= unreachable {
				if err != nil {
					t.Errorf("after 30 days: %v", err)
				}
				break
			}
			d, ok := errors.AsType[*Deferred](err)
			if !ok {
				t.Fatalf("after %v: %v", time.Since(start), err)
			}
			time.Sleep(d.Wait / 2)
			if half, ok := errors.AsType[*Deferred](check(t, g, page)); !ok || half.Wait != d.Wait-d.Wait/2 {
				t.Fatalf("after half of it %v is left of %v", half.Wait, d.Wait)
			}
			time.Sleep(d.Wait - d.Wait/2)
		}
		var pauses []time.Duration
		for i := range 11 {
			pauses = append(pauses, w.times[i+1].Sub(w.times[i]))
		}
		pause := firstPause
		for i, got := range pauses {
			if got != pause {
				t.Errorf("pause %d is %v, want %v", i, got, pause)
			}
			pause = min(2*pause, maxPause)
		}
		w.put("http://a.example/robots.txt", text(forbidding))
		time.Sleep(maxPause)
		if err := check(t, g, page); !errors.Is(err, ClassDenied) {
			t.Errorf("when it is back: %v", err)
		}
	})
}

// A server that says when is asked then.
func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"120":                           2 * time.Minute,
		"Sat, 01 Jan 2000 00:01:00 GMT": time.Minute,
		"999999999":                     time.Hour,
		"-1":                            firstPause,
		"0":                             firstPause,
		"soon":                          firstPause,
	} {
		for _, code := range []int{429, 503} {
			synctest.Test(t, func(t *testing.T) {
				w := new(web)
				w.put("http://a.example/robots.txt", status(code, fetch.Field{Name: "Retry-After", Value: value}))
				g := New(w, Options{})
				d, ok := errors.AsType[*Deferred](check(t, g, page))
				if !ok || d.Wait != want {
					t.Fatalf("%d, %s: %+v", code, value, d)
				}
				w.put("http://a.example/robots.txt", status(404))
				time.Sleep(want - time.Nanosecond)
				if err := check(t, g, page); err == nil {
					t.Errorf("%d, %s: passed too early", code, value)
				}
				time.Sleep(time.Nanosecond)
				if err := check(t, g, page); err != nil {
					t.Errorf("%d, %s: %v", code, value, err)
				}
			})
		}
	}
}
