package compare

import "encoding/json"

// Plan is what to measure. Title, Items and Rows have to be given.
type Plan struct {
	Title string   `json:"title"`          // such as "200 URLs of the lab, 20 ms each"
	Work  Workload `json:"work"`           // what the items are, for the words of the verdict
	Noun  string   `json:"noun,omitempty"` // plural of what an item is; "": "items"
	Items int      `json:"items"`          // that one pass of each row has to do
	Rows  []Row    `json:"rows"`

	Rounds  int     `json:"rounds"`             // blocks measured; 0: 10
	WarmUps int     `json:"warm_ups"`           // blocks before them that do not count; 0: 1
	Seed    uint64  `json:"seed"`               // of the orders, of rows and of those that a change is held against
	Budget  float64 `json:"budget_s,omitempty"` // seconds in all, for which rows are kept shorter and rounds given up; 0: no bound
	Limit   float64 `json:"limit_s"`            // seconds that one row may take; 0: 120
	Least   float64 `json:"least_s"`            // seconds that a row should take: a shorter one repeats its items; 0: 0.5

	// Ceiling is how many items a second the server serves when it need not wait,
	// measured before. A row that comes nearer to it than a fifth measures the server.
	// 0: not known, or there is no server.
	Ceiling float64 `json:"ceiling,omitempty"`

	// Cap and Rate are what politeness allows in flight and a second, whatever a
	// row's width. 0: no such bound.
	Cap  int     `json:"cap,omitempty"`
	Rate float64 `json:"rate,omitempty"`
}

// Workload is what kind of work the items are.
type Workload string

// The workloads.
const (
	Network Workload = "network"
	Files   Workload = "files"
	CPU     Workload = "cpu"
)

// Row is one way of doing the work.
type Row struct {
	Name  string `json:"name"` // unique, such as "pool 32" or "aiohttp 32"
	Mode  string `json:"mode"` // a pipeline.Mode, or what does it in Python: "requests", "aiohttp"
	Width int    `json:"width"`

	GIL    bool `json:"gil,omitempty"`    // GOMAXPROCS=1, the nearest thing to Python's lock
	Python bool `json:"python,omitempty"` // compared with other rows of Python only
	Cold   bool `json:"cold,omitempty"`   // files are read from the device, not from the page cache

	// Processors is how many its code can use at once. 0: one under GIL, else all.
	Processors int `json:"processors,omitempty"`

	// Baseline is the row that it is compared with. "": the first one that is not
	// skipped and is of Python, or cold, as this one is.
	Baseline string `json:"baseline,omitempty"`

	// Twin marks the baseline's double: the same under another name, whose ratio to
	// it has to be 1: the interval of Estimate.Ratio, which is one of 99 % for it. With
	// 95 % every twentieth run would be refused by chance. Without a twin there is no
	// verdict.
	Twin bool `json:"twin,omitempty"`

	Skip string `json:"skip,omitempty"` // why it is not measured: "no Python found"

	Job  string          `json:"job,omitempty"`  // of Serve, when Command is empty
	Data json.RawMessage `json:"data,omitempty"` // what the job has to know, any JSON

	Command []string `json:"command,omitempty"` // the child; empty: this program, which calls Serve
	Env     []string `json:"env,omitempty"`     // name=value, on top of this process's and of what GIL says
}

// Label is how a curve over widths is called: the mode, and what is special.
func (r Row) Label() string {
	label := r.Mode
	if r.Cold {
		label += " cold"
	}
	if r.GIL {
		label += " gil"
	}
	return label
}

// Spec is the line of JSON that a child gets on its stdin. Its side of the protocol:
//
//   - read the line, prepare everything (import, dial, start workers), write "ready"
//     and a newline to stdout;
//   - wait for the line "go", start the clock, do items 0 to Items-1, Repeats times
//     over without a pause between, stop the clock;
//   - write a [Sample] as one line of JSON, and end once stdin does.
//
// Anything else on stdout fails the row; stderr is free.
type Spec struct {
	Row     string          `json:"row"`
	Job     string          `json:"job,omitempty"`
	Mode    string          `json:"mode"`
	Width   int             `json:"width"`
	Items   int             `json:"items"`
	Repeats int             `json:"repeats"` // at least 1
	Spans   int             `json:"spans"`   // of so many first items, Sample.Spans are wanted
	Data    json.RawMessage `json:"data,omitempty"`
}
