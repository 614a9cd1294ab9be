package pipeline_test

import (
	"testing"
	"time"

	. "crawl/pipeline"
)

func TestRetryWait(t *testing.T) {
	const most = 0.999999 // of what random is drawn from
	r := Retry{Max: 100, Base: time.Second, Cap: 10 * time.Second}
	for _, c := range []struct {
		name    string
		retry   Retry
		attempt int
		after   time.Duration
		random  float64
		want    time.Duration // rounded to milliseconds
		ok      bool
	}{
		{"zero value never retries", Retry{}, 0, 0, most, 0, false},
		{"default base", Retry{Max: 1}, 0, 0, most, 500 * time.Millisecond, true},
		{"default cap", Retry{Max: 50}, 49, 0, most, 30 * time.Second, true},
		{"no tries left", Retry{Max: 3}, 3, 0, most, 0, false},
		{"no tries left, whatever the server says", Retry{Max: 3}, 3, time.Second, most, 0, false},
		{"luck", r, 5, 0, 0, 0, true},
		{"first", r, 0, 0, most, time.Second, true},
		{"half of the second", r, 1, 0, 0.5, time.Second, true},
		{"doubles", r, 3, 0, most, 8 * time.Second, true},
		{"capped", r, 4, 0, most, 10 * time.Second, true},
		{"does not overflow", r, 99, 0, most, 10 * time.Second, true},
		{"cap below base", Retry{Max: 1, Base: time.Minute, Cap: time.Second}, 0, 0, most, time.Second, true},
		{"server asks for longer", r, 0, time.Minute, 0, time.Minute, true},
		{"jitter of at most base", r, 0, time.Minute, most, 61 * time.Second, true},
		{"jitter of at most a tenth", r, 0, 5 * time.Second, most, 5500 * time.Millisecond, true},
		{"server asks for less", r, 3, time.Second, most, 8 * time.Second, true},
		{"an hour at most", r, 0, 100 * time.Hour, most, time.Hour, true},
		{"an instant ago", r, 0, -time.Hour, 0, 0, true},
	} {
		got, ok := c.retry.Wait(c.attempt, c.after, c.random)
		if got.Round(time.Millisecond) != c.want || ok != c.ok {
			t.Errorf("%s: got %v, %v, want %v, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
