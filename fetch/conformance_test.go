package fetch_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"crawl/fetch"
	"crawl/fetch/cookies"
	"crawl/fetch/fetchtest"
	"crawl/fetch/standard"

	"golang.org/x/sync/errgroup"
)

// outcome is what one client made of a case.
type outcome struct {
	Status int
	SHA256 string
	Class  fetch.Class
	Error  string // the name of an exception, or the text of an error
}

// judge is what a crawl makes of a status: its class, or "" when the body counts.
func judge(status int) fetch.Class {
	switch {
	case status == 304, status < 300:
		return ""
	case status >= 400 && status < 600:
		return fetch.Class(fmt.Sprintf("http_%dxx", status/100))
	}
	return fetch.ClassProtocol
}

// fits reports whether got is what c asks for. Only our clients have classes.
func (got outcome) fits(c fetchtest.Case, classes bool) bool {
	class := got.Class
	if got.Error == "" {
		class = judge(got.Status)
	}
	switch ok := got.Error == "" && class == ""; {
	case c.Outcome == "fetched":
		return ok && got.SHA256 == c.SHA256
	case c.Outcome == "not_modified":
		return ok && got.Status == 304
	case classes || got.Error == "":
		return !ok && string(class) == c.Class
	}
	return true
}

// TestConformance holds three clients against every case of the hostile lab: our
// own, its twin over net/http, and aiohttp of Python, the reference for what others
// take, where a python3 has it. Where one differs from what has to be, the reason
// is in a list.
func TestConformance(t *testing.T) {
	t.Run("fasthttp", func(t *testing.T) {
		t.Parallel()
		conform(t, subject{ours: true, exact: true, run: ours(func(opt fetch.Options) closer { return fetch.NewClient(opt) })})
	})
	t.Run("net_http", func(t *testing.T) {
		t.Parallel()
		conform(t, subject{ours: true, exact: true, differs: twinDiffers, run: ours(func(opt fetch.Options) closer { return standard.New(opt) })})
	})
	if testing.Short() {
		return
	}
	python, version := findPython(t)
	if python == "" {
		t.Log("no python3 has aiohttp: it is not compared")
		return
	}
	t.Run("aiohttp", func(t *testing.T) {
		t.Parallel()
		t.Logf("aiohttp %s", version)
		conform(t, subject{exact: strings.HasPrefix(version, "3.8."), differs: aiohttpDiffers, run: aiohttp(python)})
	})
}

// subject is a client to be held against the cases.
type subject struct {
	run     client
	ours    bool         // it has classes and guards addresses, and trusts the lab's authority
	differs []difference // from what has to be
	exact   bool         // differs is of this very version
}

type client func(t *testing.T, h *fetchtest.Hostile, cases []fetchtest.Case) map[string]outcome

