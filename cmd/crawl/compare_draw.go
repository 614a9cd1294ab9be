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

	"crawl/fetch/crawl"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/seen"
	"crawl/fetch/list"
	"crawl/fetch/urls"
	"crawl/pipeline"
	"crawl/pipeline/stats"
)

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
	looks := [2][]glance{}
	for i := range looks {
		if looks[i], err = c.look(ctx, all); err != nil {
			return nil, nil, err
		}
	}
	failed, changing, why := 0, 0, ""
	for i, url := range all {
		switch first, second := looks[0][i], looks[1][i]; {
		case first.sum == "" || second.sum == "":
			failed++
			why = cmp.Or(why, first.failure, second.failure)
		case first.sum != second.sum:
			changing++
		default:
			left = append(left, url)
		}
	}
	if failed > 0 {
		notes = append(notes, fmt.Sprintf("%d of %s cannot be fetched, and are left out: %s", failed, counted(len(all), "URL"), why))
	}
	if changing > 0 {
		notes = append(notes, fmt.Sprintf("%d of %s change from one look to the next, and are left out", changing, counted(len(all), "URL")))
	}
	for _, note := range notes {
		c.console.say("%s", note)
	}
	return left, notes, nil
}

// glance is what a URL gave when it was fetched to see what it gives.
type glance struct {
	sum     string // SHA-256, "" for a failure
	failure string
}

// look fetches all once.
func (c *comparing) look(ctx context.Context, all []string) ([]glance, error) {
	f, err := c.newFetching(fetchSpec{Args: c.given, URLs: all, Body: c.body}, min(autoStart, len(all)))
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex // guards seen
	seen := make([]glance, len(all))
	f.Inputs = []crawl.NamedInput{{Input: &repeated{urls: all, left: 1}}}
	do := f.Worker()
	f.Make = func(ctx context.Context, worker int) (pipeline.Func[frontier.Entry, crawl.Visit], func() error, error) {
		visit, release, err := do(ctx, worker)
		return func(ctx context.Context, e frontier.Entry) (crawl.Visit, error) {
			v, err := visit(ctx, e)
			g := glance{failure: pieceOf(v).failure}
			if g.failure == "" {
				g.sum = v.Line.SHA256
			}
			mu.Lock()
			seen[e.Line-1] = g
			mu.Unlock()
			return v, err
		}, release, err
	}
	err = errors.Join(f.Run(ctx, nil), f.close())
	return seen, err
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
