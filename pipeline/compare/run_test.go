package compare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// quick is a plan of rows that do the same, in little time.
func quick(rounds int, rows ...Row) Plan {
	plan := Plan{Title: "a test", Work: Network, Items: 3, Rounds: rounds, Seed: 1, Least: 1e-9, Limit: 60}
	for _, row := range rows {
		if row.Job == "" && row.Skip == "" {
			row.Job = "good"
		}
		row.Width = max(row.Width, 1)
		plan.Rows = append(plan.Rows, row)
	}
	return plan
}

func TestRunMeasuresEveryRowInEveryBlock(t *testing.T) {
	plan := quick(4, Row{Name: "a", Mode: "blocking"}, Row{Name: "a again", Mode: "blocking", Twin: true},
		Row{Name: "b", Mode: "pool", Width: 2}, Row{Name: "c", Skip: "no Python found"})
	plan.WarmUps = 2
	var raw bytes.Buffer
	var calls, told []string
	o := Options{
		Raw:    &raw,
		Before: func(_ context.Context, row Row) error { calls = append(calls, "before "+row.Name); return nil },
		After: func(_ context.Context, row Row, s *Sample) error {
			calls = append(calls, "after "+row.Name)
			s.Server = &Server{InFlight: 7}
			return nil
		},
		Progress: func(p Progress) {
			told = append(told, fmt.Sprint(p.Row, " ", p.Block, "/", p.Blocks, " ", p.Done, "/", p.Total))
		},
	}
	r, err := Run(t.Context(), plan, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Failures) > 0 {
		t.Fatal(r.Failures)
	}
	const samples = 6 * 3
	if len(r.Samples) != samples || r.Rounds != 4 {
		t.Fatalf("%d samples in %d rounds", len(r.Samples), r.Rounds)
	}
	orders := map[string]bool{}
	for block := range 6 {
		var names []string
		for _, s := range r.Samples[3*block : 3*block+3] {
			if s.Block != block || s.WarmUp != (block < 2) || s.Server.InFlight != 7 || s.Repeats != 1 || s.StartUp <= 0 || s.Items != 3 {
				t.Errorf("sample %+v in block %d", s, block)
			}
			names = append(names, s.Row)
		}
		orders[strings.Join(names, ",")] = true
		slices.Sort(names)
		if !slices.Equal(names, []string{"a", "a again", "b"}) {
			t.Errorf("block %d has %v", block, names)
		}
	}
	if len(orders) < 2 {
		t.Errorf("always in the same order: %v", orders)
	}
	if runtime.GOOS == "linux" {
		if s := r.Samples[0]; s.RSS <= 0 || s.Threads <= 0 || s.Life <= 0 {
			t.Errorf("rss %d, threads %d, life %g", s.RSS, s.Threads, s.Life)
		}
	}
	if len(calls) != 2*samples || calls[0] != "before "+r.Samples[0].Row || calls[1] != "after "+r.Samples[0].Row {
		t.Errorf("%d calls: %v", len(calls), calls[:2])
	}
	if len(told) != samples+1 || !strings.HasSuffix(told[0], " 0/6 0/18") || told[samples] != " 6/6 18/18" {
		t.Errorf("told %d times, first %q, last %q", len(told), told[0], told[len(told)-1])
	}
	if got := strings.Count(raw.String(), "\n"); got != samples {
		t.Errorf("%d lines of samples", got)
	}
	for line := range strings.Lines(raw.String()) {
		if _, err := ParseSample([]byte(line)); err != nil {
			t.Errorf("%v in %s", err, line)
		}
	}
	if len(r.Estimates) != 3 || r.Estimates[0].Samples != 4 {
		t.Errorf("estimates %+v", r.Estimates)
	}
	if env := r.Environment; env.Cores < 1 || env.Go == "" {
		t.Errorf("environment %+v", env)
	}
	roundTrip(t, r)
}

