package compare

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// Clock measures a job in its child process. Its methods may be called from any
// goroutine, Ready once.
type Clock struct {
	out  io.Writer
	told chan struct{} // closed when the parent says go

	mu       sync.Mutex // guards what follows
	start    time.Time
	wall     time.Duration
	running  bool
	stopped  bool
	began    usage
	delayed  time.Duration // run delay at the start, then in between
	used     usage         // own, in between
	children usage         // that had been waited for at the start
	earlier  time.Duration // processor time of those that are still there, at the start
	beat     *heartbeat
}

// Ready tells the parent that all is prepared, waits until it says go, and starts
// the clock.
func (c *Clock) Ready(ctx context.Context) error {
	if _, err := io.WriteString(c.out, ready+"\n"); err != nil {
		return err
	}
	select {
	case <-c.told:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running || c.stopped {
		return errors.New("the clock was started twice")
	}
	c.running = true
	c.beat = startHeartbeat()
	c.delayed, c.earlier = runDelay(), ranByDescendants()
	c.began, c.children = ownUsage(), childrenUsage()
	c.start = time.Now()
	return nil
}

// Stop stops the clock, when the last item is done and before anything is cleaned
// up. Further calls do nothing. Without one, the clock stops when the job returns.
func (c *Clock) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.running || c.stopped {
		return
	}
	c.wall = time.Since(c.start)
	c.used = ownUsage().since(c.began)
	c.delayed = max(runDelay()-c.delayed, 0) // a thread that has ended takes its own along
	c.stopped = true
	c.beat.stop()
}

// At is t as seconds since the clock started, which spans are written in.
func (c *Clock) At(t time.Time) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return t.Sub(c.start).Seconds()
}

func (c *Clock) ran() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

// fill adds what the clock knows to a sample, once the job has ended: by then it has
// waited for its own children, whose usage counts to their end.
func (c *Clock) fill(s *Sample) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.used.plus(childrenUsage().since(c.children).after(c.earlier))
	s.Wall = c.wall.Seconds()
	s.User, s.System = u.user.Seconds(), u.system.Seconds()
	s.RunDelay = c.delayed.Seconds()
	s.Voluntary, s.Involuntary = u.voluntary, u.involuntary
	s.Heartbeat = c.beat.worst.Seconds()
}

// usage is what the system counts of a process.
type usage struct {
	user, system           time.Duration
	voluntary, involuntary int64
}

func (u usage) since(v usage) usage {
	return usage{u.user - v.user, u.system - v.system, u.voluntary - v.voluntary, u.involuntary - v.involuntary}
}

// after is u without what was used before it was of interest.
func (u usage) after(ran time.Duration) usage {
	if all := u.user + u.system; all > 0 {
		share := max(1-float64(ran)/float64(all), 0)
		u.user, u.system = time.Duration(float64(u.user)*share), time.Duration(float64(u.system)*share)
	}
	return u
}

func (u usage) plus(v usage) usage {
	return usage{u.user + v.user, u.system + v.system, u.voluntary + v.voluntary, u.involuntary + v.involuntary}
}

// heartbeat finds out for how long at worst a goroutine that wants to run cannot.
type heartbeat struct {
	quit  chan struct{}
	ended chan struct{}
	worst time.Duration // to be read once ended is closed
}

// beatEvery is rare enough to cost nothing and often enough to meet what lasts.
const beatEvery = 10 * time.Millisecond

func startHeartbeat() *heartbeat {
	h := &heartbeat{quit: make(chan struct{}), ended: make(chan struct{})}
	go h.run()
	return h
}

func (h *heartbeat) run() {
	defer close(h.ended)
	timer := time.NewTimer(beatEvery)
	defer timer.Stop()
	for due := time.Now().Add(beatEvery); ; due = time.Now().Add(beatEvery) {
		select {
		case <-h.quit:
			h.worst = max(h.worst, time.Since(due)) // it may be due for long
			return
		case <-timer.C:
			h.worst = max(h.worst, time.Since(due))
			timer.Reset(beatEvery)
		}
	}
}

func (h *heartbeat) stop() {
	close(h.quit)
	<-h.ended
}
