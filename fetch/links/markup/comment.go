package markup

import "bytes"

// declaration reads what begins with <!. Only CDATA sections are told of.
func (t *Tokens) declaration() (Kind, bool) {
	switch {
	case t.begins("<!--"):
		t.comment()
		t.from = t.at
		return End, false
	case t.cdata && t.begins("<![CDATA["):
		return t.section(len("<![CDATA["))
	}
	return t.bogus(false)
}

// begins reports whether what comes begins with that.
func (t *Tokens) begins(with string) bool {
	return t.has(len(with)) && string(t.buf[t.at:t.at+len(with)]) == with
}

// comment passes over a comment. It ends with --> or --!>, and <!--> and <!---> are
// whole ones.
func (t *Tokens) comment() {
	t.skip(len("<!--"))
	for _, short := range []string{">", "->"} {
		if t.begins(short) {
			t.skip(len(short))
			return
		}
	}
	for t.pastNext('>', len("--!")) {
		inside := t.buf[t.from : t.at-len(">")]
		if bytes.HasSuffix(inside, []byte("--")) || bytes.HasSuffix(inside, []byte("--!")) {
			return
		}
	}
}

// skip passes over n bytes that are there.
func (t *Tokens) skip(n int) {
	t.at += n
	t.from = t.at
}

// pastNext goes behind the next c and leaves some bytes before it where they are. At the
// end there is none.
func (t *Tokens) pastNext(c byte, before int) bool {
	for {
		i := bytes.IndexByte(t.buf[t.at:t.to], c)
		if i >= 0 {
			t.at += i + 1
			return true
		}
		t.at = t.to
		t.from = max(t.from, t.at-before)
		if !t.more() {
			return false
		}
	}
}

// section reads a CDATA section whose text is at text. One without end lasts to that of
// the document, and the rest of one that is too long is text.
func (t *Tokens) section(text int) (Kind, bool) {
	t.skip(text)
	for {
		if i := bytes.Index(t.buf[t.at:t.to], []byte("]]>")); i >= 0 {
			t.at += i
			t.text()
			t.at += len("]]>")
			return CData, true
		}
		t.at = max(t.at, t.to-len("]]"))
		if !t.more() {
			t.at = t.to
			t.text()
			return CData, true
		}
	}
}

// bogus reads what is a comment for want of another meaning: doctypes, instructions and
// what is broken.
func (t *Tokens) bogus(instruction bool) (Kind, bool) {
	if !t.xml || !instruction {
		t.skip(len("<!"))
		t.pastNext('>', 0)
		t.from = t.at
		return End, false
	}
	for n := len("<?"); ; {
		b := t.buf[t.from:t.to]
		if i := bytes.IndexByte(b[n:], '>'); i >= 0 {
			t.at = t.from + n + i + 1
			t.text()
			return Instruction, true
		}
		if n = len(b); !t.more() {
			t.at = t.to
			t.text()
			return Instruction, true
		}
	}
}
