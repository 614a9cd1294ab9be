package scope

import (
	"strings"
	"time"
)

// firstEvents is the year before which no calendar on the web has anything.
const firstEvents = 1990

// horizon is in how many months a date may be and still be taken for one. A calendar
// leads from month to month and year to year, so that a fence that wide keeps a crawl
// in; and a number beyond it is no year.
const horizon = 40 * 12

// calendarWords are in the URLs of calendars.
var calendarWords = []string{"calend", "kalend", "event", "agenda", "schedule", "termin"}

// calendar refuses the page of a month or day that a calendar has because it has all:
// one that is more than MaxAhead months in the future, or, where the URL also says that
// this is about events, before 1990. Archives may begin when they like.
//
// The date is what the path ends with, as in /2031/05, /2031/05/01 and /2031-05-01, or
// what the value of a parameter is; or year=2031 and month=5. A page about something,
// such as /2031/05/what-comes, is none of a calendar.
func (s *Scope) calendar(path, query string) (why Refusal, ok bool) {
	when, ok := pathDate(path)
	if !ok {
		when, ok = queryDate(query)
	}
	switch {
	case !ok:
	case when > s.latest && when <= s.latest+horizon:
		return s.why.ahead, false
	case when < firstEvents*12 && aboutEvents(path, query):
		return s.why.past, false
	}
	return Refusal{}, true
}

func aboutEvents(path, query string) bool {
	for _, word := range calendarWords {
		if strings.Contains(path, word) || strings.Contains(query, word) {
			return true
		}
	}
	return false
}

// month counts months from the year 0.
func month(t time.Time) int { return monthOf(t.Year(), int(t.Month())) }

func monthOf(year, month int) int { return year*12 + month - 1 }

// pathDate is the month of the date that a path ends with.
func pathDate(path string) (when int, ok bool) {
	path = strings.TrimSuffix(path, "/")
	end := len(path)
	for range 3 { // year, month and day
		end = strings.LastIndexByte(path[:end], '/')
		if end < 0 {
			return 0, false
		}
		tail := path[end+1:]
		if when, ok = date(tail, '/'); ok {
			return when, true
		}
		if when, ok = date(tail, '-'); ok {
			return when, true
		}
	}
	return 0, false
}

// queryDate is the month of the first date that is the value of a parameter, or that
// a year and a month make.
func queryDate(query string) (when int, ok bool) {
	year, month := 0, 1
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, value, _ := strings.Cut(pair, "=")
		if when, ok = date(value, '-'); ok {
			return when, true
		}
		switch n, digits := number(value); {
		case !digits:
		case len(value) == 4 && names(key, "year", "yr"):
			year = n
		case len(value) <= 2 && 1 <= n && n <= 12 && names(key, "month", "mon"):
			month = n
		case names(key, "date", "day", "month", "week", "cal"):
			if when, ok = compact(value); ok {
				return when, true
			}
		}
	}
	return monthOf(year, month), year != 0
}

func names(key string, words ...string) bool {
	for _, word := range words {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

// date reads 2031-05 and 2031-05-01, or the same with another byte between.
func date(s string, between byte) (when int, ok bool) {
	if len(s) != len("2031-05") && len(s) != len("2031-05-01") || s[4] != between {
		return 0, false
	}
	if len(s) > 7 {
		if day, digits := number(s[8:]); s[7] != between || !digits || day < 1 || day > 31 {
			return 0, false
		}
	}
	return yearAndMonth(s[:4], s[5:7])
}

// compact reads 203105 and 20310501.
func compact(s string) (when int, ok bool) {
	if len(s) != len("203105") && len(s) != len("20310501") {
		return 0, false
	}
	return yearAndMonth(s[:4], s[4:6])
}

func yearAndMonth(year, month string) (when int, ok bool) {
	y, isYear := number(year)
	m, isMonth := number(month)
	return monthOf(y, m), isYear && isMonth && 1 <= m && m <= 12
}

// number reads at most 8 digits.
func number(s string) (n int, ok bool) {
	if s == "" || len(s) > 8 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
