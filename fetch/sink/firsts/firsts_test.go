package firsts

import (
	"crypto/sha256"
	"fmt"
	"hash/maphash"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"crawl/files"
	"crawl/files/errfs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

func newTable(t testing.TB, rules ...errfs.Rule) *Table {
	t.Helper()
	direct, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	table := New(errfs.New(direct, rules...))
	t.Cleanup(func() {
		if err := table.Close(); err != nil {
			t.Error(err)
		}
		direct.Close()
	})
	return table
}

func sum(text string) []byte {
	s := sha256.Sum256([]byte(text))
	return s[:]
}

func TestTable(t *testing.T) {
	table := newTable(t)
	long := strings.Repeat("long/", 2000)
	note := func(i int) string {
		if i%100 == 7 {
			return fmt.Sprint(long, i)
		}
		return fmt.Sprint("bodies/h/", i)
	}
	const n = 5000 // beyond the tail
	for i := range n {
		if err := table.Add(t.Context(), sum(fmt.Sprint(i)), note(i), false); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		if err := table.Add(t.Context(), sum(fmt.Sprint(i)), "a later one", false); err != nil {
			t.Fatal(err)
		}
	}
	if table.Len() != n || table.file == nil {
		t.Errorf("%d entries", table.Len())
	}
	for i := range n + 10 {
		got, found, err := table.Find(sum(fmt.Sprint(i)))
		if err != nil || found != (i < n) || found && got != note(i) {
			t.Errorf("%d: %.40q, %t, %v", i, got, found, err)
		}
	}
	if err := table.Add(t.Context(), sum("3"), "instead", true); err != nil {
		t.Fatal(err)
	}
	if got, _, err := table.Find(sum("3")); got != "instead" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Two digests with one hash are two.
func TestEqualHashes(t *testing.T) {
	table := newTable(t)
	a, b := sum("a"), sum("b")
	if err := table.Add(t.Context(), a, "of a", false); err != nil {
		t.Fatal(err)
	}
	table.at[maphash.Bytes(table.seed, b)] = table.at[maphash.Bytes(table.seed, a)]
	if got, found, err := table.Find(b); found || err != nil {
		t.Errorf("%q, %t, %v", got, found, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	table := newTable(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 500 {
				text := fmt.Sprint(j)
				if err := table.Add(t.Context(), sum(text), text, false); err != nil {
					t.Error(i, err)
				}
				if got, found, err := table.Find(sum(text)); !found || got != text || err != nil {
					t.Error(i, got, found, err)
				}
			}
		})
	}
	all.Wait()
}

func TestFaults(t *testing.T) {
	for _, rule := range []errfs.Rule{
		{Op: errfs.Open, Err: syscall.EMFILE},
		{Op: errfs.FileWrite, Err: syscall.ENOSPC},
	} {
		table := newTable(t, rule)
		var err error
		for i := 0; err == nil && i < 100_000; i++ {
			err = table.Add(t.Context(), sum(fmt.Sprint(i)), "note", false)
		}
		if err == nil {
			t.Errorf("%+v: no error", rule)
		}
	}
}
