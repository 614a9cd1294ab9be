package report

import (
	"bytes"
	"errors"
	"flag"
	"math"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"crawl/pipeline/compare"
	"crawl/pipeline/compare/usl"
	"crawl/pipeline/report/pagetest"
)

var update = flag.Bool("update", false, "write the golden page anew")

// written is a page that has passed the checks that all pages have to.
func written(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	pagetest.Check(t, b.Bytes())
	for _, bad := range []string{"NaN", "Inf", "%!", "ZgotmplZ"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the page says %q", bad)
		}
	}
	return b.String()
}

// labPage is the page of the lab, which takes a while to write, for all tests that look at
// it.
func labPage(t *testing.T) string {
	t.Helper()
	labOnce.Do(func() { labWritten = written(t, lab()) })
	return labWritten
}

var (
	labOnce    sync.Once
	labWritten string
)

// lab is a report of several parts.
func lab() Report {
	return Report{Title: "What concurrency gains", Command: "crawl compare", Parts: []*compare.Result{networkRun(200), withUpdates(kernelRun(100), updates())}}
}

func withUpdates(r *compare.Result, updates []compare.LostUpdate) *compare.Result {
	r.Updates = updates
	return r
}

// small is one with as little as has every plot.
func small() Report {
	r := networkRun(6)
	r.Plan.Rows, r.Estimates, r.Curves = r.Plan.Rows[:3], r.Estimates[:3], r.Curves[:1]
	r.Curves[0].Points = r.Curves[0].Points[:4]
	r.Plan.Rows = append(r.Plan.Rows, compare.Row{Name: "aiohttp 32", Skip: "no Python found"})
	return Report{Command: "crawl compare --sample 6 urls.txt", Parts: []*compare.Result{withUpdates(r, updates()[2:3])}}
}

func TestGolden(t *testing.T) {
	const golden = "testdata/small.html"
	got := written(t, small())
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("the page differs from %s, which -update writes anew", golden)
	}
}

func TestWeight(t *testing.T) {
	t.Parallel()
	page := written(t, Report{Parts: []*compare.Result{networkRun(100)}})
	if most := 400 << 10; len(page) > most {
		t.Errorf("a page of 8 rows, 100 items and 7 widths has %d bytes, more than %d", len(page), most)
	}
}

// A reader who has a minute reads from the top.
func TestOrder(t *testing.T) {
	t.Parallel()
	page := labPage(t)
	at := 0
	for _, heading := range []string{"29 times as fast", "two processors do, 1.93", "In detail: 200 URLs", "Waiting and working", "Speed-up by width", "How sure",
		"Where the time went", "What it took", "In detail: a kernel", "Lost updates", "How it was measured", "crawl compare", "Method and numbers: 200 URLs", "seed 42",
		"uvloop is not installed", "How fast: medians", "Method and numbers: a kernel"} {
		n := strings.Index(page[at:], heading)
		if n < 0 {
			t.Fatalf("%q does not follow", heading)
		}
		at += n
	}
}

