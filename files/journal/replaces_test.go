package journal

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"crawl/files/errfs"
)

// replacing is a journal as a transform's: the last line counts, and the files
// stand beside those of others.
var replacing = func() *Format[testLine] {
	f := *testFormat
	f.Kind, f.Bodies, f.Replaces = "transform", "", true
	f.Append = func(b []byte, l *testLine, schema int) []byte {
		line := *l
		if line.Kind = ""; schema != 0 {
			line.Kind = "transform"
		}
		return appendTestLine(b, &line, schema)
	}
	return &f
}()

// output stores a file and returns the line of the input that it was made from.
func (f *folder) output(input, path, text string) *testLine {
	f.Helper()
	f.write(path, text)
	hash := XXH3.New()
	hash.Write([]byte(text))
	return &testLine{URL: input, Outcome: "transformed", Bytes: int64(len(text)), XXH3: hex.EncodeToString(hash.Sum(nil)), Path: path}
}

func (f *folder) openReplacing(opt Options) *Journal[testLine] {
	f.Helper()
	j, err := Open(f.Context(), f.eng, replacing, opt)
	if err != nil {
		f.Fatal(err)
	}
	return j
}

func (f *folder) problems() (Summary, []string) {
	f.Helper()
	found := []string{}
	sum, err := Verify(f.Context(), f.eng, replacing, 2, func(p Problem) { found = append(found, p.String()) })
	if err != nil {
		f.Fatal(err)
	}
	slices.Sort(found)
	return sum, found
}

// inputs are those with a line, in order.
func (f *folder) inputs() (inputs []string) {
	f.Helper()
	for l, err := range Lines(f.Context(), f.eng, replacing) {
		if err != nil {
			f.Fatal(err)
		}
		inputs = append(inputs, l.URL)
	}
	return inputs
}

func TestVerifyJudgesTheLastLine(t *testing.T) {
	tests := []struct {
		name   string
		record func(f *folder) []*testLine
		bodies int64
		want   []string
	}{
		{"changed input", func(f *folder) []*testLine {
			return []*testLine{f.output("a", "a.gz", "one"), f.output("b", "b.gz", "b"), f.output("a", "a.gz", "second")}
		}, 2, nil},
		{"now fails", func(f *folder) []*testLine {
			return []*testLine{f.output("a", "a.gz", "one"), {URL: "a", Outcome: failed}}
		}, 0, nil},
		{"now elsewhere, and the first output removed", func(f *folder) []*testLine {
			first := f.output("a", "a.gz", "one")
			os.Remove(filepath.Join(f.dir, "a.gz"))
			return []*testLine{first, f.output("a", "a.zst", "one")}
		}, 1, nil},
		{"output of another input", func(f *folder) []*testLine {
			return []*testLine{f.output("x/a", "a.gz", "one"), f.output("y/a", "a.gz", "two")}
		}, 1, nil},
		{"the last one is wrong", func(f *folder) []*testLine {
			second := f.output("a", "a.gz", "second")
			return []*testLine{f.output("a", "a.gz", "one"), second}
		}, 0, []string{"size: line 2: a.gz: 3 bytes, not 6"}},
		{"content", func(f *folder) []*testLine {
			line := f.output("a", "a.gz", "one")
			f.write("a.gz", "two")
			return []*testLine{line}
		}, 0, []string{"xxh3: line 1: a.gz: other content than was stored"}},
		{"the other sum", func(f *folder) []*testLine { return []*testLine{f.store("a"), f.output("b", "b.gz", "b")} }, 2, nil},
		{"outside", func(f *folder) []*testLine {
			line := f.output("a", "a.gz", "one")
			line.Path = "../a.gz"
			return []*testLine{line}
		}, 0, []string{"outside: line 1: ../a.gz: the path leads out of the folder"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFolder(t)
			f.write("others.txt", "of somebody else")
			f.write("bodies/others.txt", "of somebody else")
			j := f.openReplacing(Options{})
			lines := test.record(f)
			for _, l := range lines {
				if err := j.Append(t.Context(), l); err != nil {
					t.Fatal(err)
				}
			}
			f.close(j)
			sum, got := f.problems()
			if !slices.Equal(got, append([]string{}, test.want...)) || sum.Bodies != test.bodies || sum.Records != int64(len(lines)) {
				t.Errorf("%+v and %q, want %d files and %q", sum, got, test.bodies, test.want)
			}
		})
	}
}

