package fetch

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Part is one part of a multipart body.
type Part struct {
	Name     string // of the form's field
	FileName string // as the server is told; "" for a field that is no file
	Body     Body   // may be a multipart body itself
	Header   Header // more fields of the part; a Content-Type here wins over Body's
}

// multiBody is a body of parts.
type multiBody struct {
	subtype  string
	boundary string
	parts    []Part
}

// Multipart is what a browser sends of a form with files: parts in their order, of
// the type multipart/form-data (RFC 7578). It is streamed; its size is known when
// that of every part is.
func Multipart(parts ...Part) Body { return MultipartOf("form-data", parts...) }

// MultipartOf is a body of another multipart type, such as "mixed" or "related"
// (RFC 2046 section 5.1). Parts without names get no Content-Disposition.
func MultipartOf(subtype string, parts ...Part) Body {
	return &multiBody{subtype: subtype, boundary: rand.Text(), parts: parts}
}

// ContentType implements [Body].
func (m *multiBody) ContentType() string {
	return "multipart/" + m.subtype + "; boundary=" + m.boundary
}

// Spent reports whether a part was opened: see [Replayable].
func (m *multiBody) Spent() bool {
	for _, p := range m.parts {
		if !Replayable(p.Body) {
			return true
		}
	}
	return false
}

// Size implements [Body].
func (m *multiBody) Size() int64 {
	total := int64(len(m.end()))
	for i, p := range m.parts {
		size := p.Body.Size()
		if size < 0 {
			return -1
		}
		total += int64(len(m.head(i))) + size
	}
	return total
}

// head is what stands before part i, the boundary included.
func (m *multiBody) head(i int) string {
	var b strings.Builder
	if i > 0 {
		b.WriteString("\r\n")
	}
	fmt.Fprintf(&b, "--%s\r\n", m.boundary)
	p := m.parts[i]
	if p.Name != "" || p.FileName != "" || m.subtype == "form-data" {
		kind := "form-data"
		if m.subtype != kind {
			kind = "attachment"
		}
		fmt.Fprintf(&b, "Content-Disposition: %s; name=\"%s\"", kind, quoted.Replace(p.Name))
		if p.FileName != "" {
			fmt.Fprintf(&b, "; filename=\"%s\"", quoted.Replace(p.FileName))
		}
		b.WriteString("\r\n")
	}
	if t := p.Body.ContentType(); t != "" && !p.Header.Has("Content-Type") && !(p.FileName == "" && isPlain(p.Body)) {
		fmt.Fprintf(&b, "Content-Type: %s\r\n", t)
	}
	if c := codingOf(p.Body); c != "" && !p.Header.Has("Content-Encoding") {
		fmt.Fprintf(&b, "Content-Encoding: %s\r\n", c)
	}
	for _, f := range p.Header {
		fmt.Fprintf(&b, "%s: %s\r\n", f.Name, f.Value)
	}
	b.WriteString("\r\n")
	return b.String()
}

// quoted escapes names as the HTML standard has browsers do it.
var quoted = strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22")

// isPlain tells the value of a common field, which browsers send without a type.
func isPlain(b Body) bool {
	h, ok := b.(*held)
	return ok && strings.HasPrefix(h.contentType, "text/plain")
}

// end is what stands behind the last part.
func (m *multiBody) end() string {
	if len(m.parts) == 0 {
		return "--" + m.boundary + "--\r\n"
	}
	return "\r\n--" + m.boundary + "--\r\n"
}

// Open implements [Body].
func (m *multiBody) Open() (io.ReadCloser, error) {
	if m.Spent() {
		return nil, ErrOnce
	}
	for _, p := range m.parts {
		for _, f := range append(Header{{"Content-Type", p.Body.ContentType()}}, p.Header...) {
			if !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value) {
				return nil, fmt.Errorf("part %q: invalid header field %q", p.Name, f.Name)
			}
		}
	}
	r := &assembled{}
	for i, p := range m.parts {
		body, err := p.Body.Open()
		if err != nil {
			r.Close()
			return nil, fmt.Errorf("part %q: %w", p.Name, err)
		}
		r.closers = append(r.closers, body)
		r.readers = append(r.readers, strings.NewReader(m.head(i)), body)
	}
	r.Reader = io.MultiReader(append(r.readers, strings.NewReader(m.end()))...)
	return r, nil
}

// assembled reads the parts one after the other.
type assembled struct {
	io.Reader
	readers []io.Reader
	closers []io.Closer
}

func (a *assembled) Close() error {
	var errs []error
	for _, c := range a.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
