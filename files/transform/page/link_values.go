package page

import "strings"

// cleaned is a link without what browsers drop (URL standard, section 4.4, steps 1 and
// 3): controls and blanks around it, tabs and line ends within.
func cleaned(link string) string {
	link = strings.TrimFunc(link, func(r rune) bool { return r <= ' ' })
	if !strings.ContainsAny(link, "\t\r\n") {
		return link
	}
	return strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(link)
}

func inert(link string) bool {
	scheme, _, found := strings.Cut(link[:min(len(link), len("javascript:"))], ":")
	if !found {
		return false
	}
	switch strings.ToLower(scheme) {
	case "javascript", "data", "about", "blob":
		return true
	}
	return false
}

// refreshed is the link in the content of a refresh (HTML standard, section 4.2.5.3), as
// in "5; url='next'".
func refreshed(content string) string {
	_, link, found := strings.Cut(strings.ReplaceAll(content, ",", ";"), ";")
	if !found {
		return ""
	}
	link = content[len(content)-len(link):] // with its own commas
	link = strings.TrimLeft(link, " \t\r\n\f")
	if rest, ok := cutFold(link, "url"); ok {
		if rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n\f"), "="); ok {
			link = strings.TrimLeft(rest, " \t\r\n\f")
		}
	}
	if link != "" && (link[0] == '"' || link[0] == '\'') {
		link, _, _ = strings.Cut(link[1:], link[:1])
	}
	return link
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
