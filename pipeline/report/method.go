package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"crawl/pipeline/compare"
	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
	"crawl/pipeline/stats"
)

// where is a run's place and time in a line.
func where(r *compare.Result) string {
	e := r.Environment
	words := []string{}
	if !r.Started.IsZero() {
		words = append(words, r.Started.UTC().Format("2 January 2006, 15:04 UTC"))
	}
	if e.Cores > 0 {
		words = append(words, plural(e.Cores, "core", "cores"))
	}
	if e.CPU != "" {
		words = append(words, e.CPU)
	}
	if e.OS != "" {
		words = append(words, e.OS+"/"+e.Arch)
	}
	return strings.Join(words, " · ")
}

// environment is where it was measured, and the command that repeats it.
func environment(r Report) page.Section {
	s := page.Section{ID: "environment", Title: "How it was measured", Short: "Method", Level: 2}
	if r.Command != "" {
		s.Blocks = append(s.Blocks, page.Text("This command repeats it:"), page.Code(r.Command))
	}
	if facts := machine(r.Parts[0].Environment); len(facts) > 0 {
		s.Blocks = append(s.Blocks, facts)
	}
	return s
}

// machine is what is known of it.
func machine(e compare.Environment) page.Facts {
	var facts page.Facts
	add := func(name, text string) {
		if text != "" {
			facts = append(facts, page.Fact{Name: name, Text: text})
		}
	}
	add("system", strings.Trim(e.OS+"/"+e.Arch+" "+e.Kernel, "/ "))
	add("processor", e.CPU)
	if e.Cores > 0 {
		add("cores", fmt.Sprint(e.Cores))
	}
	add("SMT", e.SMT)
	add("governor", e.Governor)
	if e.Memory > 0 {
		add("memory", stats.Bytes(e.Memory))
	}
	if e.Known {
		add("load", fmt.Sprintf("%s before, %s after", plot.Number(e.Load[0]), plot.Number(e.Load[1])))
		add("processors busy", plot.Percent(e.Busy))
		add("stolen by the host", plot.Percent(e.Steal))
	}
	add("file system", e.FileSystem)
	add("device", e.Device)
	add("Go", e.Go)
	add("crawl", e.Version)
	add("Python", e.Interpreter)
	for _, name := range slices.Sorted(maps.Keys(e.Libraries)) {
		add(name, e.Libraries[name])
	}
	return facts
}

// method is how one part was measured, what was not, and its numbers.
func method(r *compare.Result, id string, several bool) page.Section {
	s := page.Section{ID: id, Title: "Method and numbers", Level: 3}
	if several {
		s.Title += ": " + r.Plan.Title
	}
	for _, line := range procedure(r) {
		s.Blocks = append(s.Blocks, page.Text(line))
	}
	list := func(title, class string, items []string) {
		if len(items) > 0 {
			s.Blocks = append(s.Blocks, page.List{Title: title, Class: class, Items: items})
		}
	}
	list("Not measured", "", skipped(r.Plan.Rows))
	list("What failed", "refused", failures(r))
	list("Noted on the way", "", r.Notes)
	if len(r.Estimates) > 0 {
		s.Blocks = append(s.Blocks, numbers(r)...)
	}
	if t := passes(r.Samples); len(t.Rows) > 0 {
		s.Blocks = append(s.Blocks, t)
	}
	return s
}

// procedure says what was done.
func procedure(r *compare.Result) []string {
	p := r.Plan
	lines := []string{fmt.Sprintf(
		"Measured: %s of %s, after %s left out. In each block every row ran once, in random order (seed %d), as a fresh process whose start is outside the clock.",
		plural(r.Rounds, "block", "blocks"), plural(p.Items, "item", noun(p)), plural(p.WarmUps, "warm-up", "warm-ups"), p.Seed)}
	lines = append(lines, "A ratio is the median over blocks of the baseline's time by the row's in the same block; its interval comes from resampling the blocks (bootstrap, expanded for so few of them; Student's where they are fewer than six). Other numbers are medians. Rows had to get the same bytes.")
	if p.Ceiling > 0 {
		lines = append(lines, fmt.Sprintf("The server alone can serve %s a second.", plot.Number(p.Ceiling)))
	}
	if p.Cap > 0 || p.Rate > 0 {
		lines = append(lines, polite(p))
	}
	took := fmt.Sprintf("It took %s.", plot.Seconds(r.Took))
	if r.Stopped != "" {
		took = fmt.Sprintf("It was stopped after %s: %s.", plot.Seconds(r.Took), strings.TrimSuffix(r.Stopped, "."))
	}
	return append(lines, took)
}

func polite(p compare.Plan) string {
	var bounds []string
	if p.Cap > 0 {
		bounds = append(bounds, fmt.Sprintf("%d in flight", p.Cap))
	}
	if p.Rate > 0 {
		bounds = append(bounds, plot.Number(p.Rate)+" a second")
	}
	return "Politeness allowed no more than " + strings.Join(bounds, " and ") + "."
}

func skipped(rows []compare.Row) []string {
	var list []string
	for _, r := range rows {
		if r.Skip != "" {
			list = append(list, r.Name+": "+r.Skip)
		}
	}
	return list
}

// mostFailures is how many are told one by one.
const mostFailures = 20

func failures(r *compare.Result) []string {
	var list []string
	for _, f := range r.Failures {
		list = append(list, fmt.Sprintf("%s in block %d: %s", f.Row, f.Block, clip(f.Error, 400)))
	}
	for _, s := range r.Samples {
		if s.Failed > 0 {
			list = append(list, fmt.Sprintf("%s in block %d: %s of %s failed: %s", s.Row, s.Block,
				plot.Number(float64(s.Failed)), plural(int(s.Items), "item", "items"), clip(s.Error, 400)))
		}
	}
	if n := len(list) - mostFailures; n > 0 {
		list = append(list[:mostFailures], fmt.Sprintf("and %d more", n))
	}
	return list
}
