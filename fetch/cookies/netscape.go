package cookies

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
)

// httpOnly stands before the domain of a cookie that scripts may not see: a
// comment to programs that do not know it.
const httpOnly = "#HttpOnly_"

// readNetscape adds the cookies of a cookies.txt: seven columns between tabs, as
// curl and wget read and write them.
func (j *Jar) readNetscape(text string) (skipped int, err error) {
	understood := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if trim(line) == "" || line[0] == '#' && !strings.HasPrefix(line, httpOnly) {
			continue
		}
		c, ok := parseNetscape(line)
		if !ok || j.Add(c) != nil {
			skipped++
			continue
		}
		understood++
	}
	if skipped > 0 && understood == 0 {
		return skipped, ErrNoCookies
	}
	return skipped, nil
}

// parseNetscape reads domain, whether hosts below it count, path, Secure, seconds
// since 1970 or 0, name, and value, which may be missing.
func parseNetscape(line string) (Cookie, bool) {
	line, hidden := strings.CutPrefix(line, httpOnly)
	column := strings.SplitN(line, "\t", 7)
	if len(column) == 6 {
		column = append(column, "")
	}
	if len(column) != 7 || !isBool(column[1]) || !isBool(column[3]) {
		return Cookie{}, false
	}
	end, err := strconv.ParseInt(column[4], 10, 64)
	if err != nil {
		return Cookie{}, false
	}
	c := Cookie{
		Domain:   strings.Clone(column[0]),
		HostOnly: strings.EqualFold(column[1], "FALSE"),
		Path:     strings.Clone(column[2]),
		Secure:   strings.EqualFold(column[3], "TRUE"),
		Expires:  fromUnix(end),
		HTTPOnly: hidden,
	}
	c.Name, c.Value = own(trim(column[5]), trim(column[6]))
	return c, true
}

func isBool(s string) bool { return strings.EqualFold(s, "TRUE") || strings.EqualFold(s, "FALSE") }

// fromUnix is the end of a cookie in a file, where 0 and less say that it has none.
func fromUnix(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(min(seconds, forEver.Unix()), 0)
}

// WriteNetscape writes the jar as a cookies.txt, which curl and wget read too. The
// form has no place for SameSite.
func (j *Jar) WriteNetscape(w io.Writer) error {
	out := bufio.NewWriter(w)
	out.WriteString("# Netscape HTTP Cookie File\n") // whose absence makes some refuse it
	for c := range j.All() {
		if c.HTTPOnly {
			out.WriteString(httpOnly)
		}
		if !c.HostOnly {
			out.WriteByte('.')
		}
		end := "0"
		if !c.Expires.IsZero() {
			end = strconv.FormatInt(c.Expires.Unix(), 10)
		}
		columns := []string{c.Domain, word(!c.HostOnly), c.Path, word(c.Secure), end, c.Name, c.Value}
		out.WriteString(strings.Join(columns, "\t"))
		out.WriteByte('\n')
	}
	return out.Flush()
}

func word(b bool) string { return strings.ToUpper(strconv.FormatBool(b)) }
