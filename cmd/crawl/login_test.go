package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crawl/fetch/urls"
)

// A signal ends the question for a password, and the run before it began.
func TestPasswordInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	p := fake(&stdout, &stderr)
	signals := make(chan os.Signal, 1)
	p.signals = signals
	p.askPassword = func(prompt string, stop <-chan struct{}) (string, error) {
		if prompt != "password for me: " {
			t.Errorf("asked for %q", prompt)
		}
		signals <- os.Interrupt
		<-stop
		return "", errStopped
	}
	if code := run(t.Context(), p, []string{"--user", "me", lab.URL(0, "/echo")}); code != exitInterrupt {
		t.Errorf("exit code %d\n%s", code, &stderr)
	}
	if _, err := os.Stat("crawl-out"); err == nil {
		t.Error("it made its folder all the same")
	}
}

// --user answers a challenge of Digest, which tells the server no password.
func TestUserByDigest(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := r.Header.Get("Authorization")
		if !strings.HasPrefix(given, "Digest ") {
			w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256`)
			w.WriteHeader(401)
			return
		}
		fmt.Fprint(w, given)
	}))
	defer server.Close()
	for _, args := range [][]string{
		{"--user", "me:s3cret", server.URL},
		{"--user", server.URL + "=me:s3cret", server.URL},
		{strings.Replace(server.URL, "://", "://me:s3cret@", 1)},
	} {
		if got := fetched(t, args...); !strings.Contains(got, `username="me"`) || !strings.Contains(got, "response=") {
			t.Errorf("%v: %s", args, got)
		}
	}
}

func TestParseLogin(t *testing.T) {
	for _, tt := range []struct {
		text string
		want login
		ok   bool
	}{
		{"me", login{user: "me"}, true},
		{"me:", login{user: "me", complete: true}, true},
		{":p", login{password: "p", complete: true}, true},
		{"me:a:b=c@d", login{user: "me", password: "a:b=c@d", complete: true}, true},
		{"a=b:c", login{user: "a=b", password: "c", complete: true}, true},
		{"https://x:8443=me:p", login{origin: "https://x:8443", user: "me", password: "p", complete: true}, true},
		{"HTTP://[::1]=me", login{origin: "HTTP://[::1]", user: "me"}, true},
		{"https://x", login{}, false},
		{"https://x=", login{}, false},
		{"", login{}, false},
	} {
		got, err := parseLogin(tt.text)
		if (err == nil) != tt.ok || tt.ok && got != tt.want {
			t.Errorf("parseLogin(%q) = %+v, %v", tt.text, got, err)
		}
	}
}

// A login for what is listed goes to no other scheme or port of the same host.
func TestOrigins(t *testing.T) {
	parse := func(s string) urls.URL {
		u, err := urls.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	o := newOrigins()
	o.add(parse("https://example.com:443/listed"))
	for url, want := range map[string]bool{
		"https://EXAMPLE.com/other":     true,
		"https://u:p@example.com/":      true,
		"http://example.com/":           false,
		"http://example.com:443/":       false,
		"https://example.com:444/":      false,
		"https://www.example.com/":      false,
		"https://example.com.evil.net/": false,
	} {
		if got := o.has(parse(url)); got != want {
			t.Errorf("has(%s) = %v", url, got)
		}
	}
}

// The jar is kept also when a run is interrupted, and a failure to keep it is told.
func TestCookieJarAtTheEnd(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	p := fake(&stdout, &stderr)
	signals := make(chan os.Signal, 1)
	p.signals = signals
	answered := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "taste", Value: "sweet"})
		if len(answered) == 0 {
			answered <- struct{}{}
			signals <- os.Interrupt
		}
	}))
	defer server.Close()
	var lines strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&lines, "%s/%d\n", server.URL, i)
	}
	if err := os.WriteFile("list", []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), p, []string{"-c", "1", "--rate", "100", "--cookie-jar", "jar", "list"}); code != exitInterrupt {
		t.Errorf("exit code %d\n%s", code, &stderr)
	}
	if jar, err := os.ReadFile("jar"); err != nil || !strings.Contains(string(jar), "taste\tsweet") {
		t.Errorf("kept %q, %v", jar, err)
	}

	stdout.Reset()
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	replace := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if err := errors.Join(os.RemoveAll("folder"), os.WriteFile("folder", nil, 0o600)); err != nil {
			t.Error(err)
		}
	}))
	defer replace.Close()
	code := run(t.Context(), fake(&stdout, &stderr), []string{"--json", "-o", "other", "--cookie-jar", filepath.Join("folder", "jar"), replace.URL})
	if code != exitOutput || !strings.Contains(stdout.String(), `"exit_code":5`) || !strings.Contains(stderr.String(), "--cookie-jar folder") {
		t.Errorf("exit code %d\n%s\n%s", code, &stdout, &stderr)
	}
}
