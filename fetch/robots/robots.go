package robots

import "time"

// MaxSize is how much of a file is read, in bytes: what RFC 9309 section 2.5 demands.
const MaxSize = 500 << 10

// File is a robots.txt file. It is not changed after [Parse].
type File struct{}

// Parse reads a file. There is no error: what can't be understood is passed over. Of
// more than [MaxSize] bytes the rest is ignored, and so is a line that it cuts.
func Parse(data []byte) *File { return &File{} }

// Sitemaps returns the values of the Sitemap lines, which are for everybody.
func (f *File) Sitemaps() []string { return nil }

// Rules returns what the file has for a crawler, by its product token (RFC 9309 section
// 2.2.1): all groups that name it, in any case of letters, or else those for "*". They
// do not hold on to the file.
func (f *File) Rules(product string) Rules { return Rules{} }

// Product returns the product token of a User-Agent: the letters, "_" and "-" that it
// begins with; "crawl" of "crawl/1.0 (+https://example.com)". It may be empty.
func Product(userAgent string) string { return userAgent }

// Rules are those for one crawler. The zero value allows everything. They are safe for
// concurrent use.
type Rules struct{}

// Match judges a URL by its path and query, as [crawl/fetch/urls.URL.RequestURI] gives
// them. /robots.txt itself is always allowed.
func (r *Rules) Match(target string) Verdict { return Verdict{Allowed: true} }

// CrawlDelay returns how long to wait between two requests, and the line that says so,
// which is 0 if none does.
func (r *Rules) CrawlDelay() (delay time.Duration, line int) { return 0, 0 }

// Verdict says whether a URL may be asked for, and why.
type Verdict struct {
	Allowed bool
	Rule    string // that decided, "Disallow: /private/", as it is compared: printable ASCII; "" if none did
	Line    int    // where it stands in the file, from 1; 0 without a Rule
}