// TestRecoverWhatWasReplaced breaks runs off. What is left must say of each file
// what it is, or nothing.
func TestRecoverWhatWasReplaced(t *testing.T) {
	tests := []struct {
		name   string
		broken func(f *folder, j *Journal[testLine]) // a second run, after which the process dies
		want   []string
		drop   int
	}{
		{"nothing lost", func(f *folder, j *Journal[testLine]) {
			f.append(j, f.output("a", "a.gz", "second"))
			f.append(j, f.output("a", "a.gz", "third"))
		}, []string{"a", "b", "a", "a"}, 0},
		{"replaced, and no line yet", func(f *folder, j *Journal[testLine]) {
			f.output("a", "a.gz", "second")
		}, []string{"b"}, 1},
		{"removed by somebody", func(f *folder, j *Journal[testLine]) {
			os.Remove(filepath.Join(f.dir, "a.gz"))
		}, []string{"a", "b"}, 0},
		{"line, and the file lost in a power failure", func(f *folder, j *Journal[testLine]) {
			f.append(j, f.output("a", "a.gz", "second"))
			f.append(j, f.output("c", "c.gz", "c"))
			f.write("a.gz", "")
		}, []string{"b", "c"}, 1},
		{"file of two inputs lost", func(f *folder, j *Journal[testLine]) {
			f.append(j, f.output("other/a", "a.gz", "second"))
			f.write("a.gz", "\x00\x00\x00\x00\x00\x00")
		}, []string{"b"}, 1},
		{"torn line", func(f *folder, j *Journal[testLine]) {
			f.append(j, f.output("a", "a.gz", "second"))
			f.output("a", "a.gz", "third")
			f.write(Name, f.read(Name)+`{"url":"a`)
		}, []string{"b"}, 1},
	}
	for _, test := range tests {
		for _, how := range []Sync{SyncGroup, SyncNone} {
			t.Run(test.name+", "+string(how), func(t *testing.T) {
				f := newFolder(t)
				f.write("others.txt", "of somebody else")
				j := f.openReplacing(Options{})
				f.append(j, f.output("a", "a.gz", "one"))
				f.append(j, f.output("b", "b.gz", "b"))
				f.close(j)
				old := time.Now().Add(-time.Hour)
				for _, name := range []string{"a.gz", "b.gz"} {
					if err := os.Chtimes(filepath.Join(f.dir, name), old, old); err != nil {
						t.Fatal(err)
					}
				}
				j = f.openReplacing(Options{Sync: how})
				test.broken(f, j)
				f.kill(j)

				j = f.openReplacing(Options{Sync: how})
				if got := j.Recovered().Dropped; got != test.drop || j.Recovered().Removed != 0 {
					t.Errorf("recovered %+v, want %d lines dropped", j.Recovered(), test.drop)
				}
				if got := f.inputs(); !slices.Equal(got, test.want) {
					t.Errorf("lines of %q, want %q", got, test.want)
				}
				f.append(j, f.output("d", "d.gz", "d"))
				f.close(j)
				if mark, _, err := readMarker(t.Context(), f.eng); err != nil || !endsLine(f.read(Name), mark.Bytes) {
					t.Errorf("marker %+v, %v", mark, err)
				}
				if !strings.HasPrefix(f.read(Name), `{"schema":1,"kind":"transform",`) || strings.Count(f.read(Name), "schema") != 1 {
					t.Errorf("the schema is not on the first line alone:\n%s", f.read(Name))
				}
				if !f.exists("others.txt") {
					t.Error("somebody's file is gone")
				}
			})
		}
	}
}

func endsLine(text string, at int64) bool {
	return at == 0 || at <= int64(len(text)) && text[at-1] == '\n'
}

