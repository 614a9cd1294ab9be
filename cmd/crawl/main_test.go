package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// fake is a process without an operating system around it.
func fake(stdout, stderr *bytes.Buffer) process {
	return process{
		stdin:          strings.NewReader(""),
		stdout:         stdout,
		stderr:         stderr,
		env:            func(string) (string, bool) { return "", false },
		askPassword:    func(string, <-chan struct{}) (string, error) { return "", errNoTerminal },
		signals:        make(chan os.Signal),
		defaultSignals: func() {},
	}
}

func TestRun(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), fake(&stdout, &stderr), []string{"--json", lab.URL(0, "/name/1"), lab.URL(0, "/status/404")}); code != exitSome {
		t.Errorf("exit code %d, want %d", code, exitSome)
	}
	if !strings.Contains(stderr.String(), "1 failed, 1 fetched") || !strings.Contains(stdout.String(), `"total":2`) {
		t.Errorf("stdout:\n%s\nstderr:\n%s", &stdout, &stderr)
	}
}

// A bar is drawn, in colour, where there is a terminal; NO_COLOR takes the colour.
func TestTerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	for _, noColor := range []string{"", "1"} {
		var stdout, stderr bytes.Buffer
		p := fake(&stdout, &stderr)
		p.terminal = true
		p.env = func(name string) (string, bool) { return noColor, name == "NO_COLOR" }
		if code := run(t.Context(), p, []string{"--fresh", "-v", lab.URL(0, "/name/1")}); code != exitOK {
			t.Errorf("exit code %d:\n%s", code, &stderr)
		}
		text := stderr.String()
		if !strings.Contains(text, "\r") {
			t.Errorf("no bar:\n%q", text)
		}
		if got := strings.Contains(text, "\x1b[2m"); got != (noColor == "") { // tint's faint time
			t.Errorf("NO_COLOR=%q: colour is %v:\n%q", noColor, got, text)
		}
	}
}

// The help tells every flag, on a page of 80 columns.
func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), fake(&stdout, &stderr), []string{"--help"}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	for line := range strings.Lines(stdout.String()) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > pageWidth {
			t.Errorf("too wide: %s", line)
		}
	}
	for _, group := range defaultFlags().groups() {
		group.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(stdout.String(), "--"+f.Name) {
				t.Errorf("--%s is not in the help", f.Name)
			}
		})
	}
}
