package fetchtest

import (
	"sync/atomic"
	"time"
)

// capacity counts the requests that wait in slowing.
type capacity struct{ waiting atomic.Int64 }

// slowing answers /slowing/{ms}/{most}/{id}: n at once take 1+(n/most)² times as long as
// one, so that most at once are served the fastest, in twice the time.
func slowing(x *exchange) {
	n := x.lab.capacity.waiting.Add(1)
	defer x.lab.capacity.waiting.Add(-1)
	load := float64(n) / float64(max(x.num[1], 1))
	x.lab.wait(time.Duration(float64(x.delay(0)) * (1 + min(load*load, 1000))))
	x.say(200, "came through: "+x.text)
}
