package pipeline

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// An origin flights what is asked at now, with so many in flight, at the time that
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

// slowing flights later the more are in flight: (n/most)² on top.
func slowing(delay time.Duration, most float64) origin {
	return func(_ time.Duration, n int) (time.Duration, bool) {
		x := float64(n) / most
		return time.Duration(float64(delay) * (1 + x*x)), true
	}
}

func delaying(delay time.Duration) origin {
	return func(time.Duration, int) (time.Duration, bool) { return delay, true }
}

// lengthening has nothing to do with what it is asked.
func lengthening(now time.Duration, _ int) (time.Duration, bool) {
	if now < 15*time.Second {
		return 50 * ms, true
	}
	return 150 * ms, true
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

// flights are the requests in flight, the next to end first.
type flights []flight

type flight struct {
	start, end time.Duration
	round      uint32
	ok         bool
}

func (a flights) Len() int           { return len(a) }
func (a flights) Less(i, j int) bool { return a[i].end < a[j].end }
func (a flights) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *flights) Push(x any)        { *a = append(*a, x.(flight)) }
func (a *flights) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// tally is what an origin gave in a quarter of a second.
type tally struct {
	done, dropped int
	latency       time.Duration // in sum
}

const quarter = 250 * ms

func (t tally) goodput() float64 { return float64(t.done) / quarter.Seconds() }

// simulate keeps an origin as busy as a limit allows, in virtual time.
func simulate(o origin, p *policy, fixed int, length time.Duration, moved func(time.Duration, Move)) []tally {
	tallies := make([]tally, length/quarter)
	var flying flights
	var now time.Duration
	for {
		for width := max(fixed, p.width); len(flying) < width; {
			latency, ok := o(now, len(flying)+1)
			heap.Push(&flying, flight{now, now + latency, p.begin(now), ok})
		}
		a := heap.Pop(&flying).(flight)
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
			why := p.end(sample{a.start, now, a.end - a.start, len(flying) + 1, outcome, a.round})
			if p.width != from {
				moved(now, Move{from, p.width, why})
			}
		}
	}
}

// best finds the fixed width of the most goodput among those up to most, and how
// high it drives latency at worst.
func best(fresh func() origin, most int) (width int, goodput float64, worst time.Duration) {
	for w := 1; ; w = min(max(w+1, w*5/4), most) { // where goodput bends smoothly it is flat at its best
		unused := newPolicy(1, 1)
		tallies := simulate(fresh(), &unused, w, 10*time.Second, nil)
		if g := rate(tallies[20:]); g > goodput*1.005 {
			width, goodput, worst = w, g, slowest(tallies)
		}
		if w == most {
			return width, goodput, worst
		}
	}
}

func rate(tallies []tally) float64 {
	return float64(done(tallies)) / (float64(len(tallies)) * quarter.Seconds())
}

func done(tallies []tally) (n int) {
	for _, t := range tallies {
		n += t.done
	}
	return n
}

func dropped(tallies []tally) (n int) {
	for _, t := range tallies {
		n += t.dropped
	}
	return n
}

// slowest is the highest mean latency of a second.
func slowest(tallies []tally) time.Duration {
	var worst time.Duration
	for i := range tallies {
		var sum time.Duration
		done := 0
		for _, t := range tallies[max(0, i-3) : i+1] {
			sum += t.latency
			done += t.done
		}
		worst = max(worst, sum/time.Duration(max(1, done)))
	}
	return worst
}

