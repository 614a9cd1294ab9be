package progress

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pass lets d go by in a synctest bubble, and what is due then be done.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// screen is a terminal of one line: what stands there, and what has scrolled away.
func screen(written string) (scrolled []string, line string) {
	cells, at := []rune{}, 0
	for written != "" {
		switch seq := escape.FindString(written); {
		case seq == "\x1b[2K":
			cells = cells[:0]
			written = written[len(seq):]
		case seq == "\x1b[0K":
			cells = cells[:at]
			written = written[len(seq):]
		case seq != "": // a colour
			written = written[len(seq):]
		default:
			r, size := utf8.DecodeRuneInString(written)
			written = written[size:]
			switch r {
			case '\r':
				at = 0
			case '\n':
				scrolled = append(scrolled, string(cells))
				cells, at = cells[:0], 0
			default:
				for len(cells) <= at {
					cells = append(cells, ' ')
				}
				cells[at] = r
				at++
			}
		}
	}
	return scrolled, string(cells)
}

var escape = regexp.MustCompile(`^\x1b\[[0-9;]*[a-zA-Z]`)

// start shows what is set, and writes to out.
func start(o Options) (p *Progress, out *bytes.Buffer, set func(State)) {
	var state atomic.Pointer[State]
	set = func(s State) { state.Store(&s) }
	set(State{})
	out = new(bytes.Buffer)
	o.Out, o.State = out, func() State { return *state.Load() }
	return Start(o), out, set
}

func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out, set := start(Options{})
		pass(4 * time.Second)
		set(State{Done: 12345, Failed: 3, InFlight: 64, Total: 50000, Approx: true, Bytes: 120 << 20, Rate: 8333})
		pass(time.Second)
		if _, err := p.Write([]byte("a log record\n")); err != nil {
			t.Error(err)
		}
		set(State{Done: 20000, InFlight: 1, Rate: 0.5, Note: "draining \x1b[2J"})
		pass(5 * time.Second)
		set(State{Done: 50000, Total: 50000, Rate: 100})
		p.Stop()
		want := "12,345 of ~50,000 done, 3 failed, 64 in flight, 8,333/s, 5s left, 120 MiB\n" +
			"a log record\n" +
			"20,000 done, 1 in flight, 0.5/s, 0 B, draining \\x1b[2J\n" +
			"50,000 of 50,000 done, 0 in flight, 100/s, 0 B\n"
		if out.String() != want {
			t.Errorf("got\n%swant\n%s", out, want)
		}
	})
}

func TestNoLinesForAShortRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out, _ := start(Options{})
		pass(4900 * time.Millisecond)
		p.Stop()
		if out.Len() > 0 {
			t.Errorf("got %q", out)
		}
	})
}

func TestBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out, set := start(Options{Terminal: true, Color: true})
		see := func(want string) {
			t.Helper()
			pass(200 * time.Millisecond)
			if _, line := screen(out.String()); strings.TrimSpace(line) != want {
				t.Errorf("got  %q\nwant %q", line, want)
			}
		}
		set(State{Done: 1000, InFlight: 64, Rate: 5000})
		pass(200 * time.Millisecond)
		if _, line := screen(out.String()); !strings.Contains(line, "1,000, 64 in flight, 5,000/s") || strings.Contains(line, "%") {
			t.Errorf("total unknown: %q", line)
		}
		set(State{Done: 12345, Failed: 3, InFlight: 64, Total: 50000, Approx: true, Rate: 8333, Bytes: 120 << 20})
		see("24% ██░░░░░░░░  12,345 of ~50,000, 3 failed, 64 in flight, 8,333/s, 5s left")
		if _, err := p.Write([]byte("a log record\n")); err != nil {
			t.Error(err)
		}
		if scrolled, line := screen(out.String()); fmt.Sprint(scrolled) != "[a log record]" || !strings.Contains(line, "24%") {
			t.Errorf("after a log record: %q, %q", scrolled, line)
		}
		set(State{Done: 60000, Total: 50000, Approx: true})
		see("99% █████████░  60,000 of ~50,000, 0 in flight, 0/s, 0 B")
		set(State{Done: 60000, Total: 120000})
		see("50% █████░░░░░  60,000 of 120,000, 0 in flight, 0/s, 0 B")
		set(State{Done: 120000, Total: 120000})
		p.Stop()
		scrolled, line := screen(out.String())
		if len(scrolled) != 2 || strings.TrimSpace(scrolled[1]) != "100% ██████████  120,000 of 120,000, 0 in flight, 0/s, 0 B" || line != "" {
			t.Errorf("in the end: %q, %q", scrolled, line)
		}
		if _, err := p.Write([]byte("the summary\n")); err != nil || !strings.HasSuffix(out.String(), "\nthe summary\n") {
			t.Errorf("after the end: %q, %v", out, err)
		}
	})
}

func TestBarOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out, _ := start(Options{Terminal: true})
		p.Stop()
		if scrolled, line := screen(out.String()); len(scrolled) != 1 || line != "" {
			t.Errorf("got %q, %q", scrolled, line)
		}
	})
}

func TestBarStoppedHalfway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out, set := start(Options{Terminal: true})
		set(State{Done: 1, Total: 2})
		pass(time.Second)
		p.Stop()
		scrolled, _ := screen(out.String())
		if len(scrolled) != 1 || !strings.HasPrefix(scrolled[0], "  50%") {
			t.Errorf("got %q", scrolled)
		}
		if strings.Contains(out.String(), "\x1b[32m") {
			t.Error("coloured without being asked")
		}
	})
}

func TestBarNeverWraps(t *testing.T) {
	for _, s := range []State{
		{Done: 1 << 60, Failed: 1 << 59, InFlight: 1 << 40, Total: 1 << 61, Approx: true, Bytes: 1 << 62, Rate: 1e15},
		{Done: 1, Total: 2, Note: strings.Repeat("本", 100)},
		{Note: strings.Repeat("a\x1b", 100)},
	} {
		var out bytes.Buffer
		newBar(&out, true).draw(s)
		if _, line := screen(out.String()); len([]rune(line)) > usualColumns {
			t.Errorf("%d columns: %q", len([]rune(line)), line)
		}
	}
}

func TestManyWriters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out, _ := start(Options{Terminal: true, Every: time.Millisecond})
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				for range 100 {
					_, _ = p.Write([]byte("record\n"))
					<-time.After(time.Millisecond)
				}
			})
		}
		all.Wait()
		p.Stop()
		if scrolled, _ := screen(out.String()); len(scrolled) != 1001 {
			t.Errorf("%d lines", len(scrolled))
		}
	})
}
