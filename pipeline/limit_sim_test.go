package pipeline

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// An origin answers what is asked at now, with so many in flight, at the time that
// it returns; ok is false when it turns it away.
type origin func(now time.Duration, inFlight int) (latency time.Duration, ok bool)

const ms = time.Millisecond

// queued serves at most rate(now) requests a second, one after the other, behind a
// delay.
func queued(delay time.Duration, rate func(now time.Duration) float64, service func() float64) origin {
	var free time.Duration
	return func(now time.Duration, _ int) (time.Duration, bool) {
		free = max(free, now) + time.Duration(service()/rate(now)*float64(time.Second))
		return free - now + delay, true
	}
}

func steady(rate float64) func(time.Duration) float64 {
	return func(time.Duration) float64 { return rate }
}

func even() float64 { return 1 }

// slowing answers later the more are in flight: (n/most)² on top.
func slowing(delay time.Duration, most float64) origin {
	return func(_ time.Duration, n int) (time.Duration, bool) {
		x := float64(n) / most
		return time.Duration(float64(delay) * (1 + x*x)), true
	}
}

func delaying(delay time.Duration) origin {
	return func(time.Duration, int) (time.Duration, bool) { return delay, true }
}

// refusing turns away, at once, what comes when more than most are in flight.
func refusing(o origin, most int) origin {
	return func(now time.Duration, n int) (time.Duration, bool) {
		if n > most {
			return 5 * ms, false
		}
		return o(now, n)
	}
}

// noisy multiplies latencies by up to f, either way.
func noisy(o origin, f float64, dice *rand.Rand) origin {
	return func(now time.Duration, n int) (time.Duration, bool) {
		d, ok := o(now, n)
		return time.Duration(float64(d) * math.Pow(f, 2*dice.Float64()-1)), ok
	}
}

// answers are the requests in flight, the next to end first.
type answers []answer

type answer struct {
	start, end time.Duration
	round      uint32
	ok         bool
}

func (a answers) Len() int           { return len(a) }
func (a answers) Less(i, j int) bool { return a[i].end < a[j].end }
func (a answers) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *answers) Push(x any)        { *a = append(*a, x.(answer)) }
func (a *answers) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// tally is what an origin gave in a quarter of a second.
type tally struct {
	done, dropped int
	latency       time.Duration // in sum
	width         int           // at the end
}

const quarter = 250 * ms

func (t tally) goodput() float64 { return float64(t.done) / quarter.Seconds() }

// simulate keeps an origin as busy as a limit allows, in virtual time.
func simulate(o origin, p *policy, fixed int, length time.Duration, moved func(time.Duration, Move)) []tally {
	tallies := make([]tally, length/quarter)
	var flying answers
	var now time.Duration
	for {
		for width := max(fixed, p.width); len(flying) < width; {
			latency, ok := o(now, len(flying)+1)
			heap.Push(&flying, answer{now, now + latency, p.begin(now), ok})
		}
		a := heap.Pop(&flying).(answer)
		now = a.end
		if now >= length {
			return tallies
		}
		t := &tallies[now/quarter]
		t.done++
		t.latency += a.end - a.start
		outcome := Success
		if !a.ok {
			t.done--
			t.latency -= a.end - a.start
			t.dropped++
			outcome = Dropped
		}
		if fixed == 0 {
			from := p.width
			why := p.end(sample{now, a.end - a.start, len(flying) + 1, outcome, a.round})
			if p.width != from {
				moved(now, Move{from, p.width, why})
			}
		}
		t.width = p.width
	}
}

// best finds the fixed width of the most goodput, and what 95 % of it are.
func best(make func() origin, most int) (width int, goodput float64) {
	for w := 1; w <= most; w = max(w+1, w*21/20) {
		done := 0
		idle := newPolicy(1, 1)
		for _, t := range simulate(make(), &idle, w, 10*time.Second, nil)[20:] {
			done += t.done
		}
		if g := float64(done) / 5; g > goodput*1.005 {
			width, goodput = w, g
		}
	}
	return width, goodput
}

