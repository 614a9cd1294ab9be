package manifest

import "time"

// Schema is the version of [Line]'s meaning. The first line of a manifest carries it.
const Schema = 1

// Outcome says how a URL ended. Each URL has exactly one.
type Outcome string

// The outcomes.
const (
	Fetched      Outcome = "fetched"
	NotModified  Outcome = "not_modified"
	Duplicate    Outcome = "duplicate"
	RobotsDenied Outcome = "robots_denied"
	OutOfScope   Outcome = "out_of_scope"
	TooLarge     Outcome = "too_large"
	Gone         Outcome = "gone"
	Failed       Outcome = "failed"
	Skipped      Outcome = "skipped"
)

// Line is one record of the manifest: what became of one URL.
type Line struct {
	Schema      int     `json:"schema,omitempty"` // on the first line only
	URL         string  `json:"url"`
	FinalURL    string  `json:"final_url,omitempty"` // where redirects led, when they did
	Outcome     Outcome `json:"outcome"`
	Reason      string  `json:"reason,omitempty"` // one clear line for people
	ErrorClass  string  `json:"error_class,omitempty"`
	Status      int     `json:"status,omitempty"`
	ContentType string  `json:"content_type,omitempty"`
	Bytes       int64   `json:"bytes"`      // stored, after content decoding
	WireBytes   int64   `json:"wire_bytes"` // body bytes as received, before decoding
	SHA256      string  `json:"sha256,omitempty"`
	Path        string  `json:"path,omitempty"`  // of the stored body, relative to DIR, with slashes
	Steps       string  `json:"steps,omitempty"` // that made what is stored of the body (--transform)

	// WARC is where the records of the exchanges stand, the answer's first: a response
	// or a revisit. JSONL is where the line about the page stands.
	WARC  Section `json:"warc,omitzero"`
	JSONL Section `json:"jsonl,omitzero"`

	// Validators of the stored body, as the server sent them: what a later run asks
	// with whether the body still holds. They are of FinalURL, and are there only
	// when the body came whole.
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`

	// What the page says of itself, which is recorded and, but for nofollow, not obeyed.
	Robots    string `json:"robots,omitempty"`    // asks of crawlers: "noindex,nofollow"
	Canonical string `json:"canonical,omitempty"` // another URL that it calls its own

	Depth     int        `json:"depth"`
	Parent    string     `json:"parent,omitempty"`
	Attempts  int        `json:"attempts,omitempty"`
	Started   time.Time  `json:"started,omitzero"` // of the last attempt
	DNS       float64    `json:"dns_ms"`
	Connect   float64    `json:"connect_ms"`
	TLS       float64    `json:"tls_ms"`
	TTFB      float64    `json:"ttfb_ms"`
	Total     float64    `json:"total_ms"`
	RemoteIP  string     `json:"remote_ip,omitempty"`
	Redirects []Redirect `json:"redirects,omitempty"`
	Input     string     `json:"input,omitempty"` // the INPUT that listed it
	Line      int64      `json:"line,omitempty"`  // and its line there, from 1
	Run       string     `json:"run,omitempty"`
}

// Section is a part of a file that the records of many URLs share.
type Section struct {
	Path   string `json:"path"` // relative to DIR, with slashes
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	// Digest is "sha1:" and that of the payload in base32, as WARC files have it, or
	// "xxh3:" and that of the bytes in hexadecimal.
	Digest string `json:"digest"`
}

// Redirect is one hop on the way to Line.FinalURL.
type Redirect struct {
	Status int    `json:"status"`
	URL    string `json:"url"` // that answered with Status
}
