package fetch

import "strings"

// Header holds header fields in the order in which they stand on the wire, names
// as they were written. Names are compared without regard to case.
type Header []Field

// Field is one header field.
type Field struct{ Name, Value string }

// Get returns the first value of name, or "".
func (h Header) Get(name string) string {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// Has reports whether a field of that name is there.
func (h Header) Has(name string) bool {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return true
		}
	}
	return false
}

// Values returns every value of name in order.
func (h Header) Values(name string) []string {
	var values []string
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			values = append(values, h[i].Value)
		}
	}
	return values
}

// Add appends a field.
func (h *Header) Add(name, value string) { *h = append(*h, Field{name, value}) }

// Set replaces every field of that name by one.
func (h *Header) Set(name, value string) {
	h.Del(name)
	h.Add(name, value)
}

// Del removes every field of that name. It builds a new slice, so that a copy
// of the old header stays as it was.
func (h *Header) Del(name string) {
	kept := make(Header, 0, len(*h)+1)
	for _, f := range *h {
		if !strings.EqualFold(f.Name, name) {
			kept = append(kept, f)
		}
	}
	*h = kept
}

// WithoutCredentials returns h without what must not be told to another origin:
// Authorization, Cookie, Proxy-Authorization and Host.
func (h Header) WithoutCredentials() Header {
	kept := make(Header, 0, len(h))
	for _, f := range h {
		switch strings.ToLower(f.Name) {
		case "authorization", "cookie", "proxy-authorization", "host":
			continue
		}
		kept = append(kept, f)
	}
	return kept
}
