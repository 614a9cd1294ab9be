package pipeline

import (
	"fmt"
	"math"
	"time"
)

// policy decides how wide a limit is. It has no clock and no lock: it is a function
// of the samples that it is told.
//
// It goes in rounds. A round is a cohort: the first so many that begin after the
// width was set, and after those by which it grew, who come all at once and may
// have to connect first. It is judged when nine tenths of them have ended, so that the
// slow ones count as much as the fast ones. What is compared is the mean of the
// logarithms of their latencies, whose difference is a ratio and in which a page
// of ten times the size does not outweigh ten others.
//
// Little's law makes goodput of that: width divided by latency. So a raise by half
// gains half where latency stays what it was, and nothing where it grew by half:
//
//	climbing   raise by half a time, by less when latency has risen already, as
//	           long as a quarter of each raise or more came back as goodput
//	holding    at the knee: goodput times the latency of the empty origin (the
//	           delay-bandwidth product), and 1.5 roots of it for a queue that
//	           never runs dry
//	checking   latency rose: lower to the knee, and see whether latency follows.
//	           If it does not, it was not ours: take it for the new normal and
//	           climb again
//
// That is the Vegas of TCP (Brakmo, Peterson 1995) as Netflix' concurrency-limits
// has it (VegasLimit, and the root as tolerated queue of Gradient2Limit), with two
// differences. It moves on measured gain rather than on latency alone, so that it
// also finds the best width of an origin that slows down smoothly; and it bounds
// every raise so that latency stays below twice the empty origin's: before the
// point of most goodput latency grows no faster than the width.
type policy struct {
	width, most  int
	state        limitState
	held         bool // no raise, for the pressure
	settled      bool // it has held a width for want of gain
	round        uint32
	size         int           // of the cohort
	skip         int           // begin before it: those by which the width grew, all at once
	begun, ended int           // of the cohort
	busy         int           // of the ended, those that ended at full width
	set          time.Duration // when the round began

	total, dropped int // of all samples in this round

	here level // at this width
	last level // at the width before
	base level // of the empty origin

	wobble float64 // variance of the mean between rounds at one width

	again   int           // rounds at this width, in which nothing was decided
	patient int           // rounds to hold before the next try
	failed  int           // tries in a row that gained nothing
	ceiling int           // where work was dropped, or 0
	until   time.Duration // for how long that is believed
	believe time.Duration
	dropAt  time.Duration // when that was
}

type limitState uint8

const (
	climbing limitState = iota
	holding
	checking
)

// sample is one piece of work that has ended.
type sample struct {
	start, now time.Duration
	latency    time.Duration
	inFlight   int // when it ended, itself included
	outcome    Outcome
	round      uint32
}

const (
	raiseBy    = 1.5  // at most, a round
	worthwhile = 0.25 // of a raise must come back as goodput
	maxLatency = 1.58 // times that of the empty origin: no raise that may pass it
	tooSlow    = 1.8  // times that of the empty origin: lower
	dropShare  = 0.02 // of a round: lower

	// grain comes on top of each latency: what differs by less is for a scheduler to
	// say, not for a queue.
	grain = 3 * time.Millisecond

	maxCohort   = 256
	smallCohort = 4
	shortRound  = 10 * time.Millisecond // at least, or the largest cohort
)

func newPolicy(start, most int) policy {
	p := policy{most: most, believe: 15 * time.Second}
	p.restart(0, min(start, most))
	return p
}

// begin says in which round's cohort work counts that begins now, 0 for none.
func (p *policy) begin(now time.Duration) uint32 {
	if p.skip > 0 {
		p.skip--
		return 0
	}
	if p.begun == 0 {
		p.set = now
	}
	if p.begun >= p.size {
		if now-p.set >= shortRound || p.size >= maxCohort {
			return 0
		}
		p.size++
	}
	p.begun++
	return p.round
}

// undo is for work that did not begin after all.
func (p *policy) undo(round uint32) {
	if round == p.round {
		p.begun--
	}
}