// Whatever a run is like there is a page, and it says what there is to say.
func TestDegenerate(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	with := func(change func(*compare.Result)) Report {
		r := networkRun(8)
		change(r)
		return Report{Parts: []*compare.Result{r}}
	}
	for _, test := range []struct {
		name string
		r    Report
		says string
	}{
		{"nothing", Report{}, "Nothing was measured"},
		{"an empty result", Report{Parts: []*compare.Result{{}}}, "There is no verdict."},
		{"no estimates", with(func(r *compare.Result) { r.Estimates, r.Curves = nil, nil }), "No row was measured."},
		{"one row", with(func(r *compare.Result) { r.Estimates, r.Curves = r.Estimates[:1], nil }), "No way of working was measured at several widths."},
		{"one item", Report{Parts: []*compare.Result{networkRun(1)}}, "The first 1 item of"},
		{"no spans", with(func(r *compare.Result) { r.Samples = nil }), "was not recorded"},
		{"spans without parts", with(func(r *compare.Result) {
			for i := range r.Samples {
				for j := range r.Samples[i].Spans {
					r.Samples[i].Spans[j].Parts = nil
				}
			}
		}), "not told apart"},
		{"spans that take no time", with(func(r *compare.Result) {
			for i := range r.Samples {
				r.Samples[i].Spans = []compare.Span{{Item: 1}, {Item: 2}}
			}
		}), "done at 0 s"},
		{"refused", with(func(r *compare.Result) {
			r.Verdict = compare.Verdict{Headline: "No verdict: the server was the bottleneck.", Refused: []string{"the server was 99 % busy"}}
		}), "the server was 99 % busy"},
		{"a failed row", with(func(r *compare.Result) {
			r.Failures = []compare.Failure{{Row: "pool 32", Block: 3, Error: "exit status 2"}}
		}), "pool 32 in block 3: exit status 2"},
		{"failed items", with(func(r *compare.Result) { r.Samples[2].Failed, r.Samples[2].Error = 3, "status 503" }), "3 of 8 items failed: status 503"},
		{"many failures", with(func(r *compare.Result) { r.Failures = make([]compare.Failure, 1000) }), "and 980 more"},
		{"stopped", with(func(r *compare.Result) { r.Stopped, r.Rounds = "interrupted", 1 }), "It was stopped after 97.4 s: interrupted."},
		{"all skipped", with(func(r *compare.Result) {
			r.Estimates = nil
			for i := range r.Plan.Rows {
				r.Plan.Rows[i].Skip = "not today"
			}
		}), "pool 32: not today"},
		{"polite", with(func(r *compare.Result) { r.Plan.Cap, r.Plan.Rate = 4, 2.5 }), "4 in flight and 2.5 a second"},
		{"zeros", with(func(r *compare.Result) {
			for i, e := range r.Estimates {
				r.Estimates[i] = compare.Estimate{Row: e.Row, Baseline: e.Baseline}
			}
			for i := range r.Curves {
				for j := range r.Curves[i].Points {
					r.Curves[i].Points[j] = compare.Point{}
				}
				r.Curves[i].Fit = usl.Model{}
			}
		}), "Where the time went was not recorded."},
		{"no numbers", with(func(r *compare.Result) {
			for i := range r.Estimates {
				none := compare.Interval{Value: nan, Low: -inf, High: inf, Level: nan}
				e := &r.Estimates[i]
				e.Wall, e.Ratio, e.Ideal, e.Efficiency, e.CPU, e.Phases.Body = none, none, inf, nan, nan, inf
			}
			for i := range r.Curves {
				r.Curves[i].Fit = usl.Model{Alpha: nan, Gamma: inf}
				r.Curves[i].Points[1].Speedup.High, r.Curves[i].Points[1].Ideal = inf, nan
				r.Curves[i].Points[2].Speedup.Value = nan
			}
			for i := range r.Samples {
				if len(r.Samples[i].Spans) > 2 {
					r.Samples[i].Wall = nan
					r.Samples[i].Spans[0].End = inf
					r.Samples[i].Spans[1].Start = nan
					r.Samples[i].Spans[2].Parts[1].End = nan
				}
			}
			r.Verdict.Gain.Value, r.Verdict.Waiting, r.Took, r.Environment.Steal = nan, nan, inf, nan
		}), "not known"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if page := written(t, test.r); !strings.Contains(page, test.says) {
				t.Errorf("the page does not say %q", test.says)
			}
		})
	}
}

