package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"crawl/files"
	"crawl/files/errfs"
)

func TestMain(m *testing.M) {
	// ants starts the goroutines of its default pool in an init and never ends them.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
}

// folder is DIR of a crawl.
type folder struct {
	*testing.T
	dir string
	eng files.Engine
}

func newFolder(t *testing.T, rules ...errfs.Rule) *folder {
	t.Helper()
	dir := t.TempDir()
	return &folder{t, dir, errfs.New(openEngine(t, dir), rules...)}
}

func openEngine(t *testing.T, dir string) files.Engine {
	t.Helper()
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	return eng
}

func (f *folder) open(opt Options) *Journal[testLine] {
	f.Helper()
	m, err := Open(f.Context(), f.eng, testFormat, opt)
	if err != nil {
		f.Fatal(err)
	}
	return m
}

func (f *folder) close(m *Journal[testLine]) {
	f.Helper()
	if err := m.Close(f.Context()); err != nil {
		f.Fatal(err)
	}
}

// kill ends a run as kill -9 does: what the kernel has stays, nothing else is said.
func (f *folder) kill(m *Journal[testLine]) {
	f.Helper()
	m.quit()
	m.done.Wait()
	if err := errors.Join(m.log.Close(), m.unlock()); err != nil {
		f.Fatal(err)
	}
}

// store stores a body and returns its line.
func (f *folder) store(name string) *testLine {
	f.Helper()
	f.write("bodies/h/"+name, "body of "+name)
	sum := sha256.Sum256([]byte("body of " + name))
	return &testLine{URL: "https://h/" + name, Outcome: fetched, Bytes: int64(len("body of " + name)),
		SHA256: hex.EncodeToString(sum[:]), Path: "bodies/h/" + name}
}

func (f *folder) append(m *Journal[testLine], l *testLine) {
	f.Helper()
	if err := m.Append(f.Context(), l); err != nil {
		f.Fatal(err)
	}
}

func (f *folder) write(name, text string) {
	f.Helper()
	path := filepath.Join(f.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		f.Fatal(err)
	}
}

func (f *folder) read(name string) string {
	f.Helper()
	data, err := os.ReadFile(filepath.Join(f.dir, name))
	if err != nil && !os.IsNotExist(err) {
		f.Fatal(err)
	}
	return string(data)
}

func (f *folder) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(f.dir, name))
	return err == nil
}

// urls are those with a record, in order, and how many lines are none.
func (f *folder) urls() (urls []string, malformed int) {
	f.Helper()
	for l, err := range Lines(f.Context(), f.eng, testFormat) {
		switch {
		case isLineError(err):
			malformed++
		case err != nil:
			f.Fatal(err)
		default:
			urls = append(urls, strings.TrimPrefix(l.URL, "https://h/"))
		}
	}
	return urls, malformed
}

func (f *folder) expect(want ...string) {
	f.Helper()
	if got, _ := f.urls(); !slices.Equal(got, want) {
		f.Errorf("records of %q, want %q", got, want)
	}
	if first, _, _ := strings.Cut(f.read(Name), "\n"); len(want) > 0 && !strings.HasPrefix(first, `{"schema":1,`) {
		f.Errorf("first line has no schema: %s", first)
	}
}

// run stores and records each name.
func (f *folder) run(m *Journal[testLine], names ...string) {
	f.Helper()
	for _, name := range names {
		f.append(m, f.store(name))
	}
}

func TestResumeAfterACleanEnd(t *testing.T) {
	for _, how := range []Sync{SyncGroup, SyncEach, SyncNone} {
		t.Run(string(how), func(t *testing.T) {
			f := newFolder(t)
			m := f.open(Options{Sync: how})
			f.run(m, "a", "b")
			f.close(m)
			f.write("bodies/h/users.txt", "not ours")
			m = f.open(Options{Sync: how})
			if got := m.Recovered(); got != (Recovery{}) {
				t.Errorf("recovered %+v after a clean end", got)
			}
			f.run(m, "c")
			f.close(m)
			f.expect("a", "b", "c")
			if strings.Count(f.read(Name), "schema") != 1 {
				t.Error("schema in more than one line")
			}
			if !f.exists("bodies/h/users.txt") {
				t.Error("a clean resume removed a file")
			}
		})
	}
}

