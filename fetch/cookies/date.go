package cookies

import (
	"strings"
	"time"
)

var (
	longAgo = time.Unix(0, 0)
	forEver = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) // the last that all formats can say
)

// parseDate finds a date among the tokens of s (RFC 6265 section 5.1.1): a time, a
// day, a month and a year in any order and between anything.
func parseDate(s string) (time.Time, bool) {
	var (
		clock                     [3]int
		day, month, year          int
		hasClock, hasDay, hasYear bool
	)
	for token := range strings.FieldsFuncSeq(s, isDateDelimiter) {
		if !hasClock {
			if clock, hasClock = parseClock(token); hasClock {
				continue
			}
		}
		if !hasDay {
			if day, hasDay = leadingNumber(token, 1, 2); hasDay {
				continue
			}
		}
		if month == 0 {
			if month = parseMonth(token); month != 0 {
				continue
			}
		}
		if !hasYear {
			year, hasYear = leadingNumber(token, 2, 4)
		}
	}
	switch {
	case 70 <= year && year <= 99:
		year += 1900
	case 0 <= year && year <= 69:
		year += 2000
	}
	if !hasClock || !hasDay || month == 0 || !hasYear || year < 1601 ||
		clock[0] > 23 || clock[1] > 59 || clock[2] > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, clock[0], clock[1], clock[2], 0, time.UTC)
	return t, t.Day() == day // no 31 February
}

func isDateDelimiter(r rune) bool {
	return r == '\t' || ' ' <= r && r <= '/' || ';' <= r && r <= '@' || '[' <= r && r <= '`' || '{' <= r && r <= '~'
}

// parseClock reads hours, minutes and seconds at the start of token.
func parseClock(token string) (clock [3]int, ok bool) {
	for i := range clock {
		n := digits(token)
		if n < 1 || n > 2 {
			return clock, false
		}
		clock[i] = number(token[:n])
		if token = token[n:]; i < 2 {
			if token == "" || token[0] != ':' {
				return clock, false
			}
			token = token[1:]
		}
	}
	return clock, true
}

// leadingNumber reads the number of shortest to longest digits that token begins with.
func leadingNumber(token string, shortest, longest int) (int, bool) {
	n := digits(token)
	if n < shortest || n > longest {
		return 0, false
	}
	return number(token[:n]), true
}

func digits(s string) (n int) {
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

func number(digits string) (n int) {
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

// parseMonth returns 1 to 12 for a token that begins like a month, else 0.
func parseMonth(token string) int {
	const months = "janfebmaraprmayjunjulaugsepoctnovdec"
	if len(token) < 3 {
		return 0
	}
	i := strings.Index(months, strings.ToLower(token[:3]))
	if i%3 != 0 {
		return 0
	}
	return i/3 + 1
}