// roundTrip sees that a result is the same after JSON, and judged the same.
func roundTrip(t *testing.T, r *Result) {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Result
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	Judge(&back)
	again, err := json.Marshal(&back)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, again) {
		t.Errorf("a result read back is another one:\n%s\n%s", text, again)
	}
}

func TestRunGivesRowsTheirEnvironment(t *testing.T) {
	spans := func(row Row, variable string) string {
		row.Data = data(testData{Env: variable})
		s, err := measure(t.Context(), row, Spec{Job: "good", Items: 1, Repeats: 1, Data: row.Data}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return s.Spans[0].Name
	}
	t.Setenv("GOMAXPROCS", "7")
	if got := spans(Row{}, "GOMAXPROCS"); got != "7" {
		t.Errorf("GOMAXPROCS=%s", got)
	}
	if got := spans(Row{GIL: true}, "GOMAXPROCS"); got != "1" {
		t.Errorf("GOMAXPROCS=%s under GIL", got)
	}
	if got := spans(Row{Env: []string{"GOGC=off"}}, "GOGC"); got != "off" {
		t.Errorf("GOGC=%s", got)
	}
}

func TestRowsThatMisbehave(t *testing.T) {
	sh := func(script string) []string { return []string{"/bin/sh", "-c", script} }
	for _, test := range []struct {
		name string
		row  Row
		want string // of the error
		unix bool
	}{
		{name: "panics", row: Row{Job: "panic"}, want: `row: its process ended too soon: exit status 2: "panic: out of luck"`},
		{name: "refuses", row: Row{Job: "refuse"}, want: `row: its process ended too soon: exit status 1: "no such origin"`},
		{name: "unknown", row: Row{Job: "nothing"}, want: `row: its process ended too soon: exit status 1: "no job is called \"nothing\""`},
		{name: "never ready", row: Row{Job: "unready"}, want: `row: its process ended too soon: exit status 1: "job unready: ended before it was ready"`},
		{name: "prints", row: Row{Job: "garbage"}, want: `row: wrote "50 %" where a sample was due: no JSON object`},
		{name: "goes on", row: Row{Job: "chatter"}, want: `row: wrote "bye\n`},
		{name: "stops midway", row: Row{Job: "cut"}, want: `row: wrote "{\"wall_s\":1" and no end of the line`},
		{name: "prints at once", unix: true, row: Row{Command: sh("echo hello; cat >/dev/null")}, want: `row: wrote "hello" where "ready" was due`},
		{name: "says nothing", unix: true, row: Row{Command: sh("exit 3")}, want: `row: its process ended too soon: exit status 3`},
		{name: "bad end", unix: true, row: Row{Command: sh(`echo ready; read spec; read go; echo '{"wall_s":1}'; exit 4`)}, want: `row: its process ended too soon: exit status 4`},
		{name: "kills itself", unix: true, row: Row{Command: sh("kill -9 $$")}, want: `row: its process ended too soon: signal: killed`},
		{name: "is not there", row: Row{Command: []string{"/nowhere/python3"}}, want: `row: fork/exec /nowhere/python3`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.unix && runtime.GOOS == "windows" {
				t.Skip("no shell")
			}
			test.row.Name = "row"
			_, err := measure(t.Context(), test.row, Spec{Job: test.row.Job, Items: 1, Repeats: 1}, time.Minute)
			if failed, ok := errors.AsType[*RowError](err); !ok || !strings.HasPrefix(failed.Error(), test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

func TestAnyProgramCanBeARow(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no shell")
	}
	row := Row{Name: "sh", Command: []string{"/bin/sh", "-c", `read spec; echo ready; read go; echo '{"wall_s":0.25,"user_s":0.1,"items":3,"digest":"d","unknown":[1]}'; cat`}}
	s, err := measure(t.Context(), row, Spec{Items: 3, Repeats: 2}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if s.Row != "sh" || s.Wall != 0.25 || s.Pass() != 0.125 || s.User != 0.1 || s.Phases.CPU != 0.1 || s.Items != 3 || s.Digest != "d" {
		t.Errorf("%+v", s)
	}
}

// A child that does not end by itself has been measured nevertheless, and is killed.
func TestRowThatStays(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no shell")
	}
	for script, stays := range map[string]bool{
		`read spec; echo ready; read go; echo '{"wall_s":1}'; exec sleep 1000`:          true, // with its stdout
		`read spec; echo ready; read go; echo '{"wall_s":1}'; exec sleep 1000 >&- 2>&-`: true, // without
		`read spec; echo ready; read go; echo '{"wall_s":1}'; cat`:                      false,
	} {
		m, err := start(t.Context(), Row{Name: "row", Command: []string{"/bin/sh", "-c", script}})
		if err != nil {
			t.Fatal(err)
		}
		if s, err := m.talk(Spec{Items: 1, Repeats: 1}); err != nil || s.Wall != 1 {
			t.Errorf("%+v, %v", s, err)
		}
		within := 20 * time.Millisecond
		if !stays {
			within = time.Minute
		}
		if ends, err := m.finish(within); ends == stays || err != nil {
			t.Errorf("%s: ends %v, %v", script, ends, err)
		}
		if err := m.kill(); err != nil {
			t.Error(err)
		}
		<-m.ended
		m.out.Close()
	}
}

// A row that takes too long is killed with all that it started.
func TestRowThatHangs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no shell")
	}
	t.Parallel() // it waits
	pidFile := filepath.Join(t.TempDir(), "pid")
	for _, row := range []Row{
		{Name: "row", Job: "hang"},
		{Name: "row", Command: []string{"/bin/sh", "-c", "sleep 1000 & echo $! >" + pidFile + "; echo ready; wait"}},
		{Name: "row", Command: []string{"/bin/sh", "-c", "exec sleep 1000"}}, // and reads nothing of a large spec
	} {
		spec := Spec{Job: row.Job, Items: 1, Repeats: 1, Data: json.RawMessage(`"` + strings.Repeat("x", 1<<20) + `"`)}
		_, err := measure(t.Context(), row, spec, 400*time.Millisecond)
		if !errors.Is(err, errHangs) {
			t.Errorf("%v: %v", row.Command, err)
		}
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	waitGone(t, pid)
}

func TestCancelKeepsWhatWasMeasured(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	stop := errors.New("enough")
	plan := quick(1000, Row{Name: "a", Mode: "blocking"}, Row{Name: "b", Mode: "pool", Data: data(testData{Wait: time.Millisecond})})
	o := Options{Progress: func(p Progress) {
		if p.Done == 7 {
			cancel(stop)
		}
	}}
	r, err := Run(ctx, plan, o)
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if len(r.Samples) != 7 || r.Rounds != 2 || r.Stopped != "interrupted" || len(r.Failures) != 0 {
		t.Errorf("%d samples, %d rounds, stopped %q, %v", len(r.Samples), r.Rounds, r.Stopped, r.Failures)
	}
	if r.Verdict.Given {
		t.Error("a verdict after two rounds")
	}
}

func TestCancelWithinARow(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	row := Row{Name: "row", Command: nil, Job: "hang"}
	time.AfterFunc(200*time.Millisecond, func() { cancel(stop) })
	_, err := measure(ctx, row, Spec{Job: "hang", Items: 1, Repeats: 1}, time.Minute)
	if !errors.Is(err, stop) {
		t.Error(err)
	}
	if _, ok := errors.AsType[*RowError](err); ok {
		t.Error("the row is blamed:", err)
	}
}

func TestFailuresGiveNoVerdict(t *testing.T) {
	for _, test := range []struct{ job, want string }{
		{"panic", "b: its process ended too soon: exit status 2: "},
		{"failing", "b: 1 of 3 items failed: http://a.example/: refused"},
		{"short", "b: did 2 items where there are 3"},
		{"other", "b: got other bytes than the rest (while warming up)"},
	} {
		t.Run(test.job, func(t *testing.T) {
			plan := quick(3, Row{Name: "a", Mode: "blocking"}, Row{Name: "a again", Twin: true}, Row{Name: "b", Job: test.job})
			r, err := Run(t.Context(), plan, Options{})
			if err != nil {
				t.Fatal(err)
			}
			v := r.Verdict
			if v.Given || !slices.ContainsFunc(v.Refused, func(s string) bool { return strings.HasPrefix(s, test.want) }) {
				t.Errorf("given %v, refused %q", v.Given, v.Refused)
			}
			if test.job == "panic" && (len(r.Samples) != 2 || len(r.Failures) != 1) {
				t.Errorf("measured on: %d samples, %v", len(r.Samples), r.Failures)
			}
			if r.Rounds != 0 || !strings.Contains(r.Stopped, "nothing to compare") {
				t.Errorf("measured on: %d rounds, stopped %q", r.Rounds, r.Stopped)
			}
			if test.job == "failing" && slices.ContainsFunc(v.Refused, func(s string) bool { return strings.Contains(s, "other bytes") }) {
				t.Errorf("what failed is held against the rest: %q", v.Refused)
			}
			if !strings.HasPrefix(v.Headline, "No verdict: ") {
				t.Error(v.Headline)
			}
		})
	}
}

func TestHooksAndWriterFail(t *testing.T) {
	broken := errors.New("broken")
	plan := quick(3, Row{Name: "a"})
	for name, o := range map[string]Options{
		"before": {Before: func(context.Context, Row) error { return broken }},
		"after":  {After: func(context.Context, Row, *Sample) error { return broken }},
	} {
		r, err := Run(t.Context(), plan, o)
		if err != nil || len(r.Failures) != 1 || !strings.Contains(r.Failures[0].Error, name+" it: broken") {
			t.Errorf("%s: %v, %v", name, err, r.Failures)
		}
	}
	r, err := Run(t.Context(), plan, Options{Raw: brokenWriter{broken}})
	if !errors.Is(err, broken) || len(r.Samples) != 1 {
		t.Errorf("%v, %d samples", err, len(r.Samples))
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestShortRowsAreRepeated(t *testing.T) {
	plan := quick(3, Row{Name: "a", Data: data(testData{Wait: 5 * time.Millisecond})}, Row{Name: "cold", Cold: true, Job: "good"})
	plan.Least = 5 // which no warm-up takes, and the job takes no longer for repeating
	r, err := Run(t.Context(), plan, Options{})
	if err != nil || len(r.Failures) > 0 {
		t.Fatal(err, r.Failures)
	}
	for _, s := range r.Samples {
		repeated := s.Repeats > 1
		if want := s.Row == "a" && !s.WarmUp; repeated != want || s.Items != int64(3*s.Repeats) {
			t.Errorf("%+v", s)
		}
	}
	notes := strings.Join(r.Notes, "\n")
	if !strings.Contains(notes, "several times over") || !strings.Contains(notes, "in the page cache: cold") {
		t.Error(notes)
	}
	if len(r.Verdict.Refused) > 0 && strings.Contains(strings.Join(r.Verdict.Refused, " "), "items") {
		t.Error(r.Verdict.Refused)
	}
}

func TestBudget(t *testing.T) {
	plan := quick(500, Row{Name: "a", Data: data(testData{Wait: 20 * time.Millisecond})})
	plan.Budget = 0.4
	r, err := Run(t.Context(), plan, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Rounds < 1 || r.Rounds >= 500 || r.Plan.Rounds != 500 {
		t.Errorf("%d rounds", r.Rounds)
	}
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "of 500 rounds fit into 0.4 s") {
		t.Error(notes)
	}
}

// A budget that is short costs rows of their length first, and then rounds.
func TestBudgetIsSpentOnRounds(t *testing.T) {
	for _, test := range []struct {
		budget float64
		times  int // that the row of 0.1 s is done over
		rounds int
		note   string
	}{
		{0, 5, 10, "take less than 500 ms"},
		{60, 5, 10, "take less than 500 ms"},
		{17, 4, 8, "rows are kept to 387 ms instead of 0.5 s, so that more rounds fit into 17 s"},
		{10.6, 4, 5, "5 of 10 rounds fit into 10.6 s"},
		{1, 4, 1, "1 of 10 rounds fit into 1 s"},
	} {
		plan, err := Plan{Items: 1, Budget: test.budget, Rows: []Row{
			{Name: "long", Job: "j", Width: 1}, {Name: "short", Job: "j", Width: 1}, {Name: "cold", Job: "j", Width: 1, Cold: true},
		}}.complete()
		if err != nil {
			t.Fatal(err)
		}
		r := &runner{plan: plan, repeats: map[string]int{}}
		r.result.Plan, r.result.Started = plan, time.Now()
		r.result.Samples = []Sample{{Row: "long", Wall: 1.5}, {Row: "short", Wall: 0.1}, {Row: "cold", Wall: 0.1}}
		r.learn(1.7 + 0.1)
		notes := strings.Join(r.result.Notes, "\n")
		if r.repeats["short"] != test.times || len(r.repeats) != 1 || r.plan.Rounds != test.rounds || !strings.Contains(notes, test.note) {
			t.Errorf("%g s: %v, %d rounds, %s", test.budget, r.repeats, r.plan.Rounds, notes)
		}
		if !strings.Contains(notes, "in the page cache: cold") {
			t.Error(notes)
		}
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	row := Row{Name: "a", Job: "good", Width: 1}
	for name, plan := range map[string]Plan{
		"no items":      {Rows: []Row{row}},
		"no rows":       {Items: 1},
		"two names":     {Items: 1, Rows: []Row{row, row}},
		"no name":       {Items: 1, Rows: []Row{{Job: "good", Width: 1}}},
		"no width":      {Items: 1, Rows: []Row{{Name: "a", Job: "good"}}},
		"no job":        {Items: 1, Rows: []Row{{Name: "a", Width: 1}}},
		"no baseline":   {Items: 1, Rows: []Row{{Name: "a", Width: 1, Job: "good", Baseline: "b"}}},
		"skipped":       {Items: 1, Rows: []Row{{Name: "a", Skip: "so"}}},
		"rounds":        {Items: 1, Rounds: -1, Rows: []Row{row}},
		"twin only":     {Items: 1, Rows: []Row{{Name: "a", Width: 1, Job: "good", Twin: true}}},
		"negative time": {Items: 1, Limit: -1, Rows: []Row{row}},
	} {
		r, err := Run(t.Context(), plan, Options{})
		if _, ok := errors.AsType[*PlanError](err); !ok || r != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlanDefaults(t *testing.T) {
	plan, err := Plan{Items: 2, Rows: []Row{
		{Name: "p skipped", Python: true, Skip: "none"},
		{Name: "a", Job: "j", Width: 1},
		{Name: "p", Python: true, Width: 1, Command: []string{"python3"}},
		{Name: "b", Job: "j", Width: 4, GIL: true},
		{Name: "q", Python: true, Width: 4, Command: []string{"python3"}},
		{Name: "cold", Job: "j", Width: 1, Cold: true},
	}}.complete()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, row := range plan.Rows {
		got[row.Name] = row.Baseline
	}
	want := map[string]string{"p skipped": "", "a": "a", "p": "p", "b": "a", "q": "p", "cold": "cold"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("baselines %v, want %v", got, want)
	}
	if plan.Rounds != 10 || plan.WarmUps != 1 || plan.Least != 0.5 || plan.Rows[3].Processors != 1 || plan.Rows[1].Processors != runtime.NumCPU() {
		t.Errorf("%+v", plan)
	}
}
