package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"crawl/pipeline/compare"
	"crawl/pipeline/stats"
)

const (
	mostURLs     = 1000 // that are measured unless --sample says so
	mostForeign  = 20   // the same, at hosts of others
	foreignTimes = 5    // rounds there
)

// onURLs compares on the URLs of lists.
func (c *comparing) onURLs(ctx context.Context, args []string) error {
	all, notes, err := c.draw(ctx, args)
	if err != nil {
		return err
	}
	hosts, foreign := hostsOf(all)
	f := c.flags
	plan := compare.Plan{
		Work:   compare.Network,
		Noun:   "URLs",
		Cap:    f.perHost.n * len(hosts),
		Rate:   f.mostRate(len(hosts)),
		Rounds: 10,
		Budget: f.spend(0),
		Least:  leastOf(f.spend(0)),
	}
	most := 0
	if foreign {
		most = plan.Cap
		plan.Rounds = foreignTimes
		plan.Least = 1e-3 // nothing is asked for more often than a round needs
	}
	widths := f.widths.within(widths{2, 8, 32}, most)
	rows := len(f.ways("", nil, widths, widths.widest())) + len(c.python.rows(pythonFetching, 1, nil, ""))
	if foreign {
		blocks := 1 + cmp.Or(f.rounds.n, plan.Rounds)
		c.console.say("up to %s requests to %s: %s, at most %d ways, %d times each, never more than %s",
			stats.Count(int64(len(all)*(rows*blocks+2))), counted(len(hosts), "host"), counted(len(all), "URL"), rows, blocks, f.politely())
	}
	if method := f.asking.method(); !safe(method) {
		c.console.say("each request is a %s: whatever that changes over there, it does over and over", method)
	}
	left, more, err := c.steady(ctx, all)
	if err != nil {
		return err
	}
	notes = append(notes, more...)
	if len(left) == 0 {
		return &exitError{code: exitNone, err: errors.New("no URL could be fetched twice with the same result: there is nothing to compare on")}
	}
	plan.Items = len(left)
	plan.Title = fmt.Sprintf("%s of %s", counted(len(left), "URL"), counted(len(hosts), "host"))
	spec := fetchSpec{Args: c.given, URLs: left, Body: c.body}
	plan.Rows = append(f.ways(fetchJob, asJSON(spec), widths, widths.widest()), c.pythonFetches(spec, min(widths.widest(), f.perHost.n), foreign)...)
	pause := waitBetween(f.delay.Duration)
	r, err := c.measure(ctx, plan, compare.Options{Before: pause}, notes...)
	if r != nil {
		c.tell(r)
	}
	return err
}

// safe reports whether a method changes nothing at a server: RFC 9110, section 9.2.1.
func safe(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace}, method)
}

// waitBetween keeps the delay between the last request of a row and the first one of
// the next.
func waitBetween(delay time.Duration) func(context.Context, compare.Row) error {
	return func(ctx context.Context, _ compare.Row) error {
		if delay == 0 {
			return nil
		}
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// mostRate is how many fetches a second the flags allow at so many hosts; 0: any.
func (f *compareFlags) mostRate(hosts int) float64 {
	rate := float64(f.rate)
	if d := f.delay.Seconds(); d > 0 && (rate == 0 || float64(hosts)/d < rate) {
		rate = float64(hosts) / d
	}
	return rate
}

// politely says what crawl itself would keep to.
func (f *compareFlags) politely() string {
	text := fmt.Sprintf("%d at once at a host", f.perHost.n)
	if f.delay.Duration > 0 {
		text += ", " + f.delay.String() + " apart"
	}
	if f.rate > 0 {
		text += ", " + f.rate.String() + " a second"
	}
	return text
}

// counted is a number of something.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return stats.Count(int64(n)) + " " + what + "s"
}

// pythonFetches are Python's rows, as far as they can be as polite as crawl's, and
// reach servers as these do.
func (c *comparing) pythonFetches(spec fetchSpec, width int, foreign bool) []compare.Row {
	f := c.flags
	why := ""
	switch {
	case f.delay.Duration > 0 || f.rate > 0:
		why = "only crawl keeps to --delay and --rate"
	case f.credentials.given():
		why = "only crawl logs in and keeps cookies"
	case f.connections.own():
		why = "only crawl connects as the flags say"
	case foreign && c.proxied():
		why = "only crawl goes through the proxy"
	}
	header := [][2]string{{"User-Agent", f.userAgent}, {"Accept", "*/*"}}
	for _, field := range comparableCodings(f.asking.header(slices.Clone(f.header.fields))) {
		header = append(header, [2]string{field.Name, field.Value})
	}
	return c.python.rows(pythonFetching, width, asJSON(map[string]any{
		"urls": spec.URLs, "headers": header, "method": f.asking.method(), "body": spec.Body,
		"connect_timeout_s": f.connectTimeout.Seconds(), "idle_timeout_s": f.idleTimeout.Seconds(),
	}), why)
}

// proxied reports whether the environment names a proxy.
func (p process) proxied() bool {
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"} {
		if value, _ := p.env(name); value != "" {
			return true
		}
	}
	return false
}