func TestLimitFindsTheBestWidth(t *testing.T) {
	halved := func(now time.Duration) float64 { // for best: what holds at the end
		if now < 15*time.Second {
			return 200
		}
		return 120
	}
	doubled := func(now time.Duration) float64 {
		if now < 15*time.Second {
			return 200
		}
		return 400
	}
	for _, c := range []struct {
		name  string
		most  int
		empty time.Duration // latency of the empty origin
		make  func(dice *rand.Rand) origin
		step  bool
	}{
		{"200/s behind 100 ms", 256, 105 * ms, func(*rand.Rand) origin { return queued(100*ms, steady(200), even) }, false},
		{"200/s behind 20 ms", 256, 25 * ms, func(*rand.Rand) origin { return queued(20*ms, steady(200), even) }, false},
		{"200/s behind 100 ms, uneven", 256, 105 * ms, func(d *rand.Rand) origin { return queued(100*ms, steady(200), d.ExpFloat64) }, false},
		{"2,000/s behind 50 ms", 1024, 50 * ms, func(*rand.Rand) origin { return queued(50*ms, steady(2000), even) }, false},
		{"slows down, best at 50", 256, 100 * ms, func(*rand.Rand) origin { return slowing(100*ms, 50) }, false},
		{"slows down, best at 400", 1024, 40 * ms, func(*rand.Rand) origin { return slowing(40*ms, 400) }, false},
		{"delay of 100 ms, cap 64", 64, 100 * ms, func(*rand.Rand) origin { return delaying(100 * ms) }, false},
		{"delay of 100 ms, cap 1,000", 1000, 100 * ms, func(*rand.Rand) origin { return delaying(100 * ms) }, false},
		{"delay of 100 ms, noise 2", 256, 108 * ms, func(d *rand.Rand) origin { return noisy(delaying(100*ms), 2, d) }, false},
		{"200/s behind 100 ms, noise 2", 256, 113 * ms, func(d *rand.Rand) origin { return noisy(queued(100*ms, steady(200), even), 2, d) }, false},
		{"slows down, best at 50, noise 2", 256, 108 * ms, func(d *rand.Rand) origin { return noisy(slowing(100*ms, 50), 2, d) }, false},
		{"from 200/s to 120/s", 256, 105 * ms, func(*rand.Rand) origin { return queued(100*ms, halved, even) }, true},
		{"from 200/s to 400/s", 256, 105 * ms, func(*rand.Rand) origin { return queued(100*ms, doubled, even) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(5) {
				fresh := func() origin { return c.make(rand.New(rand.NewPCG(seed, 1))) }
				width, goodput := best(fresh, c.most)
				p := newPolicy(4, c.most)
				tallies := simulate(fresh(), &p, 0, 30*time.Second, func(now time.Duration, m Move) {
					if seed == 0 {
						t.Logf("%8v from %d to %d: %s", now.Round(ms), m.From, m.To, m.Why)
					}
				})
				reached, worst := -1, 0.0
				for i, tl := range tallies {
					second := tl // smooths noise
					for _, before := range tallies[max(0, i-3):i] {
						second.done += before.done
						second.latency += before.latency
					}
					if tl.goodput() >= 0.95*goodput && reached < 0 {
						reached = i
					}
					if second.done > 0 {
						worst = max(worst, float64(second.latency)/float64(second.done)/float64(c.empty))
					}
				}
				last := 0
				for _, tl := range tallies[40:60] {
					last += tl.done
				}
				end := 0
				for _, tl := range tallies[100:] {
					end += tl.done
				}
				t.Logf("seed %d: best %d with %.0f/s; ours %d, %.0f/s (%.2f) in 10-15 s, %.0f/s at the end; 95 %% after %v; latency at most x%.2f",
					seed, width, goodput, p.width, float64(last)/5, float64(last)/5/goodput, float64(end)/5, time.Duration(reached)*quarter, worst)
			}
		})
	}
}
