package batch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"crawl/files"
	"crawl/files/batch"
	"crawl/files/errfs"
	"crawl/files/journal"
	"crawl/files/transform"
	"crawl/pipeline"
	"crawl/pipeline/stats"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

// upper is a step that makes letters large, and fails for a text that begins with "bad".
func upper(t testing.TB) transform.Chain {
	return chain(t, transform.Step{
		Name:    "upper",
		Becomes: func(f transform.File) transform.File { f.Name += ".up"; return f },
		Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
			buf := make([]byte, 100<<10)
			for {
				n, err := in.Read(buf)
				if bytes.HasPrefix(buf[:n], []byte("bad")) {
					return &transform.Error{Kind: transform.Corrupt, Err: errors.New("it is bad")}
				}
				if _, err := out.Write(bytes.ToUpper(buf[:n])); err != nil {
					return err
				}
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
			}
		},
	})
}

func chain(t testing.TB, steps ...transform.Step) transform.Chain {
	t.Helper()
	c, err := transform.New(steps...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// folders are those of a batch: where files come from, and where they go.
type folders struct {
	in, out string
	from    files.Engine // the engine of in, or one with faults around it
	to      files.Engine
}

func newFolders(t *testing.T, texts map[string]string) *folders {
	t.Helper()
	f := &folders{in: t.TempDir(), out: t.TempDir()}
	for name, text := range texts {
		f.write(t, name, text)
	}
	f.from, f.to = open(t, f.in), open(t, f.out)
	return f
}

func (f *folders) write(t *testing.T, name, text string) {
	t.Helper()
	name = filepath.Join(f.in, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, root string) files.Engine {
	t.Helper()
	eng, err := files.NewDirect(root, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	return eng
}

// items are the files of in, in the order of their names.
func (f *folders) items(t *testing.T) []batch.Item {
	t.Helper()
	var items []batch.Item
	err := filepath.WalkDir(f.in, func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			name, err = filepath.Rel(f.in, name)
			items = append(items, f.item(filepath.ToSlash(name)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func (f *folders) item(name string) batch.Item {
	return batch.Item{From: f.from, Name: name, Shown: "in/" + name, File: transform.File{Name: name}}
}

// run runs a batch as the command does, and returns its error.
func (f *folders) run(t *testing.T, chain transform.Chain, items []batch.Item, change func(*batch.Batch)) (*stats.Stats, error) {
	t.Helper()
	j, err := journal.Open(t.Context(), f.to, batch.Format, journal.Options{Sync: journal.SyncNone})
	if err != nil {
		return nil, err
	}
	index, err := journal.OpenIndex(t.Context(), f.to, batch.Format, batch.Key)
	if err != nil {
		return nil, errors.Join(err, j.Close(context.Background()))
	}
	b := &batch.Batch{
		Source:  pipeline.Slice(items),
		Chain:   chain,
		Output:  f.to,
		Journal: j,
		Stats:   stats.New(),
		Workers: 4,
		Earlier: func(shown string) (*batch.Line, error) { return index.Find(batch.KeyOf(shown, chain.String())) },
	}
	if change != nil {
		change(b)
	}
	err = b.Run(t.Context(), nil)
	return b.Stats, errors.Join(err, index.Close(), j.Close(context.Background()))
}

// results are the files of out but the records.
func (f *folders) results(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(f.out, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.Name() == journal.State {
			return fs.SkipDir
		}
		if !e.Type().IsRegular() || e.Name() == journal.Name {
			return nil
		}
		text, err := os.ReadFile(name)
		name, _ = filepath.Rel(f.out, name)
		found[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// records are the lines of the journal, by input, the last one of each.
func (f *folders) records(t *testing.T) map[string]batch.Line {
	t.Helper()
	found := map[string]batch.Line{}
	for line, err := range journal.Lines(t.Context(), open(t, f.out), batch.Format) {
		if err != nil {
			t.Fatal(err)
		}
		found[line.Input] = *line
	}
	return found
}

func TestInFlight(t *testing.T) {
	f := newFolders(t, map[string]string{"a": "1", "b": "2", "c": "3"})
	var workers pipeline.Workers
	working := func() (n int) {
		for _, w := range workers.List() {
			if w.State == pipeline.Working {
				n++
			}
		}
		return n
	}
	var all sync.WaitGroup
	all.Add(3)
	together := chain(t, transform.Step{Name: "together", Run: func(context.Context, transform.File, io.Reader, io.Writer) error {
		all.Done()
		all.Wait()
		if n := working(); n < 1 || n > 3 {
			t.Errorf("%d are in flight", n)
		}
		return nil
	}})
	_, err := f.run(t, together, f.items(t), func(b *batch.Batch) {
		b.CPU = 3
		b.Watch = pipeline.Watch[batch.Item]{Workers: &workers, Name: "file", Item: func(it batch.Item) string { return it.Shown }}
	})
	if n := working(); err != nil || n != 0 {
		t.Errorf("%d in flight at the end, %v", n, err)
	}
}

func TestRunMirrorsTheTree(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 1<<17) // 2 MiB
	exact := strings.Repeat("x", 256<<10)
	texts := map[string]string{"a": "one", "sub/deep/b": "two", "sub/empty": "", "large": large, "exact": exact, "sub/bad": "bad text"}
	for _, mode := range []pipeline.Mode{pipeline.Blocking, pipeline.Threads, pipeline.Pool, pipeline.Async} {
		t.Run(string(mode), func(t *testing.T) {
			f := newFolders(t, texts)
			counts, err := f.run(t, upper(t), f.items(t), func(b *batch.Batch) { b.Mode = mode })
			if err != nil {
				t.Fatal(err)
			}
			got := f.results(t)
			for name, text := range texts {
				if name == "sub/bad" {
					continue
				}
				if got[name+".up"] != strings.ToUpper(text) {
					t.Errorf("%s: %.40q", name, got[name+".up"])
				}
				line := f.records(t)["in/"+name]
				if line.Outcome != batch.Transformed || line.Path != name+".up" || line.Bytes != int64(len(text)) ||
					line.InputBytes != int64(len(text)) || len(line.InputXXH3) != 32 || len(line.XXH3) != 32 || line.Steps != "upper" {
					t.Errorf("%s: %+v", name, line)
				}
			}
			if len(got) != len(texts)-1 {
				t.Errorf("%d results", len(got))
			}
			bad := f.records(t)["in/sub/bad"]
			if bad.Outcome != batch.Failed || bad.ErrorClass != "corrupt" || bad.Reason != "upper: it is bad" {
				t.Errorf("%+v", bad)
			}
			if snap := counts.Snapshot(); snap.Total != 6 || snap.Failed() != 1 || snap.Succeeded() != 5 {
				t.Errorf("%+v", snap)
			}
			summary, err := journal.Verify(t.Context(), f.to, batch.Format, 2, func(p journal.Problem) { t.Error(p) })
			if err != nil || summary.Bodies != 5 {
				t.Errorf("%+v, %v", summary, err)
			}
		})
	}
}

func TestSecondRunDoesOnlyWhatChanged(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 1<<17)
	f := newFolders(t, map[string]string{"a": "one", "b": "two", "c": "three", "d": "four", "large": large, "bad": "bad"})
	if _, err := f.run(t, upper(t), f.items(t), nil); err != nil {
		t.Fatal(err)
	}
	lines := f.lineCount(t)

	outcomes := func(want string) {
		t.Helper()
		counts, err := f.run(t, upper(t), f.items(t), nil)
		if got := fmt.Sprint(counts.Snapshot().Outcomes); err != nil || got != want {
			t.Errorf("%v, %v, want %s", got, err, want)
		}
	}
	outcomes("map[failed:1 unchanged:5]")
	if more := f.lineCount(t); more != lines {
		t.Errorf("%d lines, %d before", more, lines)
	}

	f.write(t, "a", "other")                               // an input changed
	f.write(t, "large", large[1:]+"!")                     // also a large one
	os.Remove(filepath.Join(f.out, "b.up"))                // an output has gone
	os.WriteFile(filepath.Join(f.out, "c.up"), nil, 0o600) // or was cut
	outcomes("map[failed:1 transformed:4 unchanged:1]")
	if got := f.results(t); got["a.up"] != "OTHER" || got["b.up"] != "TWO" || got["c.up"] != "THREE" || got["large.up"] != strings.ToUpper(large[1:]+"!") {
		t.Errorf("%.200q", fmt.Sprint(got))
	}
	outcomes("map[failed:1 unchanged:5]")

	f.write(t, "bad", "bad in another way")
	before := f.lineCount(t)
	outcomes("map[failed:1 unchanged:5]")
	if after := f.lineCount(t); after != before+1 {
		t.Errorf("%d lines, %d before", after, before)
	}
}

func (f *folders) lineCount(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(f.out, journal.Name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(text, []byte("\n"))
}

func TestWhatIsWrongWithOneFile(t *testing.T) {
	long := strings.Repeat("n", 253) // its output's name is longer than a disk allows
	texts := map[string]string{"good": "fine", "vanished": "v", "denied": "d", "broken": "b", long: "l", "manifest.jsonl": "m", ".crawl/x": "c", "dir": "x"}
	f := newFolders(t, texts)
	f.from = errfs.New(f.from,
		errfs.Rule{Name: "denied", Err: syscall.EACCES},
		errfs.Rule{Name: "broken", Err: syscall.EIO})
	items := f.items(t)
	items = append(items,
		batch.Item{Shown: "in/link", Err: &batch.SkipError{Reason: "is a link"}},
		batch.Item{Shown: "in/loop", Err: &batch.LoopError{Err: errors.New("a link leads back")}},
		batch.Item{Shown: "in/unreadable", Err: &fs.PathError{Op: "readdir", Path: "unreadable", Err: syscall.EACCES}})
	os.Remove(filepath.Join(f.in, "vanished"))
	if err := os.MkdirAll(filepath.Join(f.out, "dir.up", "foreign"), 0o755); err != nil {
		t.Fatal(err)
	}

	plain := chain(t, transform.Step{Name: "plain", Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
		_, err := io.Copy(out, in)
		return err
	}, Becomes: func(f transform.File) transform.File {
		if f.Name != "manifest.jsonl" && path.Dir(f.Name) != ".crawl" {
			f.Name += ".up"
		}
		return f
	}})
	counts, err := f.run(t, plain, items, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := f.records(t)
	for name, want := range map[string]string{
		"good": "transformed", "vanished": "failed vanished", "denied": "failed denied", "broken": "failed disk", long: "failed disk",
		"manifest.jsonl": "failed reserved", ".crawl/x": "failed reserved", "dir": "failed disk",
		"link": "skipped", "loop": "failed loop", "unreadable": "failed denied",
	} {
		line := got["in/"+name]
		if got := strings.TrimSpace(string(line.Outcome) + " " + line.ErrorClass); got != want || (want != "transformed" && line.Reason == "") {
			t.Errorf("%.20s: %s (%s), want %s", name, got, line.Reason, want)
		}
	}
	if counts.Snapshot().Total != int64(len(items)) || len(f.results(t)) != 1 {
		t.Error(counts.Snapshot().Outcomes, f.results(t))
	}
}

// Whichever operation on the output fails, the run ends with an OutputError or goes on
// with a record; what stands is whole; and the next run does the rest.
func TestEveryFaultOfTheOutput(t *testing.T) {
	texts := map[string]string{"a": "one", "sub/b": "two", "large": strings.Repeat("0123456789abcdef", 1<<17)}
	want := map[string]string{}
	for name, text := range texts {
		want[name+".up"] = strings.ToUpper(text)
	}
	for nth := 1; ; nth++ {
		f := newFolders(t, texts)
		disk := f.to
		faulty := errfs.New(disk, errfs.Rule{Nth: nth, Times: 1, Err: syscall.ENOSPC})
		f.to = faulty
		_, err := f.run(t, upper(t), f.items(t), func(b *batch.Batch) { b.Mode = pipeline.Blocking })
		struck := len(faulty.Injected()) > 0
		if err == nil && len(f.results(t)) != len(want) { // not every fault matters
			t.Errorf("fault %d, %v: no error, and %d results", nth, faulty.Injected(), len(f.results(t)))
		}
		for name, text := range f.results(t) {
			if want[name] != text {
				t.Errorf("fault %d, %v: %s is %.20q", nth, faulty.Injected(), name, text)
			}
		}
		f.to = disk
		if _, err := f.run(t, upper(t), f.items(t), nil); err != nil || fmt.Sprint(f.results(t)) != fmt.Sprint(want) {
			t.Errorf("after fault %d: %v", nth, err)
		}
		if !struck {
			break
		}
	}
}

func TestStopLosesNothing(t *testing.T) {
	texts := map[string]string{}
	for i := range 50 {
		texts[fmt.Sprint("f", i)] = fmt.Sprint("text ", i)
	}
	f := newFolders(t, texts)
	ctx, cancel := context.WithCancel(t.Context())
	var begun atomic.Int64
	slow := chain(t, transform.Step{Name: "slow", Run: func(ctx context.Context, _ transform.File, in io.Reader, out io.Writer) error {
		if begun.Add(1) == 10 {
			cancel()
		}
		_, err := io.Copy(out, in)
		return err
	}})
	items := f.items(t)
	j, err := journal.Open(t.Context(), f.to, batch.Format, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &batch.Batch{Source: pipeline.Slice(items), Chain: slow, Output: f.to, Journal: j, Stats: stats.New()}
	err = b.Run(ctx, nil)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := j.Close(t.Context()); err != nil {
		t.Error(err)
	}
	records := f.records(t)
	for name, text := range f.results(t) {
		if text != texts[name] {
			t.Errorf("%s: %q", name, text)
		}
	}
	if len(records) == len(items) {
		t.Error("all were done")
	}
	if _, err := f.run(t, slow, items, nil); err != nil || len(f.results(t)) != len(items) {
		t.Error(err)
	}
}

// No more files compute at once than may, and while one waits for its disk another does.
func TestTurns(t *testing.T) {
	texts := map[string]string{}
	for i := range 40 {
		texts[fmt.Sprint("f", i)] = "text"
	}
	f := newFolders(t, texts)
	var now, most atomic.Int64
	var gate sync.WaitGroup
	gate.Add(2)
	var once atomic.Int64
	busy := chain(t, transform.Step{Name: "busy", Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if once.Add(1) <= 2 { // the first two meet
			gate.Done()
			gate.Wait()
		}
		_, err := io.Copy(out, in)
		now.Add(-1)
		return err
	}})
	if _, err := f.run(t, busy, f.items(t), func(b *batch.Batch) { b.Workers, b.CPU = 16, 2 }); err != nil {
		t.Fatal(err)
	}
	if most.Load() != 2 {
		t.Errorf("%d at once", most.Load())
	}
}

func TestMaxSize(t *testing.T) {
	f := newFolders(t, map[string]string{"small": "12345", "big": strings.Repeat("x", 3<<20)})
	if _, err := f.run(t, upper(t), f.items(t), func(b *batch.Batch) { b.MaxSize = 2 << 20 }); err != nil {
		t.Fatal(err)
	}
	if got := f.records(t)["in/big"]; got.Outcome != batch.TooLarge || got.ErrorClass != "too_large" {
		t.Errorf("%+v", got)
	}
	if got := f.results(t); len(got) != 1 {
		t.Error(len(got))
	}
}

func TestLook(t *testing.T) {
	md := chain(t, transform.Step{Name: "md", Becomes: func(f transform.File) transform.File {
		f.Name = strings.TrimSuffix(f.Name, path.Ext(f.Name)) + ".md"
		return f
	}, Run: func(context.Context, transform.File, io.Reader, io.Writer) error { return nil }})
	item := func(shown, below string) batch.Item {
		return batch.Item{Shown: shown, Size: 10, File: transform.File{Name: below}}
	}
	for _, test := range []struct {
		name  string
		items []batch.Item
		want  string // the conflicts
		files int64
		once  int
	}{
		{"none", []batch.Item{item("x/a.html", "a.html"), item("x/b.html", "b.html")}, "", 2, 2},
		{"by the step", []batch.Item{item("x/a.html", "a.html"), item("x/a.htm", "a.htm")}, "a.md: x/a.html, x/a.htm", 2, 2},
		{"by the folders", []batch.Item{item("x/a.html", "a.html"), item("y/a.html", "a.html")}, "a.md: x/a.html, y/a.html", 2, 2},
		{"listed twice", []batch.Item{item("x/a.html", "a.html"), item("x/a.html", "a.html"), item("x/b.html", "b.html")}, "", 3, 2},
		{"both", []batch.Item{item("a.html", "a.html"), item("a.html", "a.html"), item("a.htm", "a.htm")}, "a.md: a.html, a.htm", 3, 2},
		{"without what can't be read", []batch.Item{item("a.html", "a.html"), {Shown: "a.htm", Err: errors.New("gone")}}, "", 1, 2},
	} {
		open := func(context.Context) (pipeline.Source[batch.Item], error) { return pipeline.Slice(test.items), nil }
		survey, err := batch.Look(t.Context(), open, md)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range survey.Conflicts {
			got = append(got, fmt.Sprintf("%s: %s, %s", c.Output, c.Inputs[0], c.Inputs[1]))
		}
		if strings.Join(got, "; ") != test.want || survey.Files != test.files || survey.Bytes != 10*test.files {
			t.Errorf("%s: %q, %d files, %d bytes", test.name, got, survey.Files, survey.Bytes)
		}
		left := 0
		for src := survey.Once(pipeline.Slice(test.items)); ; left++ {
			if _, err := src.Next(t.Context()); err != nil {
				break
			}
		}
		if left != test.once {
			t.Errorf("%s: %d are left", test.name, left)
		}
	}
}

func TestLookAtMany(t *testing.T) {
	var items []batch.Item
	for i := range 5000 {
		items = append(items, batch.Item{Shown: fmt.Sprint(i), File: transform.File{Name: fmt.Sprint(i / 2)}})
	}
	rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	open := func(context.Context) (pipeline.Source[batch.Item], error) { return pipeline.Slice(items), nil }
	survey, err := batch.Look(t.Context(), open, upper(t))
	if err != nil || len(survey.Conflicts) != 10 {
		t.Error(len(survey.Conflicts), err)
	}
	if slices.ContainsFunc(survey.Conflicts, func(c batch.Conflict) bool { return c.Inputs[0] == c.Inputs[1] }) {
		t.Error(survey.Conflicts)
	}
}
