package fetch

import (
	"bufio"
	"bytes"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// head is the head of an answer.
type head struct {
	proto     string
	status    int
	reason    string
	header    Header
	raw       string // as it was received; header's fields are parts of it, mostly
	length    int64  // of the body; or one of the two below
	keepAlive bool
}

const (
	chunked    = -1
	untilClose = -2
)

const (
	maxFields     = 1000 // per head; servers with more are broken or hostile
	maxEmptyLines = 8    // before a head; RFC 9112 section 2.2 asks to ignore at least one
)

// readHead reads one head of at most limit bytes. first, when given, is told the
// moment of the head's first byte.
//
// fasthttp's parser decides what the head means. What RFC 9112 lets a client
// accept beyond that is put into its strict form first: bare LF, folded lines, a
// Content-Length said twice. Framing that two readers may take for different
// things is an error.
func readHead(br *bufio.Reader, limit int, first *time.Time) (*head, error) {
	if err := skipEmptyLines(br); err != nil {
		return nil, err
	}
	if first != nil {
		*first = time.Now()
	}
	if err := checkStart(br); err != nil {
		return nil, err
	}
	long, n, err := findHead(br, limit)
	if err != nil {
		return nil, err
	}
	rest, _ := br.Peek(n)
	h, strict, err := splitHead(string(long) + string(rest))
	if err != nil {
		return nil, err
	}
	if long == nil && strict == nil {
		buffered := br.Buffered()
		if err := h.parse(br); err != nil {
			return nil, err
		}
		if buffered-br.Buffered() != n {
			return nil, fault(ClassProtocol, nil, "the head of the answer has no clear end")
		}
		return h, nil
	}
	br.Discard(n)
	if strict == nil {
		strict = append(long, rest...)
	}
	return h, h.parse(bufio.NewReaderSize(bytes.NewReader(strict), len(strict)))
}

func skipEmptyLines(br *bufio.Reader) error {
	for range maxEmptyLines {
		b, err := br.Peek(1)
		if err != nil {
			return err
		}
		if b[0] != '\r' && b[0] != '\n' {
			return nil
		}
		br.Discard(1)
	}
	return fault(ClassProtocol, nil, "empty lines instead of an answer")
}

// checkStart tells a server of another protocol by its first bytes, since it may
// neither send an empty line nor close.
func checkStart(br *bufio.Reader) error {
	start, _ := br.Peek(min(br.Buffered(), len("HTTP/")))
	if !bytes.HasPrefix([]byte("HTTP/"), start) {
		return fault(ClassProtocol, nil, "not an HTTP answer")
	}
	return nil
}

// findHead looks for the empty line that ends a head. The head is long, which it
// has consumed, and the next n bytes, which it has not.
func findHead(br *bufio.Reader, limit int) (long []byte, n int, err error) {
	for {
		b, _ := br.Peek(br.Buffered())
		if n := headEnd(long, b); n > 0 {
			return long, n, nil
		}
		if len(long)+len(b) >= limit {
			return nil, 0, fault(ClassProtocol, nil, "the head of the answer is longer than %d bytes", limit)
		}
		if len(b) == br.Size() {
			long = append(long, b...)
			br.Discard(len(b))
			b = nil
		}
		if _, err := br.Peek(len(b) + 1); err != nil {
			return nil, 0, err
		}
	}
}

// headEnd returns how many bytes of b belong to the head that began with before,
// or 0 when b does not hold its end.
func headEnd(before, b []byte) int {
	if bytes.HasSuffix(before, []byte("\n\r")) && len(b) > 0 && b[0] == '\n' {
		return 1
	}
	if bytes.HasSuffix(before, []byte("\n")) && emptyLine(b) > 0 {
		return emptyLine(b)
	}
	for line := 0; ; {
		i := bytes.IndexByte(b[line:], '\n')
		if i < 0 {
			return 0
		}
		line += i + 1
		if n := emptyLine(b[line:]); n > 0 {
			return line + n
		}
	}
}

func emptyLine(b []byte) int {
	switch {
	case len(b) > 0 && b[0] == '\n':
		return 1
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		return 2
	}
	return 0
}

// splitHead takes raw apart into fields in their order. strict is what to parse
// instead of raw, or nil when raw is strict already.
func splitHead(raw string) (h *head, strict []byte, err error) {
	h = &head{raw: raw, header: make(Header, 0, min(strings.Count(raw, "\n"), maxFields))}
	statusLine, rest, odd := cutLine(raw)
	_, status, _ := strings.Cut(statusLine, " ")
	if strings.HasPrefix(strings.TrimLeft(status, " "), "0") { // fasthttp takes 000 for 200
		return nil, nil, fault(ClassProtocol, nil, "a status below 100")
	}
	for rest != "" {
		line, after, bare := cutLine(rest)
		rest, odd = after, odd || bare
		if line == "" {
			break
		}
		changed, err := h.addLine(line)
		if err != nil {
			return nil, nil, err
		}
		odd = odd || changed
	}
	fields, changed, err := h.settleFraming(strings.HasPrefix(statusLine, "HTTP/1.1 "))
	if err != nil || !odd && !changed {
		return h, nil, err
	}
	strict = append(strict, statusLine...)
	for _, f := range fields {
		strict = append(append(append(append(strict, "\r\n"...), f.Name...), ": "...), f.Value...)
	}
	return h, append(strict, "\r\n\r\n"...), nil
}

// cutLine splits off the first line, without its CRLF or bare LF.
func cutLine(s string) (line, rest string, bare bool) {
	line, rest, _ = strings.Cut(s, "\n")
	trimmed := strings.TrimSuffix(line, "\r")
	return trimmed, rest, len(trimmed) == len(line)
}

// addLine adds a header line to h. It reports whether the line was odd, so that
// the head must be written anew before it is parsed.
func (h *head) addLine(line string) (odd bool, err error) {
	if line[0] == ' ' || line[0] == '\t' { // obs-fold, RFC 9112 section 5.2
		if len(h.header) == 0 {
			return false, fault(ClassProtocol, nil, "the head of the answer begins with a folded line")
		}
		last := &h.header[len(h.header)-1]
		last.Value = strings.TrimSpace(last.Value + " " + strings.Trim(line, " \t"))
		return true, nil
	}
	before, value, ok := strings.Cut(line, ":")
	name := strings.TrimRight(before, " \t") // RFC 9112 section 5.1 has proxies do so
	odd = len(name) < len(before)
	switch {
	case !ok || name == "":
		return false, fault(ClassProtocol, nil, "a header line without a name")
	case odd && (strings.EqualFold(name, "Content-Length") || strings.EqualFold(name, "Transfer-Encoding")):
		return false, fault(ClassProtocol, nil, "a space after %s, which some take for another name", name)
	}
	if len(h.header) == maxFields {
		return false, fault(ClassProtocol, nil, "more than %d header fields", maxFields)
	}
	h.header.Add(name, strings.Trim(value, " \t"))
	return odd, nil
}

// settleFraming makes sure that there is one way only to find the body's end
// (RFC 9112 section 6.3): equal Content-Lengths become one, unequal ones and
// codings that only HTTP/1.1 knows are refused in other versions. The coding identity,
// which RFC 2616 had and servers still send, is none, as it is to curl; but who says it
// may be misunderstood, and the connection is not used again. It returns the fields to
// go by; h.header stays as it was received.
func (h *head) settleFraming(http11 bool) (fields Header, changed bool, err error) {
	length, lengths := "", 0
	coded, void := false, false // whether there is a Transfer-Encoding, and one that means nothing
	for _, f := range h.header {
		switch {
		case strings.EqualFold(f.Name, "Content-Length"):
			for one := range strings.SplitSeq(f.Value, ",") {
				one = strings.Trim(one, " \t")
				if !isLength(one) {
					return nil, false, fault(ClassProtocol, nil, "invalid Content-Length %.40q", f.Value)
				}
				one = canonicalLength(one)
				if lengths++; lengths > 1 && one != length {
					return nil, false, fault(ClassProtocol, nil, "two different Content-Lengths")
				}
				length = one
			}
		case strings.EqualFold(f.Name, "Transfer-Encoding"):
			if f.Value == "" || strings.EqualFold(f.Value, "identity") {
				void = true
			} else {
				coded = true
			}
		}
	}
	fields = h.header
	if void && !coded {
		fields.Del("Transfer-Encoding")
		fields.Set("Connection", "close")
		changed = true
	}
	switch {
	case coded && !http11:
		return nil, false, fault(ClassProtocol, nil, "Transfer-Encoding in an answer that is not HTTP/1.1")
	case coded && lengths > 0: // chunked wins, and the connection is not used again
		fields.Del("Content-Length")
		fields.Set("Connection", "close")
		return fields, true, nil
	case lengths > 1:
		fields.Set("Content-Length", length)
		return fields, true, nil
	}
	return fields, changed, nil
}

func isLength(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && len(canonicalLength(s)) <= 18
}

func canonicalLength(s string) string {
	if s = strings.TrimLeft(s, "0"); s == "" {
		return "0"
	}
	return s
}

// parse reads the strict form of h and takes over what it means.
func (h *head) parse(br *bufio.Reader) error {
	answer := fasthttp.AcquireResponse()
	defer fasthttp.ReleaseResponse(answer)
	parsed := &answer.Header
	parsed.DisableNormalizing()
	if err := parsed.Read(br); err != nil {
		return fault(ClassProtocol, err, "not a valid HTTP answer")
	}
	h.proto = "HTTP/1.1"
	if p := parsed.Protocol(); string(p) != h.proto {
		h.proto = string(p)
	}
	h.status = parsed.StatusCode()
	h.reason = string(parsed.StatusMessage())
	h.length = int64(parsed.ContentLength())
	h.keepAlive = !parsed.ConnectionClose()
	return nil
}
