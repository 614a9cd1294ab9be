package compare

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
)

// PlanError is of a plan that cannot be carried out.
type PlanError struct {
	Row    string // or ""
	Reason string
}

func (e *PlanError) Error() string {
	if e.Row == "" {
		return "plan: " + e.Reason
	}
	return fmt.Sprintf("plan: row %q: %s", e.Row, e.Reason)
}

const (
	defaultRounds = 10
	defaultLimit  = 120
	defaultLeast  = 0.5
	maxRepeats    = 1000
	maxRounds     = 1000
	shownSpans    = 100 // first items of a row that the waterfall shows
)

// complete checks a plan and fills in what is left to defaults.
func (p Plan) complete() (Plan, error) {
	p.Noun = cmp.Or(p.Noun, "items")
	p.Rounds = cmp.Or(p.Rounds, defaultRounds)
	p.WarmUps = cmp.Or(p.WarmUps, 1)
	p.Limit = cmp.Or(p.Limit, defaultLimit)
	p.Least = cmp.Or(p.Least, defaultLeast)
	switch {
	case p.Items < 1:
		return p, &PlanError{Reason: "nothing to do: no " + p.Noun}
	case p.Rounds < 1 || p.WarmUps < 1 || p.Rounds > maxRounds || p.WarmUps > maxRounds:
		return p, &PlanError{Reason: fmt.Sprintf("between 1 and %d rounds can be measured", maxRounds)}
	case !(p.Limit > 0) || !(p.Least > 0) || !(p.Budget >= 0) || !(p.Ceiling >= 0) || !(p.Rate >= 0) || p.Cap < 0:
		return p, &PlanError{Reason: "times, rates and caps are not below zero"}
	}

	p.Rows = slices.Clone(p.Rows)
	seen := map[string]bool{}
	for i := range p.Rows {
		if err := p.completeRow(&p.Rows[i]); err != nil {
			return p, err
		}
		if name := p.Rows[i].Name; seen[name] {
			return p, &PlanError{name, "there are two rows of that name"}
		}
		seen[p.Rows[i].Name] = true
	}
	for _, row := range p.measured() {
		base := p.row(row.Baseline)
		if base == nil || base.Skip != "" {
			return p, &PlanError{row.Name, fmt.Sprintf("its baseline %q is not measured", row.Baseline)}
		}
	}
	if len(p.measured()) == 0 {
		return p, &PlanError{Reason: "no row is to be measured"}
	}
	return p, nil
}

func (p Plan) completeRow(row *Row) error {
	switch {
	case row.Name == "":
		return &PlanError{"", "a row has no name"}
	case row.Skip != "":
		return nil
	case row.Width < 1:
		return &PlanError{row.Name, fmt.Sprintf("a width of %d", row.Width)}
	case row.Job == "" && len(row.Command) == 0:
		return &PlanError{row.Name, "it has neither a job nor a command"}
	}
	if row.Processors <= 0 {
		row.Processors = runtime.NumCPU()
		if row.GIL {
			row.Processors = 1
		}
	}
	if row.Baseline == "" {
		first := slices.IndexFunc(p.Rows, func(other Row) bool {
			return other.Skip == "" && other.Python == row.Python && other.Cold == row.Cold && !other.Twin
		})
		if first < 0 {
			return &PlanError{row.Name, "it has nothing to be compared with"}
		}
		row.Baseline = p.Rows[first].Name
	}
	return nil
}

func (p Plan) row(name string) *Row {
	for i := range p.Rows {
		if p.Rows[i].Name == name {
			return &p.Rows[i]
		}
	}
	return nil
}

// measured are the rows that are not skipped.
func (p Plan) measured() []Row {
	return slices.DeleteFunc(slices.Clone(p.Rows), func(r Row) bool { return r.Skip != "" })
}

// spec is what the row's child is told.
func (p Plan) spec(row Row, repeats int) Spec {
	return Spec{
		Row: row.Name, Job: row.Job, Mode: row.Mode, Width: row.Width,
		Items: p.Items, Repeats: repeats, Spans: min(shownSpans, p.Items), Data: row.Data,
	}
}
