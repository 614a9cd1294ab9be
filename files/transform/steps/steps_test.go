package steps

import (
	"strings"
	"testing"
)

func TestParseIsCanonical(t *testing.T) {
	for text, want := range map[string]string{
		"gzip":                         "gzip=6",
		" gzip , sha256 ":              "gzip=6,sha256",
		"gzip:9,sha256,xxh3":           "gzip=9,sha256,xxh3",
		"br,zstd= 7":                   "br=11,zstd=7",
		"utf8=latin1":                  "utf8=windows-1252",
		"utf8=Shift_JIS:replace":       "utf8=shift_jis:replace",
		"utf8=:replace":                "utf8=:replace",
		"utf8":                         "utf8",
		`lines=grep:a\,b`:              `lines=grep:a\,b`,
		`lines=grep: a ,copy`:          `lines=grep: a ,copy`,
		`lines=grep:a\\\,b\\\\,gzip`:   `lines=grep:a\\\,b\\\\,gzip=6`,
		`lines:drop:\d\\`:              `lines=drop:\d\\`,
		"lines= sort ,lines=unique":    "lines=sort,lines=unique",
		`replace=/a\/b/$0\,/i`:         `replace=/a\/b/$0\,/i`,
		`replace=#a:b#=# ,copy`:        `replace=#a:b#=#,copy`,
		`replace=\,a\,b\,i,lines=sort`: `replace=\,a\,b\,i,lines=sort`,
	} {
		c, err := Parse(text)
		if err != nil || c.String() != want {
			t.Errorf("%s: %s, %v; want %s", text, c, err, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                   `step "": there is no such step`,
		"copy,":              `step "": there is no such step`,
		"nosuch":             `step "nosuch": there is no such step`,
		" copy=1 ":           `step "copy=1": takes no option`,
		"copy,a\\,b":         `step "a,b": there is no such step`,
		"gzip=0":             `step "gzip=0": its level is a number from 1 to 9`,
		"zstd=fast":          `step "zstd=fast": its level is a number from 1 to 22`,
		"br=12":              `step "br=12": its level is a number from 0 to 11`,
		"sha256,gzip":        `step "gzip": stands behind the checksum sha256, which must be last`,
		"utf8=klingon":       `step "utf8=klingon": there is no charset "klingon"`,
		"utf8=latin1:ignore": `step "utf8=latin1:ignore": what it does with bytes that mean nothing can be "replace", not "ignore"`,
		"lines":              `step "lines": it is one of grep:REGEX, drop:REGEX, dedupe, sort and unique`,
		"lines=grep":         `step "lines=grep": grep needs a regular expression, as in grep:^#`,
		"lines=sort:numeric": `step "lines=sort:numeric": only grep and drop take an option`,
		"lines=grep:(":       "step \"lines=grep:(\": error parsing regexp: missing closing ): `(`",
		"replace":            `step "replace": it is of the form /REGEX/REPLACEMENT/, with / or another sign before, between and behind`,
		"replace=/a/b":       `step "replace=/a/b": it ends before the third /`,
		"replace=/a/b/g":     `step "replace=/a/b/g": "g" behind the third / is no flag; i is one`,
		"replace=/, */;/":    `step "replace=/": it ends before the third /`,
		"replace=//b/":       `step "replace=//b/": its regular expression is empty`,
		"replace=/a/$1/":     `step "replace=/a/$1/": there is no group 1`,
		"replace=/(a)/$1b/":  `step "replace=/(a)/$1b/": there is no group 1b; ${1} sets a number apart from what follows`,
		`replace=/(a)/\1/`:   `step "replace=/(a)/\\1/": \1 in its replacement is written $1`,
		`replace=/(a)/\x/`:   `step "replace=/(a)/\\x/": \x in its replacement means nothing`,
		`replace=/a/${b}/,x`: `step "replace=/a/${b}/": there is no group b`,
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestAll(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range All() {
		if seen[s.Name] || s.Name == "" || s.Help == "" || len(s.Help) > 60 || strings.ContainsAny(s.Name, "=:, ") {
			t.Errorf("%+v", s)
		}
		seen[s.Name] = true
	}
}

// The canonical form of a chain stands for the same chain.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"copy", "gzip=9,sha256", `lines=grep:a\,b\\,copy`, `lines=drop:\\\\\,`, "utf8=latin1:replace,xxh3", `replace=/a\/(b)/$1\,\n/i`, " zstd : 3 , br ", "lines=grep:a ,copy",
		"resize=007x:fit,convert=jpeg:9", "json=csv,json=from-csv", "exec:sh -c 'a\\,b'", "warc-extract", "html-to-markdown,links",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(c.String())
		if err != nil || again.String() != c.String() || again.Writes() != c.Writes() || len(again.Sums()) != len(c.Sums()) {
			t.Errorf("%q is %q, and that %q, %v", text, c, again, err)
		}
	})
}