// end takes a sample. When it changes the width it returns why.
func (p *policy) end(s sample) string {
	recent := p.dropAt == 0 || s.start > p.dropAt // else the last cut has answered for it
	if recent {
		p.total++
	}
	if recent && s.outcome == Dropped {
		p.dropped++
		if p.dropped >= 3 && 10*p.dropped > p.total && p.total >= p.width/2 {
			return p.drop(s.now)
		}
	}
	if s.round == p.round {
		p.ended++
		if s.inFlight+max(1, p.width/10) >= p.width {
			p.busy++
		}
		if s.outcome == Success {
			p.here.add(math.Log((s.latency + grain).Seconds()))
		}
	}
	if !p.complete(s.now) {
		return ""
	}
	return p.judge(s.now)
}

// complete says whether enough of the cohort has ended. Stragglers are waited for no
// longer than six times the usual latency.
func (p *policy) complete(now time.Duration) bool {
	if now-p.set < shortRound && p.size < maxCohort {
		return false
	}
	if p.ended >= p.size-p.size/10 {
		return true
	}
	return p.ended > p.size/2 && p.here.n > 0 && now-p.set > 6*p.here.latency()
}

// press lowers under pressure.
func (p *policy) press(share float64, of string) string {
	p.held = share >= 0.8
	if share < 1 || p.width == 1 {
		return ""
	}
	p.move(p.width*4/5, holding)
	return fmt.Sprintf("the process is short of %s", of)
}

// drop lowers since work was dropped, and remembers where that was.
func (p *policy) drop(now time.Duration) string {
	why := fmt.Sprintf("%d of %d were turned away or timed out", p.dropped, p.total)
	p.believe = min(2*p.believe, 10*time.Minute)
	p.ceiling, p.until, p.dropAt = p.width, now+p.believe, now
	p.failed, p.patient = 0, 4
	p.move(p.width*7/10, holding)
	return why
}

// judge ends a round.
func (p *policy) judge(now time.Duration) string {
	if float64(p.dropped) > dropShare*float64(p.total) {
		return p.drop(now)
	}
	if p.ceiling > 0 && now > p.until {
		p.ceiling = 0
	}
	idle := 2*p.busy < p.ended // most slots were free: no raise can tell anything
	if idle || p.here.n < p.ended/2 || p.here.n < 2 {
		p.here.forget()
		p.next(p.width)
		return ""
	}
	// Of many rounds one is always lucky. An origin that seems faster than it is when empty
	// leaves no room for any raise, and that for good.
	if p.base.n == 0 || p.base.mean-p.here.mean > 0.05+3*math.Hypot(p.here.error(), p.base.error()) {
		p.base = p.here
	}
	switch p.state {
	case climbing:
		return p.climb()
	case checking:
		return p.check()
	default:
		return p.hold()
	}
}

// climb judges a raise.
func (p *policy) climb() string {
	if p.last.n == 0 { // the first rounds of all
		p.base = p.here
		if p.here.error() > 0.08 && p.again < 3 { // all that follows is held against it
			p.again++
			p.next(p.width)
			return ""
		}
		return p.raise("the first answers came back")
	}
	raised := math.Log(float64(p.width) / float64(p.last.width))
	gain := raised - (p.here.mean - p.last.mean)
	doubt := p.doubt()
	if math.Abs(gain-worthwhile*raised) < doubt && p.again < 3 && p.ratio() < tooSlow {
		p.again++
		p.next(p.width)
		return ""
	}
	if gain > worthwhile*raised && p.ratio() < tooSlow {
		if p.here.mean-p.last.mean < 0.1*raised && p.here.mean-p.base.mean < p.near(doubt) {
			p.base = p.base.merged(p.here, maxCohort) // latency does not depend on the width yet
		}
		p.failed, p.patient = 0, 0
		return p.raise(fmt.Sprintf("goodput rose by %.0f %%", 100*math.Expm1(gain)))
	}
	p.settled = true
	p.failed++
	p.patient = 1 << min(p.failed, 6)
	why := fmt.Sprintf("latency rose from %s to %s and goodput did not", p.last, p.here)
	if gain > 0 {
		why = fmt.Sprintf("latency rose from %s to %s, goodput by %.0f %% only", p.last, p.here, 100*math.Expm1(gain))
	}
	return p.settle(max(p.last.width, min(p.knee(), p.width)), why)
}

