package compare

// Sample is one row measured once, a line of JSON. A child fills in what it knows;
// the parent adds the fields from Row to Threads and, where it knows better, the rest.
type Sample struct {
	Row    string `json:"row"`
	Block  int    `json:"block"`             // from 0, the warm-ups first
	WarmUp bool   `json:"warm_up,omitempty"` // and hence not counted

	Repeats int     `json:"repeats"`         // passes over the items; see Wall
	StartUp float64 `json:"start_up_s"`      // from the start of the process to its "ready"
	Life    float64 `json:"process_cpu_s"`   // CPU of the process from start to end, its children's too
	RSS     int64   `json:"peak_rss"`        // bytes, of the process and of those it started, at their peaks
	Threads int     `json:"threads_at_peak"` // of the system, likewise

	Wall   float64 `json:"wall_s"`   // by the clock, of all passes
	User   float64 `json:"user_s"`   // CPU within the clock, its children's to their end included
	System float64 `json:"system_s"` // the same in the kernel

	// RunDelay is for how long its threads were ready to run and had no processor,
	// within the clock and in sum. 0 also where nobody knows.
	RunDelay float64 `json:"run_delay_s,omitempty"`

	Voluntary   int64 `json:"voluntary"`   // context switches within the clock: it waited
	Involuntary int64 `json:"involuntary"` // it was made to

	Items  int64  `json:"items"`  // done in all passes
	Failed int64  `json:"failed"` // of these
	Error  string `json:"error,omitempty"`
	Bytes  int64  `json:"bytes"`  // of content, in all passes
	Digest string `json:"digest"` // of one pass, whatever the order; see Digest

	New    int64 `json:"connections_new"`    // connections opened within the clock
	Reused int64 `json:"connections_reused"` // requests on one that was open

	Phases Phases `json:"phases"`

	// Heartbeat is by how much a timer was late at worst, in seconds: for how long
	// the work kept everything else in the process from running.
	Heartbeat float64 `json:"heartbeat_s"`

	Server *Server `json:"server,omitempty"` // nil: not known
	Spans  []Span  `json:"spans,omitempty"`
}

// CPU is the processor time within the clock.
func (s Sample) CPU() float64 { return s.User + s.System }

// Pass is the time that one pass took, which is what rows are compared by.
func (s Sample) Pass() float64 { return s.Wall / float64(max(s.Repeats, 1)) }

// Phases are sums over all items, in seconds. They overlap when items do, so they
// may come to many times the wall clock.
type Phases struct {
	Queue     float64 `json:"queue_s"` // waited for a worker, a slot or a connection
	DNS       float64 `json:"dns_s"`
	Connect   float64 `json:"connect_s"`
	TLS       float64 `json:"tls_s"`
	FirstByte float64 `json:"first_byte_s"` // from the request to the first byte of the answer
	Body      float64 `json:"body_s"`
	Disk      float64 `json:"disk_s"`
	CPU       float64 `json:"cpu_s"`
}

// Server is the other side of a sample.
type Server struct {
	CPU      float64 `json:"cpu_s"`
	InFlight int     `json:"peak_in_flight"`
	Accepted int64   `json:"accepted"` // connections
	Requests int64   `json:"requests"`
	Service  float64 `json:"service_s"` // mean time for a request, as the server sees it
}

// Span is what one item did, for the waterfall. Times are seconds since the clock
// started.
type Span struct {
	Item   int     `json:"item"`           // from 0
	Name   string  `json:"name,omitempty"` // such as its URL
	Worker int     `json:"worker"`         // from 0
	Start  float64 `json:"start_s"`
	End    float64 `json:"end_s"`
	Parts  []Part  `json:"parts,omitempty"` // in order, none of them overlapping
}

// Part is a piece of a span.
type Part struct {
	Waiting bool    `json:"waiting"`         // else it is working
	Phase   string  `json:"phase,omitempty"` // such as "first byte"
	Start   float64 `json:"start_s"`
	End     float64 `json:"end_s"`
}
