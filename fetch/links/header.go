package links

import (
	"strings"

	"crawl/fetch/fields"
	"crawl/fetch/urls"
)

// Header returns the links in the fields of an answer from u: values are those of its
// Link fields (RFC 8288), refresh is that of its Refresh field, "" for none. Links that
// start from elsewhere, with an anchor, are not its own and left out.
func Header(u urls.URL, values []string, refresh string, opt Options) []Link {
	if len(values) == 0 && refresh == "" {
		return nil
	}
	mem := memories.Get().(*memory)
	defer mem.free()
	c := newCollector(Document{URL: u}, opt, None, "utf-8", mem)
	for _, l := range fields.Links(values) {
		r := relations{strings.Join(l.Rel, " "), l.Param("type"), strings.ToLower(l.Param("as"))}
		if kind, ok := r.kind(); ok && l.Anchor == "" {
			c.add([]byte(l.Target), kind, relOf([]byte(r.rel)))
		}
	}
	if ref, ok := refreshURL([]byte(refresh)); ok {
		c.add(ref, Refresh, 0)
	}
	return c.all().Links
}
