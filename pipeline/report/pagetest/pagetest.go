// Package pagetest checks pages of HTML in tests. There is one call, [Check].
//
// It is strict where browsers are not: they make something of any page, and so hide
// an element that was never closed or a link that leads nowhere.
package pagetest

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Check reports what is wrong with a page: elements not closed, names not unique or
// of nothing, anything that is fetched or run, styles outside its one style sheet,
// plots without a text alternative, numbers that are none, and characters that are
// not seen.
func Check(t testing.TB, page []byte) {
	t.Helper()
	for _, fault := range Faults(page) {
		t.Error(fault)
	}
}

// Faults are what Check reports.
func Faults(page []byte) []string {
	c := checker{ids: map[string]int{}}
	c.characters(page)
	c.elements(page)
	for id, n := range c.ids {
		if n > 1 {
			c.fault("id %q is there %d times", id, n)
		}
	}
	for _, name := range c.wanted {
		if c.ids[name] == 0 {
			c.fault("no element has the id %q that is referred to", name)
		}
	}
	slices.Sort(c.faults)
	return slices.Compact(c.faults)
}

type checker struct {
	faults []string
	ids    map[string]int
	wanted []string // ids that are referred to
	open   []string // elements not closed yet
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

func (c *checker) characters(page []byte) {
	if !utf8.Valid(page) {
		c.fault("not valid UTF-8")
	}
	for _, r := range string(page) {
		if r != '\n' && !unicode.IsPrint(r) {
			c.fault("holds %U, which is not seen", r)
		}
	}
}

// void elements have no end.
var void = []string{"meta", "link", "br", "hr", "img", "input"}

func (c *checker) elements(page []byte) {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			for _, name := range c.open {
				c.fault("<%s> is not closed", name)
			}
			return
		case html.StartTagToken:
			token := z.Token()
			c.element(token)
			if !slices.Contains(void, token.Data) {
				c.open = append(c.open, token.Data)
			}
		case html.SelfClosingTagToken:
			c.element(z.Token())
		case html.EndTagToken:
			name := z.Token().Data
			if n := len(c.open); n == 0 || c.open[n-1] != name {
				c.fault("</%s> closes nothing: open are %v", name, c.open)
				return
			}
			c.open = c.open[:len(c.open)-1]
		case html.TextToken:
			if n := len(c.open); n > 0 && c.open[n-1] == "style" {
				c.css(string(z.Raw()))
			}
		}
	}
}

// fetching elements and attributes.
var (
	foreign = []string{"script", "link", "img", "iframe", "object", "embed", "audio", "video", "source", "base", "form", "image", "foreignobject"}
	fetched = []string{"src", "srcset", "xlink:href", "action", "formaction", "poster", "data", "background", "ping"}
	number  = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?%?$`)
	path    = regexp.MustCompile(`^([ML]-?[0-9.]+ -?[0-9.]+)*$`)
)

func (c *checker) element(token html.Token) {
	if slices.Contains(foreign, token.Data) {
		c.fault("there is a <%s>", token.Data)
	}
	class, labelled := "", false
	for _, a := range token.Attr {
		switch {
		case slices.Contains(fetched, a.Key), strings.HasPrefix(a.Key, "on"), a.Key == "style":
			c.fault("<%s> has %s=%q", token.Data, a.Key, a.Val)
		case a.Key == "href":
			name, inside := strings.CutPrefix(a.Val, "#")
			if !inside {
				c.fault("<%s> leads to %q", token.Data, a.Val)
			}
			c.wanted = append(c.wanted, name)
		case a.Key == "id":
			c.ids[a.Val]++
		case a.Key == "aria-labelledby":
			labelled = true
			c.wanted = append(c.wanted, strings.Fields(a.Val)...)
		case a.Key == "class":
			class = a.Val
		case slices.Contains([]string{"x", "y", "width", "height", "x1", "y1", "x2", "y2", "cx", "cy", "r"}, a.Key):
			if !number.MatchString(a.Val) {
				c.fault("<%s> has %s=%q", token.Data, a.Key, a.Val)
			}
		case a.Key == "d":
			if !path.MatchString(a.Val) {
				c.fault("a path is %q", a.Val)
			}
		}
	}
	if token.Data == "svg" && slices.Contains(strings.Fields(class), "plot") && !labelled {
		c.fault("a plot has no text alternative")
	}
}

var outside = regexp.MustCompile(`(?i)@import|url\(\s*["']?[^#"')\s]|image-set|expression\(`)

func (c *checker) css(sheet string) {
	if found := outside.FindString(sheet); found != "" {
		c.fault("the style sheet has %q", found)
	}
}
