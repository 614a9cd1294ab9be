package charset

import (
	"bufio"
	"io"

	"golang.org/x/text/transform"
)

// Options say how a [Converter] reads. With the zero value it finds the encoding and is
// strict.
type Options struct {
	Charset     string // a label, as [Name] knows it; "" when it is to be found
	ContentType string // what is said of the document, as for [Detect]
	Replace     bool   // put U+FFFD where bytes mean nothing, as browsers do, instead of failing
}

// A Converter reads a document as UTF-8, without byte order mark, for those who would
// rather know of a fault than have text with holes: bytes that mean nothing in the encoding
// are an [*InvalidError] unless Options say otherwise.
//
// Where nothing states the encoding it does not settle for the first 16 KiB as [NewReader]
// does, but hands out what is ASCII, and decides by the 16 KiB around the first byte that is
// none. It reads its source in pieces of that size.
type Converter struct {
	in   *bufio.Reader
	opt  Options
	read int64     // bytes taken from in while the encoding was not known
	text io.Reader // once it is
}

// NewConverter makes a Converter that reads r. Charset must be one that [Name] knows.
func NewConverter(r io.Reader, opt Options) *Converter {
	return &Converter{in: bufio.NewReaderSize(r, lookahead), opt: opt}
}

// Reset makes c read r, and takes its memory for that again.
func (c *Converter) Reset(r io.Reader, opt Options) {
	c.in.Reset(r)
	*c = Converter{in: c.in, opt: opt}
}

func (c *Converter) Read(p []byte) (int, error) {
	for c.text == nil {
		if n, err := c.decide(p); n > 0 || err != nil {
			return n, err
		}
	}
	return c.text.Read(p)
}

// decide begins to decode, or puts ASCII into p while that may wait.
func (c *Converter) decide(p []byte) (int, error) {
	head, err := c.in.Peek(lookahead)
	if err != nil && err != io.EOF {
		return 0, err
	}
	d := described(c.opt.ContentType)
	if c.read == 0 {
		if name, length := c.stated(d, head); name != "" {
			c.begin(name, length)
			return 0, nil
		}
	}
	// Some bytes before the first that is not ASCII belong to what is guessed by; a multiple
	// of four keeps 16-bit units whole.
	first := notASCII(head)
	plain := max(first-64, 0) &^ 3
	if err == nil && plain > 0 && len(head)-first < sniffed {
		n := copy(p, head[:plain])
		_, _ = c.in.Discard(n) // they have just been seen
		c.read += int64(n)
		return n, nil
	}
	if first == len(head) { // to the end
		c.begin("utf-8", 0)
	} else {
		c.begin(d.guess(head), 0)
	}
	return 0, nil
}

// stated is the encoding that the caller or the document names, and how long its byte
// order mark is.
func (c *Converter) stated(d description, head []byte) (name string, length int) {
	marked, length := mark(head)
	if c.opt.Charset == "" {
		name, _ := d.said(head)
		return name, length
	}
	name = canonical(c.opt.Charset)
	switch {
	case marked == name:
	case wide(marked) && wide(name): // "utf-16" is a label of the little-endian one
		name = marked
	default:
		length = 0
	}
	return name, length
}

func wide(name string) bool { return name == "utf-16le" || name == "utf-16be" }

// begin decodes what comes from now on, behind a mark of some length.
func (c *Converter) begin(name string, length int) {
	_, _ = c.in.Discard(length) // they have just been seen
	c.read += int64(length)
	if c.opt.Replace {
		c.text = transform.NewReader(c.in, lookup(name).NewDecoder())
	} else {
		c.text = newStrict(c.in, name, c.read)
	}
}

// Name returns the name of the encoding that label stands for in the Encoding standard
// (section 4.2), as in "windows-1252" for "latin1". It is "" for a label that the standard
// lacks, and for those of encodings that it says not to read.
func Name(label string) string {
	if name := canonical(label); name != "replacement" {
		return name
	}
	return ""
}
