package journal

import (
	"fmt"
	"slices"
	"syscall"
	"testing"

	"crawl/files/errfs"
)

// parts records three lines about the file "shared"; the one in the middle has a body,
// too.
func (f *folder) parts() {
	f.Helper()
	f.write("shared", "one,two,three")
	m := f.open(Options{})
	body := f.store("b")
	body.Part, body.Offset = "two", 4
	f.append(m, &testLine{URL: "https://h/a", Outcome: fetched, Part: "one"})
	f.append(m, body)
	f.append(m, &testLine{URL: "https://h/c", Outcome: failed, Part: "three", Offset: 8})
	f.kill(m)
}

func TestVerifySections(t *testing.T) {
	tests := []struct {
		name   string
		shared string
		want   []string
	}{
		{"as recorded", "one,two,three", nil},
		{"more", "one,two,three,four", nil},
		{"damaged", "one,TWO,three", []string{"damaged: line 2: shared: another part"}},
		{"cut", "one,two,thre", []string{"size: line 3: shared: ends at byte 12, before 13"}},
		{"gone", "", []string{"missing: line 1: shared: no such file", "missing: line 2: shared: no such file", "missing: line 3: shared: no such file"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFolder(t)
			f.parts()
			f.write("shared", test.shared)
			if test.shared == "" {
				if err := f.eng.Remove(t.Context(), "shared"); err != nil {
					t.Fatal(err)
				}
			}
			var got []string
			sum, err := Verify(t.Context(), f.eng, testFormat, 1, func(p Problem) { got = append(got, p.String()) })
			slices.Sort(got)
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
			if want := (Summary{Records: 3, Bodies: 1, Bytes: 9, Sections: int64(3 - len(test.want)), Problems: int64(len(test.want))}); sum != want {
				t.Errorf("%+v, want %+v", sum, want)
			}
		})
	}
}

// What power failure took from a shared file costs the lines about it, and the bodies
// beside them.
func TestSectionsAfterPowerFailure(t *testing.T) {
	for shared, want := range map[string][]string{
		"one,two,three":          {"a", "b", "c"},
		"one,two,th":             {"a", "b"},
		"one,\x00\x00\x00,three": {"a", "c"},
	} {
		t.Run(fmt.Sprintf("%q", shared), func(t *testing.T) {
			f := newFolder(t)
			f.parts()
			f.write("shared", shared)
			m := f.open(Options{})
			if got := m.Recovered().Dropped; got != 3-len(want) {
				t.Errorf("%d dropped", got)
			}
			f.close(m)
			if urls, _ := f.urls(); !slices.Equal(urls, want) {
				t.Errorf("left: %q, want %q", urls, want)
			}
			if f.exists("bodies/h/b") != slices.Contains(want, "b") {
				t.Error("the body and its line have parted")
			}
		})
	}
}

func TestSectionOnBrokenDisk(t *testing.T) {
	f := newFolder(t)
	f.parts()
	failing := errfs.New(f.eng, errfs.Rule{Op: errfs.FileRead, Name: "shared", Err: syscall.EIO})
	var got []ProblemKind
	sum, err := Verify(t.Context(), failing, testFormat, 1, func(p Problem) { got = append(got, p.Kind) })
	if err != nil || !slices.Equal(got, []ProblemKind{Unreadable, Unreadable, Unreadable}) || sum.Bodies != 1 || sum.Sections != 0 {
		t.Errorf("%q, %+v, %v", got, sum, err)
	}
}
