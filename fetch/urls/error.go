package urls

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error says why something is not an http or https URL.
type Error struct {
	// Input is what was read, fit for a terminal: printable ASCII, what is not
	// written as a Go escape, cut at 200 bytes, without a password: see [Mask].
	Input string
	// Reason is one clear phrase without Input.
	Reason string
}

func (e *Error) Error() string { return "bad URL \"" + e.Input + "\": " + e.Reason }

// refuse takes what is left of the input after strip.
func refuse(clean, reason string) error {
	return &Error{Input: printable(Mask(clean), 200), Reason: reason}
}

// password finds what stands for one: after the first colon and before the last
// "@" of an authority, which begins behind two slashes, or at the start of what has
// none, where the scheme may be missing.
var password = regexp.MustCompile(`((?:^(?i:https?:)?[/\\]?|[/\\]{2})[^:/\\?#]*):[^/\\?#]*@`)

// Mask returns a text that may be no URL with "xxxxx" for each password that a user
// could have meant, as [URL.Redacted] has it. Where one is found the text also loses
// what Parse ignores: spaces around it, tabs and line ends within.
func Mask(text string) string {
	if strings.IndexByte(text, '@') < 0 {
		return text
	}
	clean := strip(text)
	if masked := password.ReplaceAllString(clean, "${1}:xxxxx@"); masked != clean {
		return masked
	}
	return text
}

// printable cuts s after at most max bytes and escapes what is not printable ASCII.
func printable(s string, max int) string {
	cut := ""
	if len(s) > max {
		for max > 0 && !utf8.RuneStart(s[max]) {
			max--
		}
		s, cut = s[:max], "..."
	}
	quoted := strconv.QuoteToASCII(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`) + cut
}

// quote is printable for a part of a reason.
func quote(s string) string { return `"` + printable(s, 80) + `"` }
