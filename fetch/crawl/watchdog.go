package crawl

import (
	"context"
	"errors"
	"sync"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/urls"
)

// errStuck is the cause of the end of a visit that the watchdog has cut.
var errStuck = errors.New("stuck")

// grace is how much longer than the limit for a URL a visit may take: for the robots.txt
// of its host, which has 30 s, and for what has no limit of its own, as disks.
const grace = time.Minute

// visits are those under way, by lease, so that the watchdog can cut one.
type visits struct {
	mu  sync.Mutex // guards all
	all map[int64]context.CancelCauseFunc
}

func (v *visits) enter(lease int64, cancel context.CancelCauseFunc) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.all == nil {
		v.all = map[int64]context.CancelCauseFunc{}
	}
	v.all[lease] = cancel
}

func (v *visits) leave(lease int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.all, lease)
}

func (v *visits) cut(lease int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if cancel := v.all[lease]; cancel != nil {
		cancel(errStuck)
	}
}

// watched is visit under the eyes of the watchdog.
func (c *Crawl) watched(ctx context.Context, e frontier.Entry) (Visit, error) {
	if c.Follow == nil {
		return c.visit(ctx, e)
	}
	watched, cancel := context.WithCancelCause(ctx)
	c.visits.enter(e.Lease, cancel)
	defer cancel(nil)
	defer c.visits.leave(e.Lease)
	return c.visit(watched, e)
}

// watchdog names visits that take longer than all limits allow, and cuts them.
func (c *Crawl) watchdog(ctx context.Context) error {
	err := c.Frontier.Watch(ctx, c.Timeout+grace, func(e frontier.Entry, age time.Duration) {
		c.Log.Warn("stuck, and cut off", "url", urls.Mask(e.URL), "after", age.Round(time.Second))
		c.visits.cut(e.Lease)
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// cancelled reports whether ctx was ended by others than the watchdog.
func cancelled(ctx context.Context) bool {
	return ctx.Err() != nil && !errors.Is(context.Cause(ctx), errStuck)
}

// stuck is the error of a visit that the watchdog has cut.
func stuck(ctx context.Context, url string, err error) error {
	if err == nil || !errors.Is(context.Cause(ctx), errStuck) {
		return err
	}
	return &fetch.Error{Class: fetch.ClassTimeoutTotal, URL: url, Reason: "stuck long after all limits of time, and cut off", Err: err}
}
