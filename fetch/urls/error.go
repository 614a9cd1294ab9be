package urls

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error says why something is not an http or https URL.
type Error struct {
	// Input is what was read, fit for a terminal: printable ASCII, what is not
	// written as a Go escape, cut at 200 bytes, "xxxxx" for user name and password.
	Input string
	// Reason is one clear phrase without Input.
	Reason string
}

func (e *Error) Error() string { return "bad URL \"" + e.Input + "\": " + e.Reason }

// refuse takes what is left of the input after strip.
func refuse(clean, reason string) error {
	return &Error{Input: printable(maskUserinfo(clean), 200), Reason: reason}
}

// maskUserinfo hides what stands before the "@" of an authority, or of what could
// have been meant as one.
func maskUserinfo(s string) string {
	start := 0
	if _, rest, found := cutScheme(s); found {
		start = len(s) - len(rest)
	}
	start += len(s[start:]) - len(strings.TrimLeft(s[start:], `/\`))
	end := len(s)
	if i := strings.IndexAny(s[start:], `/\?#`); i >= 0 {
		end = start + i
	}
	at := strings.LastIndexByte(s[start:end], '@')
	if at < 0 {
		return s
	}
	return s[:start] + "xxxxx" + s[start+at:]
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