func TestResumeAfterKill(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	f.run(m, "a", "b")
	f.store("orphan")
	f.write(".crawl/tmp/1", "half")
	f.kill(m)
	f.write(Name, f.read(Name)+`{"url":"https://h/torn","outc`)

	m = f.open(Options{})
	want := Recovery{Torn: int64(len(`{"url":"https://h/torn","outc`)), Removed: 1}
	if got := m.Recovered(); got != want {
		t.Errorf("recovered %+v, want %+v", got, want)
	}
	if f.exists("bodies/h/orphan") || f.exists(".crawl/tmp/1") {
		t.Error("orphans stay")
	}
	f.run(m, "c")
	f.close(m)
	f.expect("a", "b", "c")
}

func TestSweepKeepsWhatIsOlderThanTheRun(t *testing.T) {
	f := newFolder(t)
	f.write("bodies/h/old", "there before")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(f.dir, "bodies/h/old"), old, old); err != nil {
		t.Fatal(err)
	}
	f.kill(f.open(Options{}))
	f.close(f.open(Options{}))
	if !f.exists("bodies/h/old") {
		t.Error("a file from before the run was removed")
	}
}

func TestPowerFailure(t *testing.T) {
	tests := []struct {
		name   string
		damage func(f *folder)
		want   []string
		drop   int
	}{
		{"nothing lost", func(f *folder) {}, []string{"a", "b", "c"}, 0},
		{"body missing", func(f *folder) { os.Remove(filepath.Join(f.dir, "bodies/h/b")) }, []string{"a", "c"}, 1},
		{"body empty", func(f *folder) { f.write("bodies/h/b", "") }, []string{"a", "c"}, 1},
		{"body of zeros", func(f *folder) { f.write("bodies/h/b", strings.Repeat("\x00", len("body of b"))) }, []string{"a", "c"}, 1},
		{"first body missing", func(f *folder) { os.Remove(filepath.Join(f.dir, "bodies/h/a")) }, []string{"b", "c"}, 1},
		{"all bodies missing", func(f *folder) { os.RemoveAll(filepath.Join(f.dir, "bodies")) }, nil, 3},
		{"zeros in the manifest", func(f *folder) {
			lines := strings.SplitAfter(f.read(Name), "\n")
			lines[1] = strings.Repeat("\x00", len(lines[1])-1) + "\n"
			f.write(Name, strings.Join(lines, ""))
		}, []string{"a", "c"}, 1},
		{"zeros at the end", func(f *folder) { f.write(Name, f.read(Name)+strings.Repeat("\x00", 3<<20)) }, []string{"a", "b", "c"}, 0},
		{"marker torn", func(f *folder) { f.write(markerName, `{"byt`); f.write("bodies/h/b", "") }, []string{"a", "c"}, 1},
		{"marker beyond the end", func(f *folder) { f.write(markerName, `{"bytes":99999}`); f.write("bodies/h/b", "") }, []string{"a", "c"}, 1},
		{"marker within a line", func(f *folder) { f.write(markerName, `{"bytes":7}`); f.write("bodies/h/b", "") }, []string{"a", "c"}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFolder(t)
			m := f.open(Options{})
			f.run(m, "a", "b", "c")
			f.kill(m)
			test.damage(f)
			m = f.open(Options{})
			if got := m.Recovered().Dropped; got != test.drop {
				t.Errorf("dropped %d lines, want %d", got, test.drop)
			}
			f.expect(test.want...)
			again := slices.DeleteFunc([]string{"a", "b", "c", "d"}, func(s string) bool { return slices.Contains(test.want, s) })
			f.run(m, again...)
			f.close(m)
			f.expect(append(test.want, again...)...)
			if sum := f.verify(); sum.Problems != 0 {
				t.Errorf("%d problems", sum.Problems)
			}
		})
	}
}

func TestWhatIsBeforeTheMarkerIsTrusted(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	f.run(m, "a")
	f.close(m)
	m = f.open(Options{})
	f.run(m, "b")
	f.kill(m)
	f.write("bodies/h/a", "")
	f.write("bodies/h/b", "")
	f.close(f.open(Options{}))
	f.expect("a")
}

// TestSyncNoneTrustsNothing: a clean end says nothing of what a power failure took after it.
func TestSyncNoneTrustsNothing(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	f.run(m, "synced")
	f.close(m)
	m = f.open(Options{Sync: SyncNone})
	f.run(m, "a", "b")
	f.close(m)
	f.write("bodies/h/synced", "")
	f.write("bodies/h/a", "")
	f.write("bodies/h/users.txt", "not ours")
	m = f.open(Options{Sync: SyncNone})
	if got := m.Recovered(); got != (Recovery{Dropped: 1}) {
		t.Errorf("recovered %+v", got)
	}
	f.close(m)
	f.expect("synced", "b")
	if !f.exists("bodies/h/users.txt") {
		t.Error("a file of somebody else was removed")
	}
}

