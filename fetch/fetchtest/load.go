package fetchtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// queues are the paths whose answers take longer the more is asked of them.
type queues struct {
	crowd atomic.Int64 // requests that wait in crowded

	mu   sync.Mutex          // guards what follows
	free map[int64]time.Time // by rate: when the next request is served
}

// turn returns how long a request waits that comes now to a server of so many a second.
func (q *queues) turn(rate int64, now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.free == nil {
		q.free = map[int64]time.Time{}
	}
	begin := q.free[rate]
	if begin.Before(now) {
		begin = now
	}
	end := begin.Add(time.Second / time.Duration(rate))
	q.free[rate] = end
	return end.Sub(now)
}

func (q *queues) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free = nil
}

// queued answers /queue/{rate}/{ms}/{id}: beyond rate times ms in flight nothing is
// gained.
func queued(x *exchange) {
	rate := min(max(x.num[0], 1), 1_000_000)
	x.lab.wait(x.delay(1) + x.lab.queues.turn(rate, time.Now()))
	x.say(200, "served: "+x.text)
}

// crowded answers /crowd/{ms}/{us}/{id}: each in flight slows down the others.
func crowded(x *exchange) {
	others := x.lab.queues.crowd.Add(1) - 1
	defer x.lab.queues.crowd.Add(-1)
	x.lab.wait(x.delay(0) + time.Duration(others*min(x.num[1], 1_000_000))*time.Microsecond)
	x.say(200, "got through: "+x.text)
}

// tiring answers /tiring/{n}/{fresh}/{tired}/{id}: it slows down midway.
func tiring(x *exchange) {
	wait := x.delay(1)
	if x.lab.trials.next(x.Path()) > x.num[0] {
		wait = x.delay(2)
	}
	x.lab.wait(wait)
	x.say(200, "done: "+x.text)
}

// changing answers /changing/{n}/{id}: it sends other bytes midway.
func changing(x *exchange) {
	text := "first"
	if x.lab.trials.next(x.Path()) > x.num[0] {
		text = "then"
	}
	x.say(200, fmt.Sprintf("%s: %s", text, x.text))
}

// failing answers /failing/{n}/{id}: it breaks midway.
func failing(x *exchange) {
	if x.lab.trials.next(x.Path()) > x.num[0] {
		x.say(503, "no more")
		return
	}
	x.say(200, "well: "+x.text)
}
