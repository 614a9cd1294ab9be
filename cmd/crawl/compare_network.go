package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"crawl/fetch/crawl"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/seen"
	"crawl/fetch/list"
	"crawl/fetch/urls"
	"crawl/pipeline"
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
		c.console.say("up to %s requests to %s: %s URLs, at most %d ways, %d times each, never more than %s",
			stats.Count(int64(len(all)*(rows*blocks+2))), counted(len(hosts), "host"), stats.Count(int64(len(all))), rows, blocks, f.politely())
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
	plan.Title = fmt.Sprintf("%s URLs of %s", stats.Count(int64(len(left))), counted(len(hosts), "host"))
	spec := fetchSpec{Args: c.given, URLs: left}
	plan.Rows = append(f.ways(fetchJob, asJSON(spec), widths, widths.widest()), c.pythonFetches(spec, min(widths.widest(), f.perHost.n), foreign)...)
	pause := waitBetween(f.delay.Duration)
	r, err := c.measure(ctx, plan, compare.Options{Before: pause}, notes...)
	if r != nil {
		c.tell(r)
	}
	return err
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
	return fmt.Sprint(n, " ", what, "s")
}

// pythonFetches are Python's rows, as far as they can be as polite as crawl's, and
// reach servers as these do.
func (c *comparing) pythonFetches(spec fetchSpec, width int, foreign bool) []compare.Row {
	f := c.flags
	why := ""
	switch {
	case f.delay.Duration > 0 || f.rate > 0:
		why = "only crawl keeps to --delay and --rate"
	case f.connections.own():
		why = "only crawl connects as the flags say"
	case foreign && c.proxied():
		why = "only crawl goes through the proxy"
	}
	header := [][2]string{{"User-Agent", f.userAgent}, {"Accept", "*/*"}}
	for _, field := range comparableCodings(slices.Clone(f.header.fields)) {
		header = append(header, [2]string{field.Name, field.Value})
	}
	return c.python.rows(pythonFetching, width, asJSON(map[string]any{
		"urls": spec.URLs, "headers": header,
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

// draw reads the lists, and draws from them by chance as many as are wanted.
func (c *comparing) draw(ctx context.Context, args []string) (drawn []string, notes []string, err error) {
	in, err := openInputs(ctx, args, c.stdin, nil)
	if err != nil {
		return nil, nil, err
	}
	defer in.close()
	lot := newLot(cmp.Or(c.flags.sample.n, mostURLs), uint64(c.flags.seed.n))
	known := seen.New(rand.Uint64())
	for _, input := range in {
		for {
			line, err := input.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if e, ok := errors.AsType[*list.Error](err); ok {
				return nil, nil, brokenList(e)
			}
			if err != nil {
				return nil, nil, err
			}
			u, err := urls.Parse(line.Text)
			if err != nil || line.Err() != nil || known.Visit(u.String()) != seen.Fresh {
				continue
			}
			lot.add(u.String())
		}
	}
	drawn = lot.drawn()
	if _, foreign := hostsOf(drawn); foreign && c.flags.sample.n == 0 && len(drawn) > mostForeign {
		again := newLot(mostForeign, uint64(c.flags.seed.n))
		for _, url := range drawn {
			again.add(url)
		}
		drawn = again.drawn()
	}
	if len(drawn) == 0 {
		return nil, nil, inputError("nothing to compare on: no URL is listed")
	}
	if len(drawn) < lot.seen {
		notes = append(notes, fmt.Sprintf("%d of %s URLs were drawn by chance (--sample, --seed %d)", len(drawn), stats.Count(int64(lot.seen)), c.flags.seed.n))
		c.console.say("%s", notes[0])
	}
	return drawn, notes, nil
}

// hostsOf are the hosts of URLs, and whether somebody else's is among them.
func hostsOf(all []string) (hosts []string, foreign bool) {
	for _, text := range all {
		u, err := urls.Parse(text)
		if err != nil {
			continue
		}
		hosts = append(hosts, u.Host())
		foreign = foreign || !isLoopback(u.Hostname())
	}
	slices.Sort(hosts)
	return slices.Compact(hosts), foreign
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.IsLoopback() || host == "localhost"
}

// steady leaves out URLs that fail, or change from one look to the next by themselves:
// nothing can be compared on those.
func (c *comparing) steady(ctx context.Context, all []string) (left, notes []string, err error) {
	looks := [2][]string{}
	for i := range looks {
		if looks[i], err = c.look(ctx, all); err != nil {
			return nil, nil, err
		}
	}
	failed, changing := 0, 0
	for i, url := range all {
		switch first, second := looks[0][i], looks[1][i]; {
		case first == "" || second == "":
			failed++
		case first != second:
			changing++
		default:
			left = append(left, url)
		}
	}
	if failed > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d URLs cannot be fetched, and are left out", failed, len(all)))
	}
	if changing > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d URLs change from one look to the next, and are left out", changing, len(all)))
	}
	for _, note := range notes {
		c.console.say("%s", note)
	}
	return left, notes, nil
}

// look fetches all once, and returns the SHA-256 of each, "" for failures.
func (c *comparing) look(ctx context.Context, all []string) ([]string, error) {
	f, err := c.newFetching(fetchSpec{Args: c.given, URLs: all}, min(autoWidth, len(all)))
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex // guards sums
	sums := make([]string, len(all))
	f.Inputs = []crawl.NamedInput{{Input: &repeated{urls: all, left: 1}}}
	do := f.Worker()
	f.Make = func(ctx context.Context, worker int) (pipeline.Func[frontier.Entry, crawl.Visit], func() error, error) {
		visit, release, err := do(ctx, worker)
		return func(ctx context.Context, e frontier.Entry) (crawl.Visit, error) {
			v, err := visit(ctx, e)
			if v.Line != nil && pieceOf(v).failure == "" {
				mu.Lock()
				sums[e.Line-1] = v.Line.SHA256
				mu.Unlock()
			}
			return v, err
		}, release, err
	}
	err = errors.Join(f.Run(ctx, nil), f.close())
	return sums, err
}

// lot draws by chance from a stream (Vitter, Random Sampling with a Reservoir, 1985).
type lot struct {
	most int
	seen int
	dice *rand.Rand
	kept []ticket
}

type ticket struct {
	at  int
	url string
}

func newLot(most int, seed uint64) *lot {
	return &lot{most: most, dice: rand.New(rand.NewPCG(seed, 0))}
}

func (l *lot) add(url string) {
	l.seen++
	t := ticket{l.seen, url}
	if len(l.kept) < l.most {
		l.kept = append(l.kept, t)
		return
	}
	if i := l.dice.IntN(l.seen); i < l.most {
		l.kept[i] = t
	}
}

// drawn are those that were, in their order.
func (l *lot) drawn() []string {
	slices.SortFunc(l.kept, func(a, b ticket) int { return cmp.Compare(a.at, b.at) })
	var all []string
	for _, t := range l.kept {
		all = append(all, t.url)
	}
	return all
}
