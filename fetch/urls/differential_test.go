package urls

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	whatwg "github.com/nlnwa/whatwg-url/url"
	"golang.org/x/text/unicode/norm"
)

// twinFaults are where the twin, and not this package, goes against the standard,
// told by the host, percent-decoded and in lower case, and the twin's error if any.
var twinFaults = []struct {
	reason string
	is     func(host, err string) bool
}{
	{"it takes away any number of brackets", matches(`^\[[\[\]]|[\[\]]\]$`)},
	{"its numbers have signs", matches(`(^|\.)(0x?)?[+-]`)},
	{"a name that only begins with a number is one to it from 2^63 on", matches(`(^|\.)(0x[0-9a-f]{16}|[0-9]{19})[^.]*\.?$`)},
	{"it looks into ASCII names, which the standard only lower-cases since 2026 (whatwg/url#914)", matches(`^([\x00-\x7f]*\.)?xn--[\x00-\x7f]*$`)},
	{"UseSTD3ASCIIRules is set, as if beStrict were", refusesASCII},
}

func matches(pattern string) func(host, _ string) bool {
	host := regexp.MustCompile(pattern)
	return func(h, _ string) bool { return host.MatchString(h) }
}

var disallowedRune = regexp.MustCompile(`idna: disallowed rune U\+([0-9A-F]+)`)

// refusesASCII reports whether the twin finds fault with nothing but an ASCII
// character, be it within "\uff04" or "\u2260".
func refusesASCII(_, err string) bool {
	found := disallowedRune.FindStringSubmatch(err)
	if found == nil {
		return false
	}
	r, _ := strconv.ParseUint(found[1], 16, 32)
	return strings.ContainsAny(norm.NFKD.String(string(rune(r))), "!\"#$%&'()*+,/:;<=>?@[\\]^_`{|}~")
}

// FuzzDifferential holds Parse and Resolve to what a second implementation of the
// standard, the twin, makes of the same.
func FuzzDifferential(f *testing.F) {
	var host string // that the twin read last
	twin := whatwg.NewParser(
		whatwg.WithPreParseHostFunc(func(_ *whatwg.Url, h string) string { host = h; return h }),
		whatwg.WithPathPercentEncodeSet(whatwg.PathPercentEncodeSet.Set('^')), // encoded since 2025 (whatwg/url#846)
	)
	faulty := func(err error) bool {
		h := strings.ToLower(percentDecode(host))
		for _, fault := range twinFaults {
			if fault.is(h, fmt.Sprint(err)) {
				return true
			}
		}
		return false
	}
	bases := []string{""}
	for _, v := range vectors(f) {
		f.Add(v.Input)
		if !slices.Contains(bases, v.Base) {
			bases = append(bases, v.Base)
		}
	}
	f.Fuzz(func(t *testing.T, ref string) {
		if len(ref) > 1<<10 { // the twin's time is quadratic
			return
		}
		ref = strings.ToValidUTF8(ref, "\ufffd") // other bytes are kept here: see the package comment
		for _, base := range bases {
			host = ""
			got, err := resolve(base, ref)
			want, twinErr := twin.ParseRef(base, ref)
			refused := twinErr != nil || want.Scheme() != "http" && want.Scheme() != "https" || want.Port() == "0"
			if faulty(twinErr) {
				continue
			}
			switch {
			case (err != nil) != refused:
				t.Errorf("%q at %q: got %q and %v, the twin %v and %v", ref, base, got, err, want, twinErr)
			case err == nil && (got.String() != want.Href(true) || got.Fragment() != want.Fragment()):
				t.Errorf("%q at %q: got %q with fragment %q, the twin %q", ref, base, got, got.Fragment(), want)
			}
		}
	})
}
