// Package sinktest is the suite that every sink of a crawl passes: what it says it has
// stored is there, byte for byte, whole or not at all, whatever breaks meanwhile.
//
// Call [Run] with a [Kind] from a test of the sink. Records are kept in a real manifest,
// so that the suite sees what a crawl would see when it is killed and started again.
package sinktest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"crawl/fetch"
	"crawl/fetch/manifest"
	"crawl/fetch/sink"
	"crawl/fetch/urls"
	"crawl/files"
	"crawl/files/errfs"
)

// Sink is what is tested.
type Sink interface {
	Put(ctx context.Context, rec *fetch.Record, url string) (sink.Stored, error)
}

// Kind is a kind of sink.
type Kind struct {
	// Open opens a sink below the engine's root, where known is what the manifest there
	// says of shared files and spans where that is. End ends it.
	Open func(ctx context.Context, eng files.Engine, known map[string]sink.Extent,
		spans func(ctx context.Context, file string) (sink.Spans, error)) (s Sink, end func(context.Context) error, err error)
	// Read returns the body that is stored, as a stranger would read it.
	Read func(t testing.TB, eng files.Engine, stored sink.Stored) string
	// Count returns how often a stranger finds each URL in files that are shared. nil for a
	// sink that has none.
	Count func(t testing.TB, eng files.Engine) map[string]int
	// Repeats says that such a stranger also finds what was stored before the process died
	// and has no record.
	Repeats bool
	// Verify finds what is wrong beside what the manifest is about. It may be nil.
	Verify func(ctx context.Context, eng files.Engine, known map[string]sink.Spans, report func(file, problem string)) error
}

// Run runs the suite.
func Run(t *testing.T, kind Kind) {
	for name, test := range map[string]func(*testing.T, Kind){
		"bodies":           bodies,
		"names":            names,
		"errors of bodies": bodyErrors,
		"errors of disks":  diskErrors,
		"full disk":        fullDisk,
		"many at once":     manyAtOnce,
		"killed":           killed,
	} {
		t.Run(name, func(t *testing.T) { test(t, kind) })
	}
}

// folder is the folder of a crawl with a sink in it.
type folder struct {
	testing.TB
	kind  Kind
	dir   string
	eng   files.Engine // what the sink writes through
	plain files.Engine // what is read through
	m     *manifest.Manifest
	sink  Sink
	end   func(context.Context) error
}

func newFolder(t testing.TB, kind Kind, rules ...errfs.Rule) *folder {
	t.Helper()
	f := &folder{TB: t, kind: kind, dir: t.TempDir()}
	f.engine(rules...)
	if err := f.open(); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *folder) engine(rules ...errfs.Rule) {
	f.Helper()
	direct, err := files.NewDirect(f.dir, files.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { direct.Close() })
	f.plain = unsynced{direct}
	f.eng = errfs.New(f.plain, rules...)
}

// unsynced makes nothing durable, which takes a disk longer than all else and would be
// seen by nobody: no test takes the power away.
type unsynced struct{ files.Engine }

func (e unsynced) WriteFile(ctx context.Context, name string, data []byte) error {
	return e.PutFile(ctx, name, data)
}

func (e unsynced) Do(ctx context.Context, op, name string, do func(root *os.Root) error) error {
	if op == "sync" {
		return nil
	}
	return e.Engine.Do(ctx, op, name, do)
}

func (unsynced) Sync(context.Context) error { return nil }

// open opens manifest and sink as a crawl does.
func (f *folder) open() (err error) {
	if f.m, err = manifest.Open(f.Context(), f.plain, manifest.Options{Sync: manifest.SyncNone}); err != nil {
		return err
	}
	known := map[string]sink.Extent{}
	for file, spans := range f.known() {
		for _, s := range spans {
			known[file] = known[file].Add(s)
		}
	}
	f.sink, f.end, err = f.kind.Open(f.Context(), f.eng, known, func(_ context.Context, file string) (sink.Spans, error) { return f.known()[file], nil })
	if err != nil {
		err = errors.Join(err, f.m.Close(f.Context()))
	}
	return err
}

// known is what the manifest knows of shared files.
func (f *folder) known() map[string]sink.Spans {
	f.Helper()
	known := map[string]sink.Spans{}
	for _, l := range f.lines() {
		for _, s := range []manifest.Section{l.WARC, l.JSONL} {
			if s.Path != "" {
				known[s.Path] = append(known[s.Path], sink.Span{Offset: s.Offset, Length: s.Length})
			}
		}
	}
	return known
}

