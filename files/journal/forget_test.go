package journal

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"crawl/files/errfs"
)

func TestFreshForgets(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	f.run(m, "a")
	f.kill(m)
	m = f.open(Options{Fresh: true})
	if f.exists("bodies/h/a") || f.exists(temp) {
		t.Error("a body is left")
	}
	f.run(m, "b")
	f.close(m)
	f.expect("b")
}

func TestFreshKeepsWholeBodies(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	f.run(m, "a")
	if err := f.eng.PutFile(t.Context(), "bodies/h/half", []byte("ha")); err != nil {
		t.Fatal(err)
	}
	f.kill(m)
	m = f.open(Options{Fresh: true, Keep: true})
	if !f.exists("bodies/h/a") {
		t.Error("a whole body is gone")
	}
	if f.exists("bodies/h/half") {
		t.Error("half a body is left")
	}
	f.close(m)
	f.expect()
}

func TestFreshRemovesOnlyACrawls(t *testing.T) {
	const record = `"url":"https://h/a","outcome":"failed"}` + "\n"
	tests := []struct {
		name, manifest, marker string
		ours                   bool
	}{
		{"bodies alone", "", "", false},
		{"another's manifest", "Name: x\n", "", false},
		{"another's JSON", "{" + record, "", false},
		{"half a line", `{"schema":1,"url":"https://h/a"`, "", false},
		{"our manifest", `{"schema":1,` + record, "", true},
		{"that of a newer program", `{"schema":9,` + record, "", true},
		{"our marker", "", `{"bytes":0,"clean":false,"since":1}`, true},
		{"our marker, torn", "", `{"by`, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFolder(t)
			f.write("bodies/patient.txt", "precious")
			for name, text := range map[string]string{Name: test.manifest, markerName: test.marker} {
				if text != "" {
					f.write(name, text)
				}
			}
			m, err := Open(t.Context(), f.eng, testFormat, Options{Fresh: true})
			if test.ours {
				if err != nil {
					t.Fatal(err)
				}
				f.close(m)
				if f.exists("bodies") || f.exists(temp) {
					t.Error("bodies are left")
				}
				return
			}
			const says = "holds a folder bodies that is not a crawl's: choose another folder"
			if foreign, ok := errors.AsType[*ForeignError](err); !ok || foreign.Name != "bodies" || err.Error() != says {
				t.Errorf("got %v, want a ForeignError", err)
			}
			if f.read("bodies/patient.txt") != "precious" || f.read(Name) != test.manifest {
				t.Error("something was removed")
			}
		})
	}
}

// TestEveryFaultWhileForgetting breaks off at each step, as kill -9 would. The next
// start must find the earlier run whole or gone, and nothing that no line names.
func TestEveryFaultWhileForgetting(t *testing.T) {
	const unclean, clean = `{"bytes":0,"clean":false,"since":1}`, `{"bytes":%,"clean":true,"since":1}`
	tests := []struct {
		name, marker string
		orphan       bool
		next         Options
	}{
		{"after a kill", unclean, true, Options{}},
		{"after a kill, then fresh", unclean, true, Options{Fresh: true}},
		{"after a clean end", clean, false, Options{}},
		{"marker lost", "", false, Options{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for nth, done := 1, false; !done; nth++ {
				f := newFolder(t)
				lines := appendTestLine(appendTestLine(nil, f.store("a"), 1), f.store("b"), 0)
				f.write(Name, string(lines))
				if test.marker != "" {
					f.write(markerName, strings.Replace(test.marker, "%", strconv.Itoa(len(lines)), 1))
				}
				if test.orphan {
					f.store("orphan")
				}
				failing := errfs.New(f.eng, errfs.Rule{Nth: nth, Times: 1, Err: syscall.EIO})
				m, err := Open(t.Context(), failing, testFormat, Options{Fresh: true})
				if err == nil {
					m.quit()
					m.done.Wait()
					m.log.Close() // may be where the fault strikes
					m.unlock()
				}
				done = len(failing.Injected()) == 0

				f.close(f.open(test.next))
				if urls, _ := f.urls(); len(urls) != 0 && (test.next.Fresh || !slices.Equal(urls, []string{"a", "b"})) {
					t.Errorf("fault %d: records of %q", nth, urls)
				}
				if sum := f.verify(); sum.Problems != 0 || f.exists(temp) || f.exists("bodies/h/orphan") {
					t.Errorf("fault %d: %+v", nth, sum)
				}
			}
		})
	}
}
