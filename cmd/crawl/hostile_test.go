package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"crawl/fetch/fetchtest"
	"crawl/fetch/manifest"
	"crawl/fetch/sink/dir"
)

// TestHostile runs the whole command over every case of the hostile lab, and holds
// the records, the files and what the servers saw against what has to be.
func TestHostile(t *testing.T) {
	h := hostileLab(t)
	for _, tt := range []struct {
		name  string
		cases func(fetchtest.Case) bool
		args  []string
	}{
		{"public", func(c fetchtest.Case) bool { return !c.Private && !c.Cookies }, []string{"--no-progress"}},
		{"private", func(c fetchtest.Case) bool { return c.Private }, []string{"--allow-private"}},
		{"cookies", func(c fetchtest.Case) bool { return c.Cookies }, []string{"--cookie-jar", "jar"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var cases []fetchtest.Case
			for _, c := range fetchtest.Cases() {
				if tt.cases(c) {
					cases = append(cases, c)
				}
			}
			hostileRun(t, h, cases, tt.args...)
		})
	}
}

// TestHostileLab serves the lab as its users do.
func TestHostileLab(t *testing.T) {
	said, stderr := io.Pipe()
	signals := make(chan os.Signal)
	p := fake(new(bytes.Buffer), nil)
	p.stderr, p.signals = stderr, signals
	ended := make(chan int)
	go func() {
		ended <- run(t.Context(), p, []string{"lab", "--hostile", "--port", "0"})
		stderr.Close()
	}()
	lines := bufio.NewScanner(said)
	if !lines.Scan() {
		t.Fatal("it says nothing")
	}
	_, url, _ := strings.Cut(lines.Text(), " on ")
	url, _, _ = strings.Cut(url, ";")
	for lines.Scan() && !strings.Contains(lines.Text(), "try: ") {
	}
	go io.Copy(io.Discard, said) // until stderr is closed
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	var stdout, other bytes.Buffer
	if code := run(t.Context(), fake(&stdout, &other), []string{url, url + "urls.txt", url + "ca.pem"}); code != exitOK {
		t.Errorf("exit code %d\n%s", code, &other)
	}
	signals <- os.Interrupt
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

func hostileLab(t *testing.T) *fetchtest.Hostile {
	h, err := fetchtest.StartHostile(context.WithoutCancel(t.Context()), fetchtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// hostileRun fetches the cases and checks each.
func hostileRun(t *testing.T, h *fetchtest.Hostile, cases []fetchtest.Case, more ...string) {
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	var list strings.Builder
	for _, c := range cases {
		list.WriteString(h.URL(c) + "\n")
	}
	for name, content := range map[string]string{"urls.txt": list.String(), "ca.pem": string(h.CA())} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	args := append([]string{
		"--timeout", fetchtest.HostileTimeout.String(), "--idle-timeout", fetchtest.HostileIdle.String(),
		"--connect-timeout", fetchtest.HostileConnect.String(), "--max-size", fmt.Sprint(fetchtest.HostileMaxSize),
		"--retries", "0", "-c", "64", "--per-host", "64", "-v", "--cacert", "ca.pem",
		"-H", "Authorization: Bearer hostile", "-H", "Cookie: session=hostile",
	}, more...)
	code := run(t.Context(), fake(&stdout, &stderr), append(args, "urls.txt"))
	if code != exitSome && code != exitNone && code != exitOK {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	quiet(t, "stderr", stderr.String())

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := h.Settle(ctx); err != nil {
		t.Error(err)
	}
	lines := hostileRecords(t)
	if len(lines) != len(cases) {
		t.Errorf("%d records of %d URLs", len(lines), len(cases))
	}
	for i, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			line, ok := lines[int64(i)+1]
			if !ok {
				t.Fatal("no record")
			}
			checkRecord(t, c, &line)
			checkServer(t, c, h.Measured(c))
		})
	}
	checkFiles(t, lines)
	if code := run(t.Context(), fake(&stdout, &stderr), []string{"verify", "crawl-out"}); code != exitOK {
		t.Errorf("verify: exit code %d\n%s", code, &stderr)
	}
}

// hostileRecords reads the manifest, by the lines of the list.
func hostileRecords(t *testing.T) map[int64]manifest.Line {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("crawl-out", manifest.Name))
	if err != nil {
		t.Fatal(err)
	}
	quiet(t, manifest.Name, string(raw))
	lines := map[int64]manifest.Line{}
	for line, err := range manifest.Read(bytes.NewReader(raw)) {
		if err != nil {
			t.Error(err)
			continue
		}
		lines[line.Line] = *line
	}
	return lines
}

// quiet checks that nothing in the text makes a terminal obey a server.
func quiet(t *testing.T, name, text string) {
	t.Helper()
	for i, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Errorf("%s holds %q: %.60q", name, r, text[max(0, i-30):])
			return
		}
	}
}

// checkRecord checks what the run says about a case, and the file.
func checkRecord(t *testing.T, c fetchtest.Case, line *manifest.Line) {
	if string(line.Outcome) != c.Outcome || line.ErrorClass != c.Class {
		t.Errorf("%s: %s %q (%s), want %s %q", c.Help, line.Outcome, line.ErrorClass, line.Reason, c.Outcome, c.Class)
	}
	if took := time.Duration(line.Total * float64(time.Millisecond)); took > c.MaxTime {
		t.Errorf("took %v, may take %v", took, c.MaxTime)
	}
	if strings.Contains(line.URL+line.FinalURL+fmt.Sprint(line.Redirects), "secret") {
		t.Errorf("a password is recorded: %+v", line)
	}
	if c.Outcome != "fetched" {
		if line.Path != "" || line.Reason == "" && line.ErrorClass != "" {
			t.Errorf("record %+v", line)
		}
		return
	}
	body, err := os.ReadFile(filepath.Join("crawl-out", filepath.FromSlash(line.Path)))
	sum := sha256.Sum256(body)
	if got := hex.EncodeToString(sum[:]); err != nil || got != c.SHA256 || line.SHA256 != c.SHA256 || line.Bytes != c.Size {
		t.Errorf("a body of %d bytes, %.20q (%v), recorded as %d bytes; want %d", len(body), body, err, line.Bytes, c.Size)
	}
}

// checkFiles checks that there is no file beside those of the records: no part of
// a body that failed, under whatever name.
func checkFiles(t *testing.T, lines map[int64]manifest.Line) {
	recorded := map[string]bool{}
	for _, line := range lines {
		if line.Path != "" && recorded[line.Path] {
			t.Errorf("two records have the file %s", line.Path)
		}
		recorded[line.Path] = true
	}
	for _, folder := range []string{dir.Bodies, dir.Temp} {
		err := fs.WalkDir(os.DirFS("crawl-out"), folder, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && !recorded[name] {
				t.Errorf("%s has no record", name)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	}
}

// checkServer checks what the servers of a case saw.
func checkServer(t *testing.T, c fetchtest.Case, m fetchtest.Measure) {
	if m.Connections == 0 || m.Requests > c.MaxRequests {
		t.Errorf("%d connections, %d requests; may be %d", m.Connections, m.Requests, c.MaxRequests)
	}
	if m.Bytes > c.MaxBytes {
		t.Errorf("the server got rid of %d bytes; may be %d", m.Bytes, c.MaxBytes)
	}
	if m.Playing > 0 || m.Longest > c.MaxTime {
		t.Errorf("%d connections still held, one was for %v; may be %v", m.Playing, m.Longest, c.MaxTime)
	}
	if m.Leaked {
		t.Error("credentials came to an origin that they are not for")
	}
}
