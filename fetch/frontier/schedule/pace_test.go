package schedule

import (
	"testing"
	"time"
)

func TestRateThatMakesNoSense(t *testing.T) {
	for rate, every := range map[float64]time.Duration{0: 0, -1: 0, 1e12: 0, 2: time.Second / 2} {
		if p := newPace(rate); p.every != every {
			t.Errorf("rate %v: every %v", rate, p.every)
		}
	}
	if p := newPace(1e-300); p.every <= 0 {
		t.Errorf("tiny rate: every %v", p.every)
	}
}