func (f *folder) lines() (lines []manifest.Line) {
	f.Helper()
	for l, err := range manifest.Lines(f.Context(), f.plain) {
		if err != nil {
			f.Fatal(err)
		}
		lines = append(lines, *l)
	}
	return lines
}

// close ends sink and manifest.
func (f *folder) close() {
	f.Helper()
	if err := errors.Join(f.end(f.Context()), f.m.Close(f.Context())); err != nil {
		f.Fatal(err)
	}
}

// put stores a body, without a record.
func (f *folder) put(url string, body io.Reader, raw string) (sink.Stored, error) {
	f.Helper()
	rec, release := f.answer(url, raw)
	defer release()
	if body != nil {
		rec.Body = io.NopCloser(body)
	}
	return f.sink.Put(f.Context(), rec, url)
}

// record records what was stored.
func (f *folder) record(url string, stored sink.Stored) {
	f.Helper()
	line := &manifest.Line{
		URL: url, Outcome: manifest.Fetched, Status: 200, Bytes: stored.Bytes, SHA256: hex.EncodeToString(stored.SHA256[:]),
		Path: stored.Path, WARC: manifest.Section(stored.WARC), JSONL: manifest.Section(stored.JSONL),
	}
	if err := f.m.Append(f.Context(), line); err != nil {
		f.Fatal(err)
	}
}

// store is put and record where nothing may fail.
func (f *folder) store(url, body string) sink.Stored {
	f.Helper()
	stored, err := f.put(url, nil, body)
	if err != nil {
		f.Fatal(err)
	}
	f.record(url, stored)
	return stored
}

// answer is one of a server with that body, captured where the sink wants that.
func (f *folder) answer(url, body string) (rec *fetch.Record, release func()) {
	f.Helper()
	raw := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	req := &fetch.Request{URL: url}
	if archive, ok := f.sink.(interface{ Capture() *fetch.Capture }); ok {
		req.Capture = archive.Capture()
	}
	x := req.Capture.Begin(req)
	x.Sent([]byte("GET / HTTP/1.1\r\n\r\n"))
	x.Received([]byte(raw))
	rec, err := fetch.ReadAnswer(bufio.NewReader(strings.NewReader(raw)), req)
	if err != nil {
		f.Fatal(err)
	}
	rec.Started = time.Date(2026, 11, 26, 3, 26, 17, 5e8, time.UTC)
	x.Answered(rec, len(rec.RawHead), len(body))
	x.End(io.EOF, 0)
	return rec, req.Capture.Close
}

// verify expects that all is as recorded.
func (f *folder) verify() {
	f.Helper()
	problem := func(p string) { f.Errorf("verify: %s", p) }
	sum, err := manifest.Verify(f.Context(), f.plain, 0, func(p manifest.Problem) { problem(p.String()) })
	if err == nil && f.kind.Verify != nil {
		err = f.kind.Verify(f.Context(), f.plain, f.known(), func(file, what string) { problem(file + ": " + what) })
	}
	if err != nil {
		f.Fatal(err)
	}
	if n := int64(len(f.lines())); sum.Records != n || max(sum.Bodies, sum.Sections) < n {
		f.Errorf("verify: %+v for %d lines", sum, n)
	}
}

// expect reads what is stored.
func (f *folder) expect(url string, stored sink.Stored, body string) {
	f.Helper()
	if stored.Bytes != int64(len(body)) || stored.SHA256 != sha256.Sum256([]byte(body)) {
		f.Errorf("%s: stored %+v for %d bytes", url, stored, len(body))
	}
	if got := f.kind.Read(f.TB, f.plain, stored); got != body {
		f.Errorf("%s: read %d bytes, %.40q, want %d, %.40q", url, len(got), got, len(body), body)
	}
}

func text(n int) string { return strings.Repeat("0123456789abcde\n", n/16+1)[:n] }

// sizes are around the buffers that sinks have.
var sizes = []int{0, 1, 8<<10 - 1, 8 << 10, 8<<10 + 1, 64 << 10, 64<<10 + 1, 256 << 10, 256<<10 + 1, 1<<20 + 7}

