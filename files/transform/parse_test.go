package transform

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// set is one of fakes, of which one takes an option.
var set = Set{
	{Name: "plain", New: Plain(func() Step { return fake("plain") })},
	{Name: "opt", Arg: "[TEXT]", New: func(option string) (Step, error) {
		if option == "bad" {
			return Step{}, errors.New("is bad")
		}
		return fake("opt=" + option), nil
	}},
	{Name: "sum", New: Plain(func() Step { return Step{Name: "sum", Sum: &Checksum{Algorithm: "sum"}} })},
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		" plain , opt ":    "plain,opt=",
		"opt:a,opt=b=c:d":  "opt=a,opt=b=c:d",
		`opt=a\,b\\,plain`: `opt=a\,b\\,plain`,
		`opt= a \ `:        `opt= a \ `,
		"plain,sum,sum":    "plain,sum,sum",
	} {
		c, err := set.Parse(text)
		if err != nil || c.String() != want {
			t.Errorf("%q: %q, %v; want %q", text, c, err, want)
		}
	}
	for text, want := range map[string]string{
		"":           `step "": there is no such step`,
		"plain, no ": `step "no": there is no such step`,
		"plain=":     `step "plain=": takes no option`,
		"opt=bad":    `step "opt=bad": is bad`,
		"sum,plain":  `step "plain": stands behind the checksum sum, which must be last`,
	} {
		if _, err := set.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestUsage(t *testing.T) {
	for want, s := range map[string]Spec{"a": {Name: "a"}, "a=B": {Name: "a", Arg: "B"}, "a[=1-9]": {Name: "a", Arg: "[1-9]"}} {
		if got := s.Usage(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// What is joined is split into the same parts.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a|b", `a\|b`, `a\,b|c\\|d`, ",|,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts := strings.Split(text, "|")
		if got := split(join(parts)); !reflect.DeepEqual(got, parts) {
			t.Errorf("%q is joined to %q, and that split into %q", parts, join(parts), got)
		}
	})
}