// All text is foreign.
func TestHostile(t *testing.T) {
	t.Parallel()
	const evil = "</title></style></svg><script>alert(1)</script><img src=http://a.example/x onerror=1>\"' style=x \x1b[2J\u202e\x00\xff {{.}} &lt;"
	r := networkRun(8)
	r.Plan.Title, r.Plan.Noun, r.Stopped = evil, evil, evil
	r.Notes, r.Verdict.Doubts, r.Verdict.Next, r.Verdict.Lines, r.Verdict.Refused = []string{evil}, []string{evil}, []string{evil}, []string{evil}, []string{evil}
	r.Verdict.Headline, r.Verdict.Best, r.Verdict.Reason, r.Verdict.Bound = evil, evil, evil, evil
	r.Failures = []compare.Failure{{Row: evil, Error: evil}}
	r.Environment = compare.Environment{OS: evil, Arch: evil, Kernel: evil, CPU: evil, Cores: 2, SMT: evil, Interpreter: evil, Libraries: map[string]string{evil: evil}}
	r.Plan.Rows[3].Skip = evil
	for i := range r.Plan.Rows {
		r.Plan.Rows[i].Name += evil
	}
	for i := range r.Estimates {
		r.Estimates[i].Row += evil
		r.Estimates[i].Baseline += evil
	}
	for i := range r.Curves {
		r.Curves[i].Label, r.Curves[i].Reason, r.Curves[i].Points[0].Row = evil, evil, evil
	}
	for i := range r.Samples {
		r.Samples[i].Row += evil
		for j := range r.Samples[i].Spans {
			r.Samples[i].Spans[j].Name, r.Samples[i].Spans[j].Parts[0].Phase = evil, evil
		}
	}
	r.Updates = []compare.LostUpdate{{Name: evil, Want: 1}, {Name: evil, Skip: evil}}
	for _, given := range []bool{true, false} {
		r.Verdict.Given = given
		page := written(t, Report{Title: evil, Command: evil, Parts: []*compare.Result{r, r}})
		if shown := `\x1b[2J\u202e\x00\xff`; !strings.Contains(page, shown) {
			t.Errorf("control bytes are not shown as %s", shown)
		}
	}
}

// Nothing is fetched: names of hosts are in texts only.
func TestNothingOutside(t *testing.T) {
	t.Parallel()
	page := labPage(t)
	if found := regexp.MustCompile(`[a-z-]+\s*=\s*["']?\s*(https?:|//|data:|file:)[^ >]*`).FindString(page); found != "" {
		t.Error("leads outside:", found)
	}
	if !strings.Contains(page, `content="default-src &#39;none&#39;; style-src &#39;sha256-`) {
		t.Error("no policy that forbids what comes from outside")
	}
}

func TestWriteError(t *testing.T) {
	full := errors.New("no space left")
	if err := Write(failing{full}, small()); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Numbers of any kind make a page that holds.
func FuzzNumbers(f *testing.F) {
	for _, v := range []float64{0, 1, -1, 1e-300, 1e300, math.MaxFloat64, 5e-324, math.NaN(), math.Inf(1), math.Inf(-1)} {
		f.Add(v, 1.0, int64(1))
		f.Add(1.0, v, int64(-7))
		f.Add(v, v, int64(math.MaxInt64))
	}
	f.Fuzz(func(t *testing.T, a, b float64, n int64) {
		r := small().Parts[0]
		r.Plan.Items, r.Plan.Rounds, r.Rounds = int(n), int(n), int(n)
		for i := range r.Estimates {
			e := &r.Estimates[i]
			e.Ratio = compare.Interval{Value: a, Low: b, High: a, Level: b}
			e.Wall.Value, e.Ideal, e.CPU, e.RSS, e.Threads, e.Voluntary = b, a, b, n, int(n), n
			e.Phases.Body, e.Phases.Queue = a, b
		}
		c := &r.Curves[0]
		c.Points[1].Width, c.Points[1].Speedup.Value, c.Points[1].Throughput.Value, c.Points[1].Ideal = int(n), a, b, b
		c.Fit.Alpha, c.Fit.Beta, c.Fit.Gamma, c.Top, c.Knee, c.Reason = a, b, a, b, int(n), compare.Ceiling
		for i := range r.Samples {
			for j := range r.Samples[i].Spans {
				s := &r.Samples[i].Spans[j]
				s.Start, s.End, s.Parts[1].Start, s.Parts[1].End = a, b, b, a
			}
		}
		r.Verdict.Gain.Value, r.Verdict.Width, r.Verdict.Waiting = a, int(n), b
		r.Updates = []compare.LostUpdate{{Name: "x", Want: n, Got: n / 2, Each: a}}
		written(t, Report{Parts: []*compare.Result{r}})
	})
}