// hold watches, and tries again when that may help.
func (p *policy) hold() string {
	if p.ratio() > tooSlow && p.knee() < p.width {
		why := fmt.Sprintf("latency rose from %s to %s", p.last, p.here)
		if p.last.mean >= p.here.mean {
			why = fmt.Sprintf("latency is %s, where %s would do", p.here, p.base)
		}
		p.move(p.knee(), checking)
		return why
	}
	fell := p.last.width == p.width && p.last.mean-p.here.mean > 0.1+2*p.doubt()
	p.patient--
	if fell {
		return p.raise(fmt.Sprintf("latency fell from %s to %s", p.last, p.here))
	}
	if p.last.width == p.width {
		d := p.here.mean - p.last.mean
		p.wobble += (d*d/2 - p.wobble) / 8
		p.here = p.last.merged(p.here, 4*p.width) // one lucky round is nothing to climb from
	}
	if p.patient > 0 {
		p.last = p.here // what the next round at this width is held against
		p.next(p.width)
		return ""
	}
	return p.raise(fmt.Sprintf("a try, latency is %s", p.here))
}

// check judges whether lowering has helped. That latency is not ours takes half the
// width to believe.
func (p *policy) check() string {
	lowered := math.Log(float64(p.last.width) / float64(p.width))
	fell := p.last.mean - p.here.mean
	switch {
	case fell > 0.5*lowered-p.doubt():
	case lowered < 0.65 && p.width > 1:
		why := fmt.Sprintf("latency is still %s", p.here)
		p.restart(p.here.variance(), max(1, p.width*7/10))
		return why
	case fell < worthwhile*lowered:
		p.base = p.here
		return p.raise(fmt.Sprintf("latency stayed %s with fewer", p.here))
	}
	p.state, p.patient = holding, 4
	p.last = p.here
	p.next(p.width)
	return ""
}

// doubt is the standard error of the difference to the level before. Latencies in
// one queue resemble each other, so what rounds at one width differ by counts too.
func (p *policy) doubt() float64 {
	return math.Sqrt(p.here.error()*p.here.error() + p.last.error()*p.last.error() + 2*p.wobble)
}

// ratio is the latency here to that of the empty origin.
func (p *policy) ratio() float64 { return math.Exp(p.here.mean - p.base.mean) }

// knee is the width at which the queue is just never empty.
func (p *policy) knee() int {
	product := float64(p.width) / p.ratio()
	return max(1, int(product+1.5*math.Sqrt(product)))
}

// near is how far latency may be from the empty origin's to be taken for it. Later
// than in the first climb there may be a queue already.
func (p *policy) near(doubt float64) float64 {
	if p.settled {
		return 0.12
	}
	return 0.12 + doubt + p.base.error()
}

// raise goes on climbing, as far as latency leaves room.
func (p *policy) raise(why string) string {
	most := p.most
	if p.ceiling > 0 {
		most = min(most, max(p.width, (p.width+p.ceiling)/2)) // halving what is left, as BIC TCP does
	}
	to := float64(p.width) * min(raiseBy, maxLatency/(p.ratio()*math.Exp(p.here.error())))
	width := min(int(to+0.5), most)
	if width == p.width && to > float64(p.width)+0.3 {
		width = min(width+1, most)
	}
	if p.held || float64(width) < float64(p.width)*1.04 {
		return p.settle(p.width, why)
	}
	p.move(width, climbing)
	return why
}

// settle holds at a width.
func (p *policy) settle(width int, why string) string {
	if width == p.width {
		p.state = holding
		p.patient = max(p.patient, 1)
		p.last = p.here
		p.next(width)
		return ""
	}
	p.move(width, holding)
	return why
}

// move sets a width whose latency is not known yet.
func (p *policy) move(width int, state limitState) {
	p.here.width = p.width
	p.last, p.state = p.here, state
	p.restart(p.here.variance(), max(1, min(width, p.most)))
}

func (p *policy) restart(variance float64, width int) {
	p.here = level{guess: variance}
	p.again = 0
	p.next(width)
}

// next begins a round. The noisier latency is, the larger the cohort.
func (p *policy) next(width int) {
	if p.state == holding && p.width == width {
		p.here = level{guess: p.here.variance()}
	}
	p.skip = max(0, width-p.width)
	p.width, p.here.width = width, width
	need := int(140 * p.here.variance()) // for a doubt of 12 %
	p.size = max(smallCohort, (width+1)/2, min(need, maxCohort))
	if p.base.n == 0 {
		p.size = 2 * smallCohort
	}
	p.round++
	p.begun, p.ended, p.busy, p.total, p.dropped = 0, 0, 0, 0, 0
}