func bodies(t *testing.T, kind Kind) {
	f := newFolder(t, kind)
	all := map[string]sink.Stored{}
	for _, n := range sizes {
		url := fmt.Sprintf("https://h/%d.txt", n)
		all[url] = f.store(url, text(n))
	}
	for how, reader := range map[string]func(io.Reader) io.Reader{"half": iotest.HalfReader, "one": iotest.OneByteReader, "data and error": iotest.DataErrReader} {
		url := "https://h/" + strings.ReplaceAll(how, " ", "-") + ".txt"
		stored, err := f.put(url, reader(strings.NewReader(text(20<<10))), text(20<<10))
		if err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		f.record(url, stored)
		all[url] = stored
		f.expect(url, stored, text(20<<10))
	}
	f.close()
	for _, n := range sizes {
		url := fmt.Sprintf("https://h/%d.txt", n)
		f.expect(url, all[url], text(n))
	}
	f.verify()
}

func names(t *testing.T, kind Kind) {
	f := newFolder(t, kind)
	odd := []string{
		"https://h/", "https://h/a", "https://h/A", "https://h/a/", "https://h/a/b", "https://h/a?b", "https://h/a?b=c&d=%2F..%2F", "https://h/..%2F..%2Fetc%2Fpasswd",
		"https://h/%00%0a%0d", "https://h/con", "https://h/nul.txt", "https://h/x.%20", "https://h/" + strings.Repeat("long", 600), "https://h/%C3%A9", "https://h/e%CC%81",
		"http://h:8080/a", "https://[::1]/a", "https://xn--bcher-kva.example/", "https://user@h/a", "https://h/%F0%9F%98%80?%E2%80%AE", "https://h/<script>\"'",
	}
	all := map[string]sink.Stored{}
	for i, odd := range odd {
		u, err := urls.Parse(odd)
		if err != nil {
			t.Fatal(err)
		}
		url := u.String() // as a crawl has it
		if _, twice := all[url]; twice {
			t.Errorf("URL %d is another", i)
		}
		all[url] = f.store(url, "the body of "+url)
	}
	f.close()
	for url := range all {
		f.expect(url, all[url], "the body of "+url)
	}
	f.verify()
}

// An error of a body is the body's, and leaves nothing.
func bodyErrors(t *testing.T, kind Kind) {
	f := newFolder(t, kind)
	broken := errors.New("cut")
	for _, n := range sizes {
		body := io.MultiReader(strings.NewReader(text(n)), iotest.ErrReader(broken))
		if _, err := f.put("https://h/broken", body, text(n)); err != broken {
			t.Errorf("%d bytes: %v, want the body's own error", n, err)
		}
	}
	stored := f.store("https://h/whole", "whole")
	f.close()
	f.expect("https://h/whole", stored, "whole")
	f.verify()
	f.once()
}

// once expects every URL with a record exactly once, and no other.
func (f *folder) once() {
	f.Helper()
	if f.kind.Count == nil {
		return
	}
	found := f.kind.Count(f.TB, f.plain)
	for _, l := range f.lines() {
		if found[l.URL] != 1 {
			f.Errorf("%s: found %d times", l.URL, found[l.URL])
		}
		delete(found, l.URL)
	}
	for url, n := range found {
		f.Errorf("%s: found %d times, without a record", url, n)
	}
}

// faulty are the sizes of bodies in which operations fail.
var faulty = []int{10, 100 << 10, 20, 300 << 10, 30}

// diskErrors has each operation fail in turn. What was acknowledged stays, and what was
// not is no damage.
func diskErrors(t *testing.T, kind Kind) {
	for nth, done := 1, false; !done && nth < 200; nth++ {
		rule := errfs.Rule{Nth: nth, Times: 1, Err: syscall.EIO}
		f := &folder{TB: t, kind: kind, dir: t.TempDir()}
		f.engine(rule)
		all := map[string]sink.Stored{}
		opened := f.open()
		if opened == nil {
			for i, n := range faulty {
				url := fmt.Sprintf("https://h/%d", i)
				stored, err := f.put(url, nil, text(n))
				if disk := (*sink.Error)(nil); err != nil && !errors.As(err, &disk) {
					t.Errorf("fault %d: %T %v, want a sink.Error", nth, err, err)
				}
				if err == nil {
					f.record(url, stored)
					all[url] = stored
				}
			}
			err := f.end(t.Context())
			if disk := (*sink.Error)(nil); err != nil && !errors.As(err, &disk) {
				t.Errorf("fault %d: at the end: %v", nth, err)
			}
			if err := f.m.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		done = len(f.eng.(*errfs.Engine).Injected()) == 0
		f.engine()
		if err := f.open(); err != nil {
			t.Fatalf("fault %d: open again: %v", nth, err)
		}
		all["https://h/after"] = f.store("https://h/after", "after")
		f.close()
		f.verify()
		for i, n := range faulty {
			if stored, ok := all[fmt.Sprintf("https://h/%d", i)]; ok {
				f.expect(fmt.Sprintf("fault %d: body %d", nth, i), stored, text(n))
			}
		}
		f.expect("after", all["https://h/after"], "after")
	}
}

// fullDisk has room for some of the bodies.
func fullDisk(t *testing.T, kind Kind) {
	f := newFolder(t, kind, errfs.Rule{Op: errfs.FileWrite, Budget: 60 << 10}, errfs.Rule{Op: errfs.PutFile, Nth: 4, Err: syscall.ENOSPC})
	noise := rand.NewChaCha8([32]byte{})
	full := false
	for i := range 20 {
		b := make([]byte, 10<<10)
		_, _ = noise.Read(b)
		url := fmt.Sprintf("https://h/%d", i)
		stored, err := f.put(url, nil, hex.EncodeToString(b))
		if err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%v", err)
		}
		if err == nil {
			f.record(url, stored)
		}
		full = full || err != nil
	}
	if !full {
		t.Error("the disk was not full")
	}
	_ = f.end(t.Context()) // may fail as well
	if err := f.m.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.engine()
	if err := f.open(); err != nil {
		t.Fatal(err)
	}
	f.store("https://h/after", "after")
	f.close()
	f.verify()
	f.once()
}