// TestEveryFaultWhileRepairingReplaced fails each operation of a repair in turn.
func TestEveryFaultWhileRepairingReplaced(t *testing.T) {
	for nth := 1; ; nth++ {
		f := newFolder(t)
		j := f.openReplacing(Options{})
		f.append(j, f.output("a", "a.gz", "one"))
		f.append(j, f.output("b", "b.gz", "b"))
		f.append(j, f.output("a", "a.gz", "second"))
		f.kill(j)
		f.write("a.gz", "")

		failing := errfs.New(f.eng, errfs.Rule{Nth: nth, Times: 1, Err: syscall.EIO})
		j, err := Open(t.Context(), failing, replacing, Options{})
		if err == nil {
			j.quit()
			j.done.Wait()
			j.log.Close() // may be where the fault strikes
			j.unlock()
		}
		f.close(f.openReplacing(Options{}))
		if got := f.inputs(); !slices.Equal(got, []string{"b"}) {
			t.Errorf("fault %d: lines of %q", nth, got)
		}
		if sum, problems := f.problems(); sum.Problems != 0 || sum.Bodies != 1 {
			t.Errorf("fault %d: %+v, %q", nth, sum, problems)
		}
		if len(failing.Injected()) == 0 {
			return
		}
	}
}

func TestFreshForgetsTheJournalAlone(t *testing.T) {
	for _, keep := range []bool{false, true} {
		f := newFolder(t)
		j := f.openReplacing(Options{})
		f.append(j, f.output("a", "a.gz", "one"))
		f.append(j, f.output("b", "bodies/b.gz", "b"))
		f.kill(j)
		f.close(f.openReplacing(Options{Fresh: true, Keep: keep}))
		if got := f.inputs(); len(got) != 0 {
			t.Errorf("lines of %q", got)
		}
		if !f.exists("a.gz") || !f.exists("bodies/b.gz") {
			t.Error("an output was removed")
		}
	}
}

// TestForeignJournalsAreLeftAlone: DIR may be anybody's folder.
func TestForeignJournalsAreLeftAlone(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a crawl's", `{"schema":1,"url":"https://h/a","outcome":"failed"}` + "\n", "manifest.jsonl is that of a crawl, not of a transform"},
		{"another kind", `{"schema":1,"kind":"backup"}` + "\n", "manifest.jsonl is that of a backup, not of a transform"},
		{"somebody's", "{\"name\":1}\n{\"name\":2}", "holds a file manifest.jsonl that is not a crawl's: choose another folder"},
		{"one line without its end", "{}", "holds a file manifest.jsonl that is not a crawl's: choose another folder"},
	}
	for _, test := range tests {
		for _, fresh := range []bool{false, true} {
			t.Run(test.name+", fresh "+strconv.FormatBool(fresh), func(t *testing.T) {
				f := newFolder(t)
				f.write(Name, test.text)
				if _, err := Open(t.Context(), f.eng, replacing, Options{Fresh: fresh}); err == nil || err.Error() != test.want {
					t.Errorf("got %v", err)
				}
				if f.read(Name) != test.text {
					t.Error("it was changed")
				}
			})
		}
	}
}

func TestReadersRefuseAnotherKind(t *testing.T) {
	f := newFolder(t)
	f.write(Name, `{"schema":1,"url":"https://h/a","outcome":"failed"}`+"\n")
	_, verified := Verify(t.Context(), f.eng, replacing, 1, func(p Problem) { t.Error(p) })
	_, indexed := OpenIndex(t.Context(), f.eng, replacing, replacing.Key)
	var read error
	for _, err := range Lines(t.Context(), f.eng, replacing) {
		read = err
	}
	for name, err := range map[string]error{"verify": verified, "index": indexed, "lines": read} {
		if kind, ok := errors.AsType[*KindError](err); !ok || kind.Kind != Crawl {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestKindOf(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a crawl's", `{"schema":1,"url":"https://h/a"}` + "\n", Crawl},
		{"a transform's", `{"schema":2,"kind":"transform"}` + "\n{}\n", "transform"},
		{"long", `{"schema":1,"kind":"transform","stderr":"` + strings.Repeat("x", 100_000) + `"}` + "\n", "transform"},
		{"empty", "", ""},
		{"torn", `{"schema":1,"kind":"transform"}`, ""},
		{"no schema", `{"kind":"transform"}` + "\n", ""},
		{"no JSON", "kind\n", ""},
		{"too long", strings.Repeat("x", 3<<20) + "\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFolder(t)
			f.write(Name, test.text)
			if got, err := KindOf(t.Context(), f.eng); err != nil || got != test.want {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	if _, err := KindOf(t.Context(), newFolder(t).eng); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no journal: %v", err)
	}
}
