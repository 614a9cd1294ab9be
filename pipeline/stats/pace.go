package stats

import "time"

const (
	paceWindow = 5 * time.Second
	paceStep   = 250 * time.Millisecond
)

// pace tells the rate of late from what it was told at earlier calls, so that
// counting items costs nothing. Called seldom, it looks back as far as the last call.
type pace struct {
	marks [paceWindow / paceStep]mark // a ring, oldest at next
	next  int
}

type mark struct {
	at   time.Duration // since the start, when there is no older one
	done int64
}

// rate returns items a second when done items are done at a time after the start.
func (p *pace) rate(at time.Duration, done int64) float64 {
	newest := p.marks[(p.next+len(p.marks)-1)%len(p.marks)]
	from := newest
	for i := range p.marks {
		if m := p.marks[(p.next+i)%len(p.marks)]; at-m.at <= paceWindow {
			from = m
			break
		}
	}
	if at-newest.at >= paceStep {
		p.marks[p.next] = mark{at, done}
		p.next = (p.next + 1) % len(p.marks)
	}
	return perSecond(done-from.done, at-from.at)
}

func perSecond(n int64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}
