package crawl

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/manifest"
	"crawl/fetch/robots/gate"
	"crawl/fetch/sink"
	"crawl/fetch/urls"
	"crawl/pipeline"
)

// Robots knows the robots.txt files; [gate.Gate] does.
type Robots interface {
	// Check returns nil when req may be made, and else an error around a [*gate.Denied]
	// or a [*gate.Deferred].
	Check(ctx context.Context, req *fetch.Request) error
	// Policy returns what else the file says that req is under.
	Policy(ctx context.Context, req *fetch.Request) (gate.Policy, error)
}

// patience is how long the robots.txt of a host may be out of reach before what it has is
// given up: it is asked for after 5 s, 10 s and 20 s. One that is answered with 429 is
// waited for as long as its host asks, as often as any URL is tried again.
const patience = 30 * time.Second

// meet finds out about the host of an entry that nothing is known of: its addresses, and
// from its robots.txt how long it wants to be left alone and which sitemaps it has. Once
// that was asked the entry is given back, to be asked for under a lease of its own.
func (v *visiting) meet(ctx context.Context) (out Visit, ok bool) {
	about := frontier.About{Addrs: v.addresses(ctx, v.req.URL), More: v.Robots != nil}
	if ok := v.Frontier.Learn(v.entry, about); !ok || !about.More {
		return deferred, ok
	}
	policy, err := v.Robots.Policy(ctx, v.req)
	if err != nil && v.Follow != nil && v.Follow.Sitemaps { // of which nothing else may lead to
		if out, ok := v.later(err); ok {
			return out, false
		}
	}
	return v.heard(about.Addrs, policy, err), false
}

// deferred is a visit that came to nothing yet.
var deferred = Visit{End: frontier.Outcome{Defer: true, Load: pipeline.Ignored}}

// heard takes in what a robots.txt says, or that it can't be had, and gives the entry back.
func (v *visiting) heard(addrs []netip.Addr, policy gate.Policy, err error) Visit {
	v.Frontier.Learn(v.entry, frontier.About{Addrs: addrs, Delay: policy.CrawlDelay, Unheard: err != nil})
	out := deferred
	if err == nil {
		out.Links = v.sitemaps(policy)
	}
	return out
}

// addresses are all that a host may be asked at; none when they can't be told, which the
// fetch will find out again.
func (c *Crawl) addresses(ctx context.Context, url string) []netip.Addr {
	if c.Lookup == nil {
		return nil
	}
	addrs, err := c.Lookup(ctx, url)
	if err != nil {
		return nil
	}
	return addrs
}

// permit asks robots.txt and the budget of the host. When the URL may not be asked for, or
// not now, ok is false and out says what becomes of it. The error is a failure to store the
// robots.txt, and ends the crawl.
func (v *visiting) permit(ctx context.Context) (out Visit, ok bool, err error) {
	e, t := &v.entry, &v.trail
	if v.Robots != nil && (v.RobotsForAll || !listed(e) || len(t.Via) > 0) {
		err := v.Robots.Check(ctx, v.req)
		if disk, ok := errors.AsType[*sink.Error](err); ok && !disk.Local() {
			return out, false, disk
		}
		if err != nil {
			return v.denied(stuck(ctx, v.req.URL, err)), false, nil
		}
		if e.Unheard { // it could not be had when the host was met
			if policy, err := v.Robots.Policy(ctx, v.req); err == nil {
				return v.heard(v.addresses(ctx, v.req.URL), policy, nil), false, nil
			}
		}
	}
	if v.Follow == nil || e.Attempts > 0 || len(t.Via) > 0 {
		return out, true, nil
	}
	u, err := urls.Parse(v.req.URL)
	if err != nil {
		return out, true, nil // which is for the fetch to say
	}
	if why, ok := v.Follow.Scope.Take(u); !ok && !listed(e) {
		v.line.Outcome, v.line.Reason, v.line.Attempts = manifest.Skipped, why.String(), 0
		return v.unasked(), false, nil
	}
	return out, true, nil
}

// unasked is a visit that asked the host for nothing.
func (v *visiting) unasked() Visit {
	v.tell(string(v.line.Outcome), v.line, "why", v.line.Reason)
	return Visit{Line: v.line, End: frontier.Outcome{Unasked: true, Load: pipeline.Ignored}}
}

// denied is what becomes of a URL that robots.txt is against, or that it can't be asked
// about.
func (v *visiting) denied(err error) Visit {
	if no, ok := errors.AsType[*gate.Denied](err); ok {
		v.line.Outcome, v.line.Reason, v.line.Attempts = manifest.RobotsDenied, no.Error(), 0
		return v.unasked()
	}
	if out, ok := v.later(err); ok {
		return out
	}
	failed(v.line, err)
	if later, ok := errors.AsType[*gate.Deferred](err); ok {
		v.line.Reason = later.Error()
	}
	return v.unasked()
}

// later is the visit when its robots.txt can't be had now, and is to be waited for.
func (v *visiting) later(err error) (out Visit, ok bool) {
	later, ok := errors.AsType[*gate.Deferred](err)
	if !ok || later.Wait > patience && !(later.Status == http.StatusTooManyRequests && later.Tries <= v.Retry.Max) {
		return out, false
	}
	wait, ok := v.Retry.Wait(v.entry.Attempts, later.Wait, 0)
	if !ok {
		return out, false
	}
	v.tell("again later", v.line, "wait", wait, "why", later.Error())
	return Visit{End: frontier.Outcome{Retry: true, Wait: wait, Backoff: wait, Load: pipeline.Ignored}}, true
}