func manyAtOnce(t *testing.T, kind Kind) {
	f := newFolder(t, kind)
	var all sync.WaitGroup
	var mu sync.Mutex
	stored := map[string]sink.Stored{}
	for i := range 40 {
		all.Go(func() {
			for j := range 5 {
				url := fmt.Sprintf("https://h/%d/%d", i, j)
				s := f.store(url, fmt.Sprint(url, text(i*j*100)))
				mu.Lock()
				stored[url] = s
				mu.Unlock()
			}
		})
	}
	all.Wait()
	f.close()
	for i := range 40 {
		for j := range 5 {
			url := fmt.Sprintf("https://h/%d/%d", i, j)
			f.expect(url, stored[url], fmt.Sprint(url, text(i*j*100)))
		}
	}
	f.verify()
	f.once()
}

// killed cuts shared files off behind what is recorded, as the death of a process does
// with what it was writing, and goes on. Records may be missing in the middle, too.
func killed(t *testing.T, kind Kind) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 10 {
		f := newFolder(t, kind)
		all := map[string]sink.Stored{}
		for i := range 12 {
			url := fmt.Sprintf("https://h/%d", i)
			stored, err := f.put(url, nil, url+text(random.IntN(2000)))
			if err != nil {
				t.Fatal(err)
			}
			if random.IntN(4) > 0 && i < 10 {
				f.record(url, stored)
				all[url] = stored
			}
		}
		f.die(random)
		f.engine()
		if err := f.open(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for i := range 15 {
			url := fmt.Sprintf("https://h/%d", i)
			if _, ok := all[url]; !ok {
				f.store(url, url)
			}
		}
		f.close()
		f.verify()
		if kind.Repeats {
			f.atLeastOnce()
		} else {
			f.once()
		}
	}
}

// die leaves the folder as a process does that is killed: what was recorded is there, and
// of what came later a part. The sink ends elsewhere, so that nothing leaks.
func (f *folder) die(random *rand.Rand) {
	f.Helper()
	left := f.TempDir()
	if err := os.CopyFS(left, os.DirFS(f.dir)); err != nil {
		f.Fatal(err)
	}
	known := f.known()
	for name, spans := range known {
		if !growing(name, known) {
			continue
		}
		end := int64(0)
		for _, s := range spans {
			end = max(end, s.End())
		}
		file := filepath.Join(left, filepath.FromSlash(name))
		info, err := os.Stat(file)
		if err != nil {
			f.Fatal(err)
		}
		if tail := info.Size() - end; tail > 0 {
			if err := os.Truncate(file, end+random.Int64N(tail+1)); err != nil {
				f.Fatal(err)
			}
		}
	}
	f.close()
	f.dir = left
}

// growing reports whether a file is the last in its folder, which is the one that is
// written to.
func growing(name string, known map[string]sink.Spans) bool {
	for other := range known {
		if path.Dir(other) == path.Dir(name) && other > name {
			return false
		}
	}
	return true
}

// atLeastOnce expects what is recorded to be found.
func (f *folder) atLeastOnce() {
	f.Helper()
	if f.kind.Count == nil {
		return
	}
	found := f.kind.Count(f.TB, f.plain)
	for _, l := range f.lines() {
		if found[l.URL] == 0 {
			f.Errorf("%s is not found", l.URL)
		}
	}
}