// conform runs a client over all cases.
func conform(t *testing.T, s subject) {
	h, err := fetchtest.StartHostile(context.WithoutCancel(t.Context()), fetchtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	cases := fetchtest.Cases()
	if !s.ours {
		cases = slices.DeleteFunc(cases, func(c fetchtest.Case) bool { return c.Trust || c.Class == string(fetch.ClassPrivateAddress) })
	}
	differs := reasons(s.differs)
	got := s.run(t, h, cases)
	// A machine that is busy makes timeouts of its own: what is wrong is asked again.
	for range 3 {
		again := slices.DeleteFunc(slices.Clone(cases), func(c fetchtest.Case) bool {
			return got[c.Name].fits(c, s.ours) || differs[c.Name] != ""
		})
		if len(again) == 0 {
			break
		}
		maps.Copy(got, s.run(t, h, again))
	}
	report := t.Errorf
	if !s.exact {
		report = t.Logf
	}
	for _, c := range cases {
		fits := got[c.Name].fits(c, s.ours)
		switch why := differs[c.Name]; {
		case fits && why != "" && s.ours: // a busy machine can make others fit
			report("%s: does not differ any more", c.Name)
		case !fits && why == "":
			report("%s: %s: got %+v, want %s %s", c.Name, c.Help, got[c.Name], c.Outcome, c.Class)
		}
		delete(differs, c.Name)
	}
	for name := range differs {
		t.Errorf("%s is no case", name)
	}
	t.Logf("%d cases, %d differ for a reason", len(cases), len(reasons(s.differs)))
}

type closer interface {
	fetch.Fetcher
	io.Closer
}

// ours runs a Fetcher of this module.
func ours(open func(fetch.Options) closer) client {
	return func(t *testing.T, h *fetchtest.Hostile, cases []fetchtest.Case) map[string]outcome {
		opt := fetch.Options{ConnectTimeout: fetchtest.HostileConnect, IdleTimeout: fetchtest.HostileIdle, RootCAs: x509.NewCertPool()}
		opt.RootCAs.AppendCertsFromPEM(h.CA())
		strict := open(opt)
		defer strict.Close()
		opt.AllowPrivate = true
		lax := open(opt)
		defer lax.Close()

		var mu sync.Mutex
		got := map[string]outcome{}
		var group errgroup.Group
		group.SetLimit(64)
		for _, c := range cases {
			group.Go(func() error {
				base := fetch.Fetcher(strict)
				if c.Private {
					base = lax
				}
				o := fetchCase(t.Context(), base, h, c)
				mu.Lock()
				defer mu.Unlock()
				got[c.Name] = o
				return nil
			})
		}
		group.Wait()
		return got
	}
}

func fetchCase(ctx context.Context, base fetch.Fetcher, h *fetchtest.Hostile, c fetchtest.Case) outcome {
	layers := []fetch.Layer{fetch.Redirect(0), fetch.Decode(fetchtest.HostileMaxSize)}
	if c.Cookies {
		layers = append(layers, cookies.Layer(cookies.New(cookies.Options{Unsafe: true})))
	}
	rec, err := fetch.Stack(base, layers...).Fetch(ctx, &fetch.Request{
		URL:      h.URL(c),
		Header:   fetch.Header{{Name: "Authorization", Value: "Bearer hostile"}, {Name: "Cookie", Value: "session=hostile"}},
		Deadline: time.Now().Add(fetchtest.HostileTimeout),
	})
	if err != nil {
		return outcome{Class: fetch.ClassOf(err), Error: err.Error()}
	}
	defer rec.Body.Close()
	if rec.Status >= 300 {
		return outcome{Status: rec.Status}
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, rec.Body); err != nil {
		return outcome{Class: fetch.ClassOf(err), Error: err.Error()}
	}
	return outcome{Status: rec.Status, SHA256: hex.EncodeToString(sum.Sum(nil))}
}

//go:embed testdata/aiohttp.py
var aiohttpScript []byte

// findPython returns a python3 that has aiohttp and its version, or "".
func findPython(t *testing.T) (python, version string) {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		out, err := exec.CommandContext(t.Context(), python, "-I", "-c", "import aiohttp; print(aiohttp.__version__)").Output()
		if err == nil {
			return python, strings.TrimSpace(string(out))
		}
	}
	return "", ""
}

// aiohttp has Python's aiohttp fetch the cases.
func aiohttp(python string) client {
	return func(t *testing.T, h *fetchtest.Hostile, cases []fetchtest.Case) map[string]outcome {
		return askPython(t, python, h, cases)
	}
}

func askPython(t *testing.T, python string, h *fetchtest.Hostile, cases []fetchtest.Case) map[string]outcome {
	script := filepath.Join(t.TempDir(), "aiohttp.py")
	if err := os.WriteFile(script, aiohttpScript, 0o600); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	var list strings.Builder
	for _, c := range cases {
		names[h.URL(c)] = c.Name
		fmt.Fprintln(&list, h.URL(c))
	}
	seconds := func(d time.Duration) string { return fmt.Sprint(d.Seconds()) }
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), python, "-I", script, seconds(fetchtest.HostileTimeout),
		seconds(fetchtest.HostileIdle), seconds(fetchtest.HostileConnect), fmt.Sprint(fetchtest.HostileMaxSize))
	cmd.Stdin, cmd.Stderr = strings.NewReader(list.String()), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	got := map[string]outcome{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		var line struct {
			outcome
			URL string
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("%v: %s", err, lines.Bytes())
		}
		got[names[line.URL]] = line.outcome
	}
	return got
}
