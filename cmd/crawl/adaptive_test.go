package main

import (
	"bytes"
	"log/slog"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"crawl/pipeline"
)

func TestWidthsAreTold(t *testing.T) {
	var log bytes.Buffer
	a := newAdaptive(100, 8, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), nil)
	if a.limit.Width() != autoStart || a.String() != "" {
		t.Errorf("at first: %d, %q", a.limit.Width(), a)
	}
	a.moved(&a.host, pipeline.Move{From: 4, To: 6, Why: "it helps"}, "host", "a.test:80")
	if want := "width 64; of single hosts 4 to 6, 6 at the end"; a.String() != want {
		t.Errorf("%q, want %q", a, want)
	}
	if !bytes.Contains(log.Bytes(), []byte(`msg=width host=a.test:80 from=4 to=6 why="it helps"`)) {
		t.Errorf("logged %s", log.Bytes())
	}
	a.moved(&a.all, pipeline.Move{From: 64, To: 96})
	a.moved(&a.all, pipeline.Move{From: 96, To: 30})
	a.moved(&a.all, pipeline.Move{From: 30, To: 45})
	all, host := a.ranges()
	if *all != (widthRange{30, 96, 45}) || *host != (widthRange{4, 6, 6}) {
		t.Errorf("%v, %v", all, host)
	}
	var none *adaptive
	if none.String() != "" || !none.record().Equal(slog.Attr{}) {
		t.Error("a width that was given is told")
	}
}

func TestPressureIsTheWorst(t *testing.T) {
	at := func(name string, share float64) source { return source{name, func() float64 { return share }} }
	if share, of := pressure(at("a", 0.1), at("b", 0.7), at("c", 0.2))(); share != 0.7 || of != "b" {
		t.Errorf("%v of %s", share, of)
	}
	if share, of := pressure()(); share != 0 || of != "" {
		t.Errorf("%v of %s", share, of)
	}
}

func TestProcessorIsNeverTooMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var used time.Duration
		s := processor(func() (time.Duration, bool) { return used, true })
		<-time.After(time.Second)
		used += 10 * time.Millisecond
		if share := s.share(); share <= 0 || share > 0.01 {
			t.Errorf("a hundredth of one processor is %v", share)
		}
		<-time.After(time.Second)
		used += time.Hour
		if share := s.share(); share != busiest {
			t.Errorf("all there is, and more, is %v", share)
		}
		unknown := processor(func() (time.Duration, bool) { return 0, false })
		<-time.After(time.Second)
		if share := unknown.share(); share != 0 {
			t.Errorf("what nobody knows is %v", share)
		}
	})
}

// What this process holds is something, and less than all.
func TestSourcesOfThisProcess(t *testing.T) {
	if share := residentMemory().share(); share < 0 || share >= 0.8 {
		t.Errorf("memory: %v", share)
	}
	if share := descriptors(math.MaxInt32).share(); share < 0 || share > 0.01 {
		t.Errorf("descriptors: %v of all", share)
	}
	if used, ok := processorTime(); ok && used <= 0 {
		t.Errorf("processor time: %v", used)
	}
}
