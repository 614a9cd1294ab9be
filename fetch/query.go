package fetch

import "strings"

// Query is what stands behind the "?" of a URL: pairs, in order, also several of
// one name.
type Query []Field

// Add appends a pair.
func (q *Query) Add(name, value string) { *q = append(*q, Field{name, value}) }

// String returns the pairs escaped as a form does it, a space as "+".
func (q Query) String() string { return encodePairs(q) }

// AppendTo returns url with the pairs behind those that it has, and without its
// fragment.
func (q Query) AppendTo(url string) string {
	url, _, _ = strings.Cut(url, "#")
	switch {
	case len(q) == 0:
		return url
	case !strings.Contains(url, "?"):
		return url + "?" + q.String()
	case strings.HasSuffix(url, "?"), strings.HasSuffix(url, "&"):
		return url + q.String()
	}
	return url + "&" + q.String()
}
