package warc

import (
	"strings"
	"time"
)

// Type is what a record is: its WARC-Type. Readers must skip types that they do not know.
type Type string

// The types of WARC 1.1, section 6.
const (
	Warcinfo     Type = "warcinfo"     // about the records that follow
	Response     Type = "response"     // what a server sent
	Resource     Type = "resource"     // a file without its protocol
	Request      Type = "request"      // what was sent to a server
	Metadata     Type = "metadata"     // about another record
	Revisit      Type = "revisit"      // the same as an earlier response
	Conversion   Type = "conversion"   // another form of a record's content
	Continuation Type = "continuation" // a further segment of a record
)

// The media types of a record's block.
const (
	HTTPRequest  = "application/http;msgtype=request"
	HTTPResponse = "application/http;msgtype=response"
	Fields       = "application/warc-fields" // see [Header.Block]
)

// Profile says what a revisit has in common with the record that it refers to.
type Profile string

// The profiles of WARC 1.1, section 6.7. A [Reader] gives those of WARC 1.0, which have
// its number in them, in these forms, too.
const (
	IdenticalPayload Profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
	NotModified      Profile = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
)

// Reason is why a block is not whole: its WARC-Truncated.
type Reason string

// The reasons of WARC 1.1, section 5.13.
const (
	TruncatedLength      Reason = "length"     // it was longer than allowed
	TruncatedTime        Reason = "time"       // it took longer than allowed
	TruncatedDisconnect  Reason = "disconnect" // the connection broke
	TruncatedUnspecified Reason = "unspecified"
)

// Head is what a record says of itself. Fields that are zero are not there.
type Head struct {
	Type        Type
	ID          string    // a URI, without angle brackets: "urn:uuid:..."
	Date        time.Time // when the capture began, the same for all of its records
	TargetURI   string
	ContentType string // of the block, not of the payload
	IPAddress   string // that was asked

	ConcurrentTo []string // IDs of records of the same capture
	WarcinfoID   string
	Filename     string // of a warcinfo: the file that it was written to

	RefersTo          string // the ID of the record that a revisit, metadata or conversion is about
	RefersToTargetURI string
	RefersToDate      time.Time
	Profile           Profile
	Truncated         Reason

	BlockDigest           Digest
	PayloadDigest         Digest
	IdentifiedPayloadType string // found out by a look at the payload

	Extra Header // fields of other names, Content-Length aside
}

// Field is a line of a header.
type Field struct{ Name, Value string }

// Header is fields in the order in which they stand, their names as they are written.
type Header []Field

// Get is the value of the first field of that name, whatever its case; "" without one.
func (h Header) Get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Block is the header as the block of a warcinfo or metadata record, of type [Fields].
// Line ends within values become spaces.
func (h Header) Block() Content {
	var b strings.Builder
	for _, f := range h {
		b.WriteString(f.Name + ": " + oneLine(f.Value) + "\r\n")
	}
	return strings.NewReader(b.String())
}

// oneLine is s without what would end a header line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
