package robots

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"crawl/fetch/urls"
)

// publicFile is a robots.txt file of a public test, and what that expects of it.
type publicFile struct {
	Test   string
	Robots string
	Latin1 bool // a character of Robots is a byte
	Checks []publicCheck
}

// publicCheck asks for a verdict on a URL, or for the Crawl-delay when there is none.
// Where we say something else than the test there is a Why.
type publicCheck struct {
	Product  string
	URL      *string
	Allowed  bool
	Ours     bool
	Delay    *float64 // in seconds
	OurDelay *float64 `json:"our_delay"`
	Why      string
}

// The cases of others, all of them. Where the RFC or good sense is against one, the data
// say why.
func TestPublicCases(t *testing.T) {
	counts := map[string]int{}
	for _, name := range []string{"google", "protego", "reppy", "crawler-commons"} {
		t.Run(name, func(t *testing.T) {
			for _, f := range publicFiles(t, name) {
				file := Parse(f.bytes())
				for _, c := range f.Checks {
					counts[name]++
					if rules := file.Rules(c.Product); c.URL != nil {
						checkVerdict(t, f, c, rules)
					} else {
						checkDelay(t, f, c, rules)
					}
				}
			}
		})
	}
	if counts["google"] != 145 {
		t.Errorf("%d cases of Google's, want 145", counts["google"])
	}
}

func checkVerdict(t *testing.T, f publicFile, c publicCheck, rules Rules) {
	t.Helper()
	want := c.Allowed
	if c.Why != "" {
		want = c.Ours
	}
	if v := rules.Match(target(expand(*c.URL))); v.Allowed != want {
		t.Errorf("%s: %q may fetch %.80s: %+v, want %v\n%.1000s", f.Test, c.Product, *c.URL, v, want, f.Robots)
	}
	if c.Why != "" && c.Ours == c.Allowed {
		t.Errorf("%s: a reason for no difference: %s", f.Test, c.Why)
	}
}

func checkDelay(t *testing.T, f publicFile, c publicCheck, rules Rules) {
	t.Helper()
	want := c.Delay
	if c.Why != "" {
		want = c.OurDelay
	}
	delay, line := rules.CrawlDelay()
	if got := delay.Seconds(); (line != 0) != (want != nil) || want != nil && got != *want {
		t.Errorf("%s: %q has the Crawl-delay %v of line %d\n%.1000s", f.Test, c.Product, delay, line, f.Robots)
	}
}

func publicFiles(t testing.TB, name string) []publicFile {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Files []publicFile }
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all.Files
}

func (f publicFile) bytes() []byte {
	robots := expand(f.Robots)
	if !f.Latin1 {
		return []byte(robots)
	}
	var b []byte
	for _, r := range robots {
		b = append(b, byte(r))
	}
	return b
}

var repeated = regexp.MustCompile(`\{\{(.)\*(\d+)\}\}`)

// expand writes out "{{a*3}}".
func expand(s string) string {
	return repeated.ReplaceAllStringFunc(s, func(m string) string {
		parts := repeated.FindStringSubmatch(m)
		n, _ := strconv.Atoi(parts[2])
		return strings.Repeat(parts[1], n)
	})
}

// target is what a crawl asks the rules about a URL.
func target(url string) string {
	u, err := urls.Parse(url)
	if err != nil {
		return "/" + url
	}
	return u.RequestURI()
}
