package robots

import "time"

// Directives are what a page asks of crawlers, in X-Robots-Tag fields or in meta
// elements. Those from several places add up: see [Directives.Or].
type Directives struct {
	NoIndex      bool // not to be found
	NoFollow     bool // its links are not to be followed
	NoArchive    bool // no copy of it is to be shown
	NoSnippet    bool // nothing of its text is to be shown
	NoImageIndex bool // its images are not to be found
	NoAI         bool // not to be trained on; de facto only
	NoImageAI    bool // its images are not to be trained on; de facto only

	// UnavailableAfter, unless it is zero, is when the page is not to be found any more.
	UnavailableAfter time.Time
}

// Or returns what either of d and other asks.
func (d Directives) Or(other Directives) Directives { return d }

// FromHeader reads the values of X-Robots-Tag fields, one each, for a crawler: what they
// say to everybody and to product.
func FromHeader(values []string, product string) Directives { return Directives{} }

// FromMeta reads a meta element with that name and content, for a crawler. Those with
// another name than "robots" or product say nothing to it.
func FromMeta(name, content, product string) Directives { return Directives{} }
