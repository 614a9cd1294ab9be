package markup

import (
	"bytes"
	"io"
)

// Kind says what a token is.
type Kind int

const (
	End            Kind = iota // of the document
	StartTag                   // <a>
	SelfClosingTag             // <a/>, which means something in XML and SVG only
	EndTag                     // </a>
	Text                       // as it is written
	CData                      // without its marks
	Instruction                // <?xml ... ?>
)

// Options say what is read.
type Options struct {
	// XML has text, CDATA sections and instructions told. Of HTML it is only what
	// [Tokens.RawText] keeps.
	XML bool
	Max int // bytes of a token that is read whole; 0 means a mebibyte
}

const (
	defaultMax = 1 << 20
	leastMax   = 1 << 8
	firstSize  = 32 << 10 // of the buffer
)

// Tokens are those of one document. They are for one goroutine.
type Tokens struct {
	in    io.Reader
	ended bool // nothing more comes
	xml   bool
	cdata bool
	max   int

	buf  []byte
	from int // where the token begins; what is before it is not needed any more
	at   int // where reading goes on
	to   int // end of what is there

	end     int // of the token
	name    int // where that of a tag is
	nameEnd int
	element string // whose raw text comes next, "" for none
	keep    bool   // that text
	escape  escape
}

// New reads text, which is UTF-8. An error of it is its end.
func New(text io.Reader, opt Options) *Tokens {
	t := new(Tokens)
	t.Reset(text, opt)
	return t
}

// Reset begins with another document, in the memory of the last if that is not large.
func (t *Tokens) Reset(text io.Reader, opt Options) {
	if opt.Max <= 0 {
		opt.Max = defaultMax
	}
	opt.Max = max(opt.Max, leastMax)
	size := min(firstSize, opt.Max)
	buf := t.buf
	if len(buf) != size {
		buf = make([]byte, size)
	}
	*t = Tokens{in: text, xml: opt.XML, cdata: opt.XML, max: opt.Max, buf: buf}
}

// CDATA says whether CDATA sections are such from here on, as within SVG and MathML, and
// not comments as elsewhere in HTML.
func (t *Tokens) CDATA(yes bool) { t.cdata = yes || t.xml }

// Raw is the token as it is written; of CData, what is inside. It is good until Next, as
// is all that comes from a token.
func (t *Tokens) Raw() []byte { return t.buf[t.from:t.end] }

// Name is the name of a tag as it is written.
func (t *Tokens) Name() []byte { return t.buf[t.name:t.nameEnd] }

// Next goes to the next token.
func (t *Tokens) Next() Kind {
	t.from = t.at
	if t.element != "" && t.rawText() {
		return Text
	}
	for {
		i := bytes.IndexByte(t.buf[t.at:t.to], '<')
		if i < 0 {
			t.passTo(t.to)
			if t.more() {
				continue
			}
			if t.at > t.from {
				return t.text()
			}
			return End
		}
		t.passTo(t.at + i)
		if kind, ok := t.markup(); ok {
			return kind
		}
	}
}

// passTo passes over text, which of HTML nobody wants.
func (t *Tokens) passTo(at int) {
	t.at = at
	if !t.xml {
		t.from = at
	}
}

// text is the token from where it began to where reading goes on.
func (t *Tokens) text() Kind {
	t.end = t.at
	return Text
}

// markup reads what begins with the < at at. It is not ok where that is text, or nothing
// that is told of.
func (t *Tokens) markup() (kind Kind, ok bool) {
	lead := len("<a")
	if t.has(lead) && t.buf[t.at+1] == '/' {
		lead = len("</a")
	}
	if !t.has(lead) {
		if t.ended {
			t.passTo(t.to)
			return Text, false
		}
		return t.text(), true // as long as may be
	}
	next := t.buf[t.at+lead-1]
	opens := lead == len("<a")
	if opens && !isLetter(next) && next != '!' && next != '?' {
		t.passTo(t.at + 1)
		return Text, false
	}
	if t.at > t.from {
		return t.text(), true
	}
	switch {
	case isLetter(next) && opens:
		return t.tag(StartTag, 1)
	case isLetter(next):
		return t.tag(EndTag, 2)
	case next == '!':
		return t.declaration()
	default:
		return t.bogus(next == '?')
	}
}

// has reports whether so many bytes are there from at on, and reads more if need be.
func (t *Tokens) has(n int) bool {
	for t.to-t.at < n {
		if !t.more() {
			return false
		}
	}
	return true
}

// more reads more behind what is there, and moves that. It fails at the end, and where
// the token has as many bytes as it may.
func (t *Tokens) more() bool {
	if t.ended {
		return false
	}
	if t.from > 0 {
		copy(t.buf, t.buf[t.from:t.to])
		t.at, t.to, t.from = t.at-t.from, t.to-t.from, 0
	}
	if t.to == len(t.buf) {
		if len(t.buf) >= t.max {
			return false
		}
		t.buf = append(t.buf, make([]byte, min(len(t.buf), t.max-len(t.buf)))...)
	}
	for range 100 { // as package bufio has it
		n, err := t.in.Read(t.buf[t.to:])
		t.to += n
		t.ended = err != nil
		if n > 0 || t.ended {
			return n > 0
		}
	}
	t.ended = true
	return false
}

// double reads until the token has twice as many bytes, so that to begin again with it
// costs no more than to have read it. It fails when there are none to come.
func (t *Tokens) double() bool {
	before := t.to - t.from
	for t.to-t.from < 2*before && t.more() {
	}
	return t.to-t.from > before
}
