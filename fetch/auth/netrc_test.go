package auth

import (
	"fmt"
	"strings"
	"testing"

	"crawl/fetch/urls"
)

var netrcTests = []struct{ name, file, host, want string }{
	{"one line", "machine a.example login me password secret", "a.example", "me secret"},
	{"several lines", "machine a.example\n\tlogin me\n\tpassword secret\n", "a.example", "me secret"},
	{"CRLF and a byte order mark", "\ufeffmachine a.example\r\nlogin me\r\npassword secret\r\n", "a.example", "me secret"},
	{"any case of letters", "machine A.Example login me password secret", "a.eXample", "me secret"},
	{"the second", "machine a login x password y machine b login me password secret", "b", "me secret"},
	{"the first of two", "machine a login me password secret machine a login x password y", "a", "me secret"},
	{"password first", "machine a password secret login me", "a", "me secret"},
	{"user for login", "machine a user me password secret", "a", "me secret"},
	{"account", "machine a login me account x password secret", "a", "me secret"},
	{"account instead of login", "machine a account me password secret", "a", "me secret"},
	{"only a password", "machine a password secret", "a", " secret"},
	{"only a login", "machine a login me", "a", "me "},
	{"keywords as values", "machine machine login login password password", "machine", "login password"},
	{"default", "machine a login x password y\ndefault login me password secret", "b", "me secret"},
	{"default before a machine", "default login x password y\nmachine a login me password secret", "a", "me secret"},
	{"quotes", `machine a login "m e" password "se\"cr\\et"`, "a", `m e se"cr\et`},
	{"empty quotes", `machine a login "" password ""`, "a", " "},
	{"backslash", `machine a login me password se\ cr\\et`, "a", `me se cr\et`},
	{"a quote within", `machine a login me password se"cret`, "a", `me se"cret`},
	{"comments", "# machine a login x password y\nmachine a # login x\nlogin me #x\n#x\npassword secret #", "a", "me secret"},
	{"a value that looks like a comment", "machine a login #me password #secret", "a", "#me #secret"},
	{"macro", "machine b login x password y\nmacdef init\nmachine a login x\ncd /\n\nmachine a login me password secret", "a", "me secret"},
	{"macro with CRLF", "macdef init\r\nmachine a login x\r\n\r\nmachine a login me password secret", "a", "me secret"},
	{"macro to the end", "machine a login me password secret macdef init\nlogin x", "a", "me secret"},
	{"unknown host", "machine a login me password secret", "b", "none"},
	{"empty", "", "a", "none"},
	{"UTF-8", "machine a login jäsøn password ☃", "a", "jäsøn ☃"},

	{"unknown keyword", "machine a login me password secret\nport 21", "", "netrc line 2: a word that is no keyword of netrc"},
	{"no machine", "login me", "", "netrc line 1: login without a machine"},
	{"login behind a macro", "machine a macdef x\n\nlogin me", "", "netrc line 3: login without a machine"},
	{"no value", "machine a\nlogin", "", "netrc line 2: a keyword without its value"},
	{"an open quote", "machine a\nlogin me password \"secret", "", "netrc line 2: a quote is not closed"},
	{"a colon", "machine a login m:e password secret", "", `netrc machine "a": a user name must not contain a colon`},
	{"a line break in quotes", "machine a login me password \"sec\nret\"", "", `netrc machine "a": user name and password must not contain control characters`},
	{"lines are counted in quotes", "machine a login me account \"sec\nret\"\nport 21", "", "netrc line 3: a word that is no keyword of netrc"},
	{"too long", strings.Repeat("#\n", maxNetrc/2) + "#", "", "netrc of more than 1048576 bytes"},
}

func TestParseNetrc(t *testing.T) {
	for _, test := range netrcTests {
		t.Run(test.name, func(t *testing.T) {
			got := "none"
			n, err := ParseNetrc(strings.NewReader(test.file))
			if err != nil {
				got = err.Error()
			} else if login, password, ok := n.Lookup(test.host); ok {
				got = login + " " + password
			}
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestNetrcCredentials(t *testing.T) {
	n, err := ParseNetrc(strings.NewReader("machine a.example login me password secret\nmachine ::1 login six password x\ndefault login x password y"))
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"http://a.example/":       "Login me",
		"https://A.example:8443/": "Login me",
		"http://[::1]/":           "Login six",
		"http://b.example/":       "none", // default is for no host that a link may lead to
		"http://b.a.example/":     "none",
	} {
		u, err := urls.Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		got := "none"
		if c, ok := n.Credentials(u); ok {
			got = fmt.Sprint(c)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}

func FuzzParseNetrc(f *testing.F) {
	for _, test := range netrcTests {
		if len(test.file) < 1000 {
			f.Add(test.file)
		}
	}
	f.Fuzz(func(t *testing.T, file string) {
		n, err := ParseNetrc(strings.NewReader(file))
		if err != nil {
			return
		}
		for host := range n.machines {
			login, password, ok := n.Lookup(host)
			if !ok && host == strings.ToLower(host) {
				t.Errorf("%q: %q is not found", file, host)
			}
			if _, err := EncodeBasic(login, password); err != nil {
				t.Errorf("%q: %v", file, err)
			}
		}
	})
}
