package auth

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// show writes challenges one a line, so that a table can hold them.
func show(all []challenge) string {
	var lines []string
	for _, c := range all {
		line := c.scheme
		for _, p := range c.params {
			line += fmt.Sprintf(" %s=[%s]", p.name, p.value)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

var challengeTests = []struct {
	name   string
	fields []string
	want   string
}{
	{"none", nil, ""},
	{"empty", []string{""}, ""},
	{"only commas", []string{" , ,,\t"}, ""},
	{"one", []string{`Basic realm="simple"`}, `Basic realm=[simple]`},
	{"scheme alone", []string{"Negotiate"}, "Negotiate"},
	{"two fields", []string{`Basic realm="a"`, `Digest realm="b", nonce="c"`}, "Basic realm=[a]\nDigest realm=[b] nonce=[c]"},
	{"two in one field", []string{`Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple"`}, // RFC 9110 section 11.6.1
		"Newauth realm=[apps] type=[1] title=[Login to \"apps\"]\nBasic realm=[simple]"},
	{"scheme alone before another", []string{`Negotiate, Basic realm=x`}, "Negotiate\nBasic realm=[x]"},
	{"token68", []string{`Negotiate YII-._~+/09==, Basic realm=x`}, "Negotiate\nBasic realm=[x]"},
	{"token68 at the end", []string{`NTLM TlRMTVNTUAAB=`}, "NTLM"},
	{"commas within quotes", []string{`Digest qop="auth,auth-int", nonce="a,b"`}, "Digest qop=[auth,auth-int] nonce=[a,b]"},
	{"spaces around the sign", []string{"Digest realm = \"r\" ,\tnonce\t=\tn"}, "Digest realm=[r] nonce=[n]"},
	{"no quotes where they are needed", []string{`Digest domain=/a/b, nonce=ab+/=, algorithm=MD5`}, "Digest domain=[/a/b] nonce=[ab+/=] algorithm=[MD5]"},
	{"no commas", []string{`Digest realm="r" nonce="n"`}, "Digest realm=[r] nonce=[n]"},
	{"leading commas", []string{`,, Digest ,realm="r",,nonce="n",`}, "Digest realm=[r] nonce=[n]"},
	{"empty value", []string{`Digest opaque="", qop=, nonce="n"`}, "Digest opaque=[] qop=[] nonce=[n]"},
	{"quote not closed", []string{`Digest realm="r", nonce="n`}, "Digest realm=[r]"},
	{"ends in a backslash", []string{`Digest realm="r\`}, "Digest"},
	{"parameter without a scheme", []string{`realm="r", nonce="n"`}, ""},
	{"garbage between", []string{`Basic realm="r", "Digest x=y", ?, Digest nonce=n`}, "Basic realm=[r]\nDigest nonce=[n]"},
	{"a parameter belongs to its own field", []string{`Basic`, `realm="r"`}, "Basic"},
}

func TestParseChallenges(t *testing.T) {
	for _, test := range challengeTests {
		t.Run(test.name, func(t *testing.T) {
			if got := show(parseChallenges(test.fields)); got != test.want {
				t.Errorf("%q gives\n%s\nwant\n%s", test.fields, got, test.want)
			}
		})
	}
}

func TestParseParams(t *testing.T) {
	for field, want := range map[string]string{
		`nextnonce="abc"`:                     "abc",
		`qop=auth, nextnonce=abc==, nc=1`:     "abc==",
		`rspauth="x", nextnonce="a\"b" , nc=`: `a"b`,
		`= nextnonce="abc"`:                   "",
		``:                                    "",
	} {
		if got := parseParams(field).get("NextNonce"); got != want {
			t.Errorf("%s: nextnonce is %q, want %q", field, got, want)
		}
	}
}

func FuzzParseChallenges(f *testing.F) {
	for _, test := range challengeTests {
		f.Add(strings.Join(test.fields, "\n"))
	}
	f.Fuzz(func(t *testing.T, lines string) {
		fields := strings.Split(lines, "\n")
		size := 0
		for _, c := range parseChallenges(fields) {
			size += len(c.scheme)
			if word, rest := token(c.scheme); word == "" || rest != "" {
				t.Errorf("%q: scheme %q is no token", fields, c.scheme)
			}
			for _, p := range c.params {
				size += len(p.name) + len(p.value)
				if word, rest := token(p.name); word == "" || rest != "" {
					t.Errorf("%q: name %q is no token", fields, p.name)
				}
			}
		}
		if size > len(lines) {
			t.Errorf("%d bytes of challenges in %q", size, lines)
		}
		parseParams(lines)
	})
}

func FuzzUnquote(f *testing.F) {
	for _, seed := range []string{``, `"`, `""`, `"a"`, `"a\"b" rest`, `"a\\"`, `"a\`, `"a\"`, `no quote`, "\"\xff\\\xfe\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		value, rest, ok := unquote(s)
		if !ok {
			return
		}
		if !strings.HasSuffix(s, rest) || len(value)+len(rest)+2 > len(s) {
			t.Fatalf("%q: %q and then %q", s, value, rest)
		}
		again, rest, ok := unquote(quote(value) + rest)
		if !ok || again != value || !strings.HasSuffix(s, rest) {
			t.Errorf("%q: quoted again, %q turns into %q", s, value, again)
		}
	})
}

func TestSchemesAreFoundInAnyOrder(t *testing.T) {
	parts := []string{`Negotiate`, `Basic realm="r, s"`, `Digest nonce="n", realm="r"`}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		var fields, schemes []string
		for _, i := range order {
			fields = append(fields, parts[i])
		}
		for _, c := range parseChallenges([]string{strings.Join(fields, ", ")}) {
			schemes = append(schemes, c.scheme)
		}
		if slices.Sort(schemes); !slices.Equal(schemes, []string{"Basic", "Digest", "Negotiate"}) {
			t.Errorf("%v: %v", fields, schemes)
		}
	}
}
