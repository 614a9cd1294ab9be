package robots

import (
	"fmt"
	"strings"
	"testing"
)

// FuzzMatch checks rules against a reading of the RFC as plain as can be, on whatever
// files, and that nothing changes when they are written out and read again.
func FuzzMatch(f *testing.F) {
	f.Add([]byte("user-agent: x\ndisallow: /a*b$\nallow: /%61\ncrawl-delay: 1\nsitemap: /s\n"), "x", "/a/b")
	f.Add([]byte("user-agent: *\r\ndisallow: /\u30c4?%2f\rallow: *\n"), "", "/%e3%83%84?/")
	f.Add([]byte("user-agent: x\ndisallow: /**$$\ndisallow: /?*%3F%25%\n"), "x", "/?%3f%25$")
	f.Add([]byte("\xff\xfeu\x00s\x00"), "x", "/")
	for _, name := range []string{"google", "reppy"} {
		for _, file := range publicFiles(f, name) {
			if data := file.bytes(); len(data) < 1000 && file.Checks[0].URL != nil {
				f.Add(data, file.Checks[0].Product, target(*file.Checks[0].URL))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, product, target string) {
		if len(data) > 4096 || len(target) > 4096 { // the plain reading takes time squared
			return
		}
		file := Parse(data)
		rules := file.Rules(product)
		got := rules.Match(target)
		if want := plainVerdict(file, product, target); got.Allowed != want {
			t.Errorf("%q: %+v, want %v", target, got, want)
		}
		if (got.Rule == "") != (got.Line == 0) || got.Rule == "" && !got.Allowed {
			t.Errorf("%q: %+v", target, got)
		}
		for _, c := range []byte(got.Rule) {
			if c < ' ' || c > '~' {
				t.Errorf("%q is not printable", got.Rule)
			}
		}
		path, asWritten := canonicalTarget(target)
		if again, _ := canonicalTarget(path); again != path {
			t.Errorf("%q becomes %q, and that %q", target, path, again)
		}
		if _, again := canonicalTarget(asWritten); again != asWritten {
			t.Errorf("%q becomes %q, and that %q", target, asWritten, again)
		}
		if v := Parse(written(rules)).Rules("x").Match(target); v.Allowed != got.Allowed || v.Rule != got.Rule {
			t.Errorf("%q: written out %+v, before %+v", target, v, got)
		}
		if len(file.Sitemaps()) > strings.Count(string(data), "\n")+strings.Count(string(data), "\r")+1 {
			t.Errorf("%d sitemaps", len(file.Sitemaps()))
		}
	})
}

// written is a robots.txt that has the rules in the order in which they win.
func written(r Rules) []byte {
	b := []byte("user-agent: x\n")
	start := uint32(0)
	for _, one := range r.rules {
		name := "disallow"
		if one.line < 0 {
			name = "allow"
		}
		b = fmt.Appendf(b, "%s: %s\n", name, r.text[start:one.end])
		start = one.end
	}
	return b
}

// plainVerdict goes through all rules of all groups, and matches them by a table.
func plainVerdict(f *File, product, target string) bool {
	if target == "/robots.txt" {
		return true
	}
	var lines []line
	for _, token := range []string{product, "*"} {
		named := false
		var start group
		for _, end := range f.groups {
			mine := false
			for _, a := range f.agents[start.agents:end.agents] {
				mine = mine || token != "" && strings.EqualFold(a.token, token)
			}
			if mine {
				named = true
				lines = append(lines, f.lines[start.lines:end.lines]...)
			}
			start = end
		}
		if named {
			break
		}
	}
	path, asWritten := canonicalTarget(target)
	longest, allowed := 0, true
	for _, l := range lines {
		if !strings.HasPrefix(l.path, "/") && !strings.HasPrefix(l.path, "*") {
			continue
		}
		pattern := string(appendPattern(nil, l.path))
		if !plainMatch(pattern, path) && !plainMatch(pattern, asWritten) {
			continue
		}
		if n := len(pattern); n > longest {
			longest, allowed = n, l.allow
		} else if n == longest {
			allowed = allowed || l.allow
		}
	}
	return allowed
}

// plainMatch keeps, for each byte of the path, the places in the pattern that can be
// reached.
func plainMatch(pattern, path string) bool {
	pattern, whole := strings.CutSuffix(pattern, "$")
	if !whole {
		pattern += "*"
	}
	reached := make([]bool, len(pattern)+1)
	reached[0] = true
	skip := func() {
		for i := range len(pattern) {
			if pattern[i] == '*' && reached[i] {
				reached[i+1] = true
			}
		}
	}
	skip()
	for _, c := range []byte(path) {
		next := make([]bool, len(pattern)+1)
		for i := range len(pattern) {
			if reached[i] && pattern[i] == '*' {
				next[i] = true
			} else if reached[i] && pattern[i] == c {
				next[i+1] = true
			}
		}
		reached = next
		skip()
	}
	return reached[len(pattern)]
}
