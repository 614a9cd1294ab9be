package warc

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// pages is a site whose answers differ in what matters to an archive.
func pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, `<a href="/chunked">1</a> <a href="/packed">2</a> <a href="/moved">3</a> <a href="/gone">4</a>`)
	})
	mux.HandleFunc("/chunked", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		for i := range 3 {
			fmt.Fprintf(w, "part %d\n", i)
			http.NewResponseController(w).Flush()
		}
	})
	mux.HandleFunc("/packed", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/plain")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("packed ", 100))
		z.Close()
	})
	mux.Handle("/moved", http.RedirectHandler("/", http.StatusFound))
	return mux
}

// wgetPages are what wget records of them, in the order in which it asks.
var wgetPages = []struct {
	path   string
	status int
	body   string // "" where it does not matter
}{
	{"/", 200, `<a href="/chunked">1</a> <a href="/packed">2</a> <a href="/moved">3</a> <a href="/gone">4</a>`},
	{"/robots.txt", 404, ""},
	{"/chunked", 200, "part 0\npart 1\npart 2\n"},
	{"/packed", 200, ""},
	{"/moved", 302, ""},
	{"/", 200, ""}, // where that leads
	{"/gone", 404, ""},
}

// checkWget reads a WARC that wget wrote of the pages.
func checkWget(t *testing.T, file io.Reader) {
	t.Helper()
	r := NewReader(file, ReaderOptions{Verify: true})
	types := map[Type]int{}
	responses := 0
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		types[rec.Type]++
		if rec.Date.IsZero() || rec.Version != "1.0" || !strings.HasPrefix(rec.ID, "urn:uuid:") {
			t.Errorf("read the head as %+v", rec.Head)
		}
		if rec.Type != Response {
			continue
		}
		want := wgetPages[responses]
		responses++
		m, err := rec.HTTP()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(m.Payload)
		if err != nil {
			t.Errorf("%s: %v", rec.TargetURI, err)
		}
		if !strings.HasPrefix(rec.TargetURI, "http://") || !strings.HasSuffix(rec.TargetURI, want.path) || m.Status != want.status {
			t.Errorf("%s with status %d, want %s with %d", rec.TargetURI, m.Status, want.path, want.status)
		}
		if want.body != "" && string(body) != want.body {
			t.Errorf("%s: %q", rec.TargetURI, body)
		}
		if want.path == "/packed" && !bytes.HasPrefix(body, []byte(new(gunzipper).magic())) {
			t.Errorf("the content coding was undone: %q", body)
		}
	}
	if types[Warcinfo] != 1 || types[Request] != len(wgetPages) || responses != len(wgetPages) {
		t.Errorf("records %v", types)
	}
}

// TestWgetSamples: what GNU Wget 1.21.3 wrote, once compressed and once not.
func TestWgetSamples(t *testing.T) {
	for _, name := range []string{"wget.warc", "wget.warc.gz"} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			checkWget(t, f)
		})
	}
}

// TestWget reads what the wget of this machine writes.
func TestWget(t *testing.T) {
	wget, err := exec.LookPath("wget")
	if err != nil {
		t.Skip("wget is not installed: its samples are read")
	}
	site := httptest.NewServer(pages())
	defer site.Close()
	for _, flags := range [][]string{nil, {"--no-warc-compression"}} {
		dir := t.TempDir()
		args := append([]string{"-q", "-r", "-l1", "--no-config", "--warc-file=out"}, flags...)
		cmd := exec.CommandContext(t.Context(), wget, append(args, site.URL+"/")...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "no_proxy=*")
		if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState.ExitCode() != 8 { // 8: there were 404s
			t.Fatalf("%v: %s", err, out)
		}
		names, err := filepath.Glob(filepath.Join(dir, "out*.warc*"))
		if err != nil || len(names) != 1 {
			t.Fatalf("wget wrote %q, %v", names, err)
		}
		if keep := os.Getenv("WARC_KEEP"); keep != "" {
			data, _ := os.ReadFile(names[0])
			os.WriteFile(filepath.Join(keep, "wget"+strings.TrimPrefix(filepath.Base(names[0]), "out")), data, 0o644)
		}
		f, err := os.Open(names[0])
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		checkWget(t, f)
	}
}
