package compare

import (
	"time"

	"crawl/pipeline/compare/usl"
)

// Result is all there is to know of a run. It is written as one JSON value.
type Result struct {
	Plan        Plan        `json:"plan"` // with its defaults and baselines filled in
	Started     time.Time   `json:"started"`
	Took        float64     `json:"took_s"`
	Rounds      int         `json:"rounds_measured"` // whole ones; fewer than the plan's when stopped
	Stopped     string      `json:"stopped,omitempty"`
	Environment Environment `json:"environment"`

	// Samples are in the order in which they were measured. Each row's Spans are
	// kept for the sample nearest to its median only.
	Samples   []Sample   `json:"samples"`
	Failures  []Failure  `json:"failures,omitempty"`
	Estimates []Estimate `json:"estimates"` // in the order of the plan's rows, of those measured
	Curves    []Curve    `json:"curves,omitempty"`
	Notes     []string   `json:"notes,omitempty"` // what was decided on the way
	Verdict   Verdict    `json:"verdict"`

	// Updates are the command's, who has them measured otherwise.
	Updates []LostUpdate `json:"lost_updates,omitempty"`
}

// Row returns the plan's row of that name, the zero Row when there is none.
func (r *Result) Row(name string) Row {
	for _, row := range r.Plan.Rows {
		if row.Name == name {
			return row
		}
	}
	return Row{}
}

// Estimate returns that of a row, and whether it was measured.
func (r *Result) Estimate(row string) (Estimate, bool) {
	for _, e := range r.Estimates {
		if e.Row == row {
			return e, true
		}
	}
	return Estimate{}, false
}

// Failure is a row that could not be measured.
type Failure struct {
	Row   string `json:"row"`
	Block int    `json:"block"`
	Error string `json:"error"`
}

// Interval is an estimate with what it may be instead. Level is the probability with
// which such an interval holds the true value: 0.95 or, with few samples, what they allow.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Level float64 `json:"level"`
}

// Estimate is what a row's samples come to. All but Ratio and Heartbeat are medians
// over blocks, for one pass over the items where passes add up, except connections.
type Estimate struct {
	Row        string   `json:"row"`
	Baseline   string   `json:"baseline"`
	Samples    int      `json:"samples"`
	Wall       Interval `json:"wall_s"`     // distribution-free
	Throughput float64  `json:"throughput"` // items a second

	// Ratio is how many times as fast as the baseline: the median over blocks of
	// one's time by the other's in the same block, with a bootstrap interval.
	Ratio Interval `json:"ratio"`

	// Ideal is what Ratio could be at best: Little's law bounds it by the width,
	// Amdahl's by the processors. Efficiency is Ratio by Ideal.
	Ideal      float64 `json:"ideal"`
	Efficiency float64 `json:"efficiency"`

	CPU         float64 `json:"cpu_s"`
	CPUShare    float64 `json:"cpu_share"` // of the wall clock; above 1 when several processors are busy
	RunDelay    float64 `json:"run_delay_s,omitempty"`
	RSS         int64   `json:"peak_rss"`
	Threads     int     `json:"threads"`
	Voluntary   int64   `json:"voluntary"`
	Involuntary int64   `json:"involuntary"`
	New         int64   `json:"connections_new"`
	Reused      int64   `json:"connections_reused"`
	StartUp     float64 `json:"start_up_s"`
	Heartbeat   float64 `json:"heartbeat_s"` // the worst of all blocks
	Phases      Phases  `json:"phases"`
	ServerCPU   float64 `json:"server_cpu_s,omitempty"`
}

// Curve is one way of working over several widths.
type Curve struct {
	Label  string  `json:"label"` // of its rows; see Row.Label
	GIL    bool    `json:"gil,omitempty"`
	Python bool    `json:"python,omitempty"`
	Points []Point `json:"points"` // by width

	Fit    usl.Model `json:"usl"`               // Universal Scalability Law, in items a second
	Error  float64   `json:"usl_error"`         // how far its points are off, root mean square of relative errors
	Top    float64   `json:"ceiling,omitempty"` // items a second, when there is a plain ceiling
	Knee   int       `json:"knee"`              // width beyond which nothing is gained, at most the widest measured
	Enough int       `json:"enough"`            // width that reaches 95 % of what the knee does
	Reason Reason    `json:"reason"`            // why it bends there
}

// Point is a width of a curve.
type Point struct {
	Row        string   `json:"row"`
	Width      int      `json:"width"`
	Throughput Interval `json:"throughput"` // items a second
	Speedup    Interval `json:"speedup"`    // against the baseline
	Ideal      float64  `json:"ideal"`
}

// Reason is why a curve bends.
type Reason string

// The reasons.
const (
	NoGain     Reason = "no gain"    // more width is not faster at all
	Contention Reason = "contention" // items wait for something that only one can have
	Coherency  Reason = "coherency"  // each in flight slows down all others
	Ceiling    Reason = "ceiling"    // the origin or the device serves so many a second
	Cores      Reason = "cores"      // there are so many processors
	Politeness Reason = "politeness" // no more is allowed
	Widest     Reason = "widest"     // it had not bent yet where the measuring ended
)

// Verdict is what the run means, in words.
type Verdict struct {
	Given   bool     `json:"given"`
	Refused []string `json:"refused,omitempty"` // why it is not given
	Doubts  []string `json:"doubts,omitempty"`  // that it has to be taken with

	Bound    Bound    `json:"bound,omitempty"`
	Waiting  float64  `json:"waiting"` // share of time that the baseline waits, 0 to 1
	Helps    bool     `json:"helps"`   // whether concurrency does, beyond doubt
	Best     string   `json:"best,omitempty"`
	Gain     Interval `json:"gain"` // Ratio of Best
	Width    int      `json:"width,omitempty"`
	Reason   Reason   `json:"reason,omitempty"`
	Headline string   `json:"headline"`       // one sentence, also when there is no verdict
	Lines    []string `json:"lines"`          // the same at length, a sentence or two each
	Next     []string `json:"next,omitempty"` // what would help next
}

// Bound is what the work spends its time on.
type Bound string

// The bounds.
const (
	BoundIO    Bound = "I/O"
	BoundCPU   Bound = "CPU"
	BoundMixed Bound = "both"
)

// LostUpdate is one row of the demonstration that no lock of an interpreter makes
// read, change and write one step.
type LostUpdate struct {
	Name    string  `json:"name"` // such as "read, yield, write" or "mutex"
	GIL     bool    `json:"gil,omitempty"`
	Python  bool    `json:"python,omitempty"`
	Workers int     `json:"workers"`
	Want    int64   `json:"want"`
	Got     int64   `json:"got"`
	Each    float64 `json:"each_s"` // seconds an update takes
	Skip    string  `json:"skip,omitempty"`
}