func TestMalformedLinesOfOthersStay(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	f.run(m, "a", "b")
	f.close(m)
	f.write(Name, strings.Replace(f.read(Name), "\n", "\nan edit\n{}\n", 1))
	f.close(f.open(Options{}))
	if urls, malformed := f.urls(); malformed != 2 || len(urls) != 2 {
		t.Errorf("%d malformed lines beside %q", malformed, urls)
	}
	if !strings.Contains(f.read(Name), "\nan edit\n") {
		t.Error("the edit is gone")
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	_, err := Open(t.Context(), f.eng, testFormat, Options{Fresh: true})
	if locked := (*files.LockedError)(nil); !errors.As(err, &locked) {
		t.Errorf("got %v, want a LockedError", err)
	}
	f.run(m, "a")
	f.close(m)
	f.close(f.open(Options{}))
	f.expect("a")
}

func TestNewerSchemaIsRefusedAndLeftAlone(t *testing.T) {
	f := newFolder(t)
	const newer = `{"schema":2,"url":"https://h/a","outcome":"fetched","path":"bodies/h/a"}` + "\n"
	f.write(Name, newer)
	_, err := Open(t.Context(), f.eng, testFormat, Options{})
	if schema := (*SchemaError)(nil); !errors.As(err, &schema) {
		t.Errorf("got %v, want a SchemaError", err)
	}
	if f.read(Name) != newer {
		t.Error("the manifest was changed")
	}
}

func TestConcurrentAppends(t *testing.T) {
	for _, how := range []Sync{SyncGroup, SyncEach, SyncNone} {
		t.Run(string(how), func(t *testing.T) {
			f := newFolder(t)
			m := f.open(Options{Sync: how, Every: time.Millisecond})
			var all sync.WaitGroup
			const callers, each = 20, 50
			for i := range callers {
				all.Go(func() {
					for k := range each {
						if err := m.Append(t.Context(), &testLine{URL: fmt.Sprintf("https://h/%d/%d", i, k), Outcome: failed}); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			f.close(m)
			urls, malformed := f.urls()
			slices.Sort(urls)
			if n := len(slices.Compact(urls)); n != callers*each || malformed != 0 {
				t.Errorf("%d records and %d malformed lines", n, malformed)
			}
			if !strings.HasPrefix(f.read(Name), `{"schema":1,`) || strings.Count(f.read(Name), "schema") != 1 {
				t.Error("the schema is not on the first line alone")
			}
		})
	}
}

func TestGroupSyncMovesTheMarker(t *testing.T) {
	dir := t.TempDir()
	direct := openEngine(t, dir)
	synctest.Test(t, func(t *testing.T) {
		syncs := 0
		f := &folder{t, dir, errfs.New(direct, errfs.Rule{Op: errfs.Sync, Before: func(errfs.Op, string) { syncs++ }})}
		m := f.open(Options{})
		opening := syncs
		f.run(m, "a")
		time.Sleep(1500 * time.Millisecond) // of the bubble's clock
		synctest.Wait()
		mark, _, err := readMarker(t.Context(), f.eng)
		if err != nil || mark.Bytes != int64(len(f.read(Name))) || mark.Clean {
			t.Errorf("marker %+v, %v", mark, err)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if syncs-opening != 1 {
			t.Errorf("%d syncs for one line", syncs-opening)
		}
		f.close(m)
	})
}

func TestFailedSyncStaysAndIsNotRepeated(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{Sync: SyncEach, Every: time.Hour})
	f.run(m, "a")
	direct := f.eng
	failing := errfs.New(direct, errfs.Rule{Op: errfs.Sync, Err: syscall.EIO})
	m.eng = failing
	for range 3 {
		err := m.Append(t.Context(), f.store("b"))
		if failed := (*WriteError)(nil); !errors.As(err, &failed) || !errors.Is(err, syscall.EIO) {
			t.Errorf("got %v, want a WriteError of EIO", err)
		}
	}
	if err := m.Close(t.Context()); !errors.Is(err, syscall.EIO) {
		t.Errorf("close: %v", err)
	}
	if n := failing.Injected()[errfs.Sync]; n != 1 {
		t.Errorf("%d syncs after the disk failed", n)
	}
	if mark, _, _ := readMarker(t.Context(), direct); mark.Clean || mark.Bytes == int64(len(f.read(Name))) {
		t.Errorf("the marker vouches for what is lost: %+v", mark)
	}
}

func TestFullDisk(t *testing.T) {
	f := newFolder(t, errfs.Rule{Op: errfs.FileWrite, Name: Name, Budget: 400})
	m := f.open(Options{})
	var failed error
	var stored []string
	for i := range 10 {
		name := fmt.Sprint(i)
		l := f.store(name)
		if failed = m.Append(t.Context(), l); failed != nil {
			break
		}
		stored = append(stored, name)
	}
	if write := (*WriteError)(nil); !errors.As(failed, &write) || !errors.Is(failed, syscall.ENOSPC) {
		t.Fatalf("got %v, want a WriteError of ENOSPC", failed)
	}
	if err := m.Close(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("close: %v", err)
	}
	f.expect(stored...)

	f.eng.(*errfs.Engine).Heal()
	m = f.open(Options{})
	f.run(m, "later")
	f.close(m)
	f.expect(append(stored, "later")...)
	if sum := f.verify(); sum.Problems != 0 {
		t.Errorf("%d problems", sum.Problems)
	}
}

// TestEveryFaultWhileRepairing fails each operation of a repair in turn; the next
// start must still come to the same end.
func TestEveryFaultWhileRepairing(t *testing.T) {
	for nth := 1; ; nth++ {
		f := newFolder(t)
		m := f.open(Options{})
		f.run(m, "a", "b", "c")
		f.store("orphan")
		f.kill(m)
		f.write("bodies/h/a", "")
		f.write(Name, f.read(Name)+"torn")

		failing := errfs.New(f.eng, errfs.Rule{Nth: nth, Times: 1, Err: syscall.EIO})
		m, err := Open(t.Context(), failing, testFormat, Options{})
		if err == nil {
			m.quit()
			m.done.Wait()
			m.log.Close() // may be where the fault strikes
			m.unlock()
		}
		f.close(f.open(Options{}))
		f.expect("b", "c")
		if sum := f.verify(); sum.Problems != 0 || f.exists("bodies/h/orphan") {
			t.Errorf("fault %d: %+v", nth, sum)
		}
		if len(failing.Injected()) == 0 {
			return
		}
	}
}

func TestAppendHearsItsContext(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{Sync: SyncEach})
	f.run(m, "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Append(ctx, f.store("b")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	f.run(m, "c") // the end of one caller's context is nobody else's failure
	f.close(m)
}

func TestLongLinesAreShortened(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	l := f.store("a")
	l.Reason = strings.Repeat("x", 2<<20)
	f.append(m, l)
	f.run(m, "b")
	f.close(m)
	f.expect("a", "b")
}

// A line may be longer than what is read at once, up to the limit.
func TestReadLinesOfManyLengths(t *testing.T) {
	lineOf := func(reason int) string {
		l := &testLine{URL: "https://h/a", Outcome: fetched, Reason: strings.Repeat("x", reason)}
		return string(appendTestLine(nil, l, 0))
	}
	short := lineOf(1)
	for _, size := range []int{blockSize - 1, blockSize, blockSize + 1, 2 * blockSize, 5*blockSize + 7, maxLine - 1, maxLine, maxLine + 1} {
		long := lineOf(size - len(short) + 1)
		if len(long) != size {
			t.Fatalf("a line of %d bytes, not of %d", len(long), size)
		}
		var lengths []int
		for l, err := range Read(strings.NewReader(short+long+short+long[:size-1]), testFormat) {
			if err != nil {
				lengths = append(lengths, -1)
				continue
			}
			lengths = append(lengths, len(lineOf(len(l.Reason))))
		}
		want := []int{len(short), size, len(short)}
		if size > maxLine {
			want[1] = -1
		}
		if !slices.Equal(lengths, want) {
			t.Errorf("of %d bytes: %v, not %v", size, lengths, want)
		}
	}
}

func TestReadGoesOnAfterALongLine(t *testing.T) {
	line := string(appendTestLine(nil, &testLine{URL: "https://h/a", Outcome: fetched}, 0))
	var got []string
	for _, err := range Read(strings.NewReader(line+strings.Repeat("x", 3<<20)+"\n"+line+"\n"+line+`{"torn`), testFormat) {
		got = append(got, fmt.Sprint(err))
	}
	want := []string{"<nil>", "manifest.jsonl:2: longer than 1048576 bytes", "<nil>", "manifest.jsonl:4: unexpected end of JSON input", "<nil>"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