func TestLimitFindsTheBestWidth(t *testing.T) {
	step := func(rate float64) func(time.Duration) float64 {
		return func(now time.Duration) float64 {
			if now < 15*time.Second {
				return 200
			}
			return rate
		}
	}
	type dice = *rand.Rand
	for _, c := range []struct {
		name  string
		most  int
		empty time.Duration // latency of the empty origin, in the mean
		make  func(dice) origin
		ratio float64 // latency stays below so many times that
		share float64 // of the best goodput, from the tenth second on
		end   float64 // goodput after a step, or 0
		seeds uint64
	}{
		{"200/s behind 100 ms", 256, 105 * ms, func(dice) origin { return queued(100*ms, steady(200), even) }, 1.8, 0.95, 0, 1},
		{"200/s behind 20 ms", 256, 25 * ms, func(dice) origin { return queued(20*ms, steady(200), even) }, 1.8, 0.95, 0, 1},
		{"200/s behind 100 ms, cap 8", 8, 105 * ms, func(dice) origin { return queued(100*ms, steady(200), even) }, 1.8, 0.95, 0, 1},
		{"2,000/s behind 50 ms", 1024, 50 * ms, func(dice) origin { return queued(50*ms, steady(2000), even) }, 1.8, 0.95, 0, 1},
		{"slows down, best at 50", 256, 100 * ms, func(dice) origin { return slowing(100*ms, 50) }, 1.8, 0.95, 0, 1},
		{"slows down, best at 400", 1024, 40 * ms, func(dice) origin { return slowing(40*ms, 400) }, 1.8, 0.95, 0, 1},
		{"100 ms, cap 64", 64, 100 * ms, func(dice) origin { return delaying(100 * ms) }, 1.01, 0.99, 0, 1},
		{"100 ms, cap 1,000", 1000, 100 * ms, func(dice) origin { return delaying(100 * ms) }, 1.01, 0.99, 0, 1},
		{"500 ms, cap 64", 64, 500 * ms, func(dice) origin { return delaying(500 * ms) }, 1.01, 0.95, 0, 1},
		{"100 ms, noise 2", 256, 108 * ms, func(d dice) origin { return noisy(delaying(100*ms), 2, d) }, 1.3, 0.95, 0, 5},
		// The mean of a second is noisy itself here, under a fixed width too.
		{"200/s behind 100 ms, noise 2", 256, 113 * ms, func(d dice) origin { return noisy(queued(100*ms, steady(200), even), 2, d) }, 2, 0.95, 0, 5},
		{"slows down, best at 50, noise 2", 256, 108 * ms, func(d dice) origin { return noisy(slowing(100*ms, 50), 2, d) }, 2, 0.93, 0, 5},
		{"200/s behind 100 ms, uneven", 256, 105 * ms, func(d dice) origin { return queued(100*ms, steady(200), d.ExpFloat64) }, 2.3, 0.9, 0, 5},
		{"from 200/s to 120/s", 256, 105 * ms, func(dice) origin { return queued(100*ms, step(120), even) }, 2, 0.95, 120, 1},
		{"from 200/s to 400/s", 256, 105 * ms, func(dice) origin { return queued(100*ms, step(400), even) }, 1.8, 0.95, 400, 1},
		{"from 50 ms to 150 ms, cap 100", 100, 150 * ms, func(dice) origin { return lengthening }, 1.01, 0.95, 666, 1},
		{"100 ms, turns away above 40", 100, 100 * ms, func(dice) origin { return refusing(delaying(100*ms), 40) }, 1.01, 0.85, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			seeded := func(seed uint64) func() origin {
				return func() origin { return c.make(rand.New(rand.NewPCG(seed, 1))) }
			}
			width, goodput, theirs := best(seeded(0), c.most)
			for seed := range c.seeds {
				fresh := seeded(seed)
				p := newPolicy(4, c.most)
				var story strings.Builder // which tells why a run failed
				tallies := simulate(fresh(), &p, 0, 30*time.Second, func(now time.Duration, m Move) {
					fmt.Fprintf(&story, "%8v from %d to %d: %s\n", now.Round(ms), m.From, m.To, m.Why)
				})
				reached := slices.IndexFunc(tallies, func(t tally) bool { return t.goodput() >= 0.95*goodput })
				worst := float64(slowest(tallies)) / float64(c.empty)
				t.Logf("seed %d: best %d with %.0f/s, latency x%.2f at worst; ours %d with %.0f/s, x%.2f; 95 %% after %v", seed,
					width, goodput, float64(theirs)/float64(c.empty), p.width, rate(tallies[40:60]), worst, time.Duration(reached)*quarter)
				if turned := tallies[40:]; 50*dropped(turned) > done(turned) {
					t.Errorf("%d were turned away, %d not", dropped(turned), done(turned))
				}
				if reached < 0 || reached >= 40 {
					t.Errorf("not at 95 %% of the best goodput within 10 s")
				}
				if got := rate(tallies[40:60]); got < c.share*goodput {
					t.Errorf("goodput %.0f/s, want %.0f %% of %.0f", got, 100*c.share, goodput)
				}
				if got := rate(tallies[100:]); c.end > 0 && got < 0.95*c.end {
					t.Errorf("goodput %.0f/s long after the step, want %.0f", got, c.end)
				}
				if worst > c.ratio {
					t.Errorf("latency rose to %.2f times the empty origin's", worst)
				}
				if t.Failed() {
					t.Fatal("\n" + story.String())
				}
			}
		})
	}
}
