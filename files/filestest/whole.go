package filestest

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"crawl/files"
	"crawl/files/errfs"
)

// keepOpen wraps an engine that somebody else closes.
type keepOpen struct{ files.Engine }

func (keepOpen) Close() error { return nil }

// wholeOrNot lets each step of a write fail: the old text stands, and nothing else.
func wholeOrNot(t *testing.T, eng files.Engine, _ string) {
	for _, test := range []struct {
		name  string
		write string
		rule  errfs.Rule
		want  error
	}{
		{"no descriptor", "Draft", errfs.Rule{Op: errfs.Draft, Err: syscall.EMFILE}, syscall.EMFILE},
		{"first write", "Draft", errfs.Rule{Op: errfs.DraftWrite}, syscall.EIO},
		{"short second write", "Draft", errfs.Rule{Op: errfs.DraftWrite, Nth: 2, Short: true}, syscall.EIO},
		{"full disk", "Draft", errfs.Rule{Budget: 7000}, syscall.ENOSPC},
		{"permissions", "Draft", errfs.Rule{Op: errfs.DraftChmod}, syscall.EIO},
		{"commit", "Draft", errfs.Rule{Op: errfs.DraftCommit}, syscall.EIO},
		{"full disk", "WriteFile", errfs.Rule{Budget: 7000}, syscall.ENOSPC},
	} {
		t.Run(test.write+" "+test.name, func(t *testing.T) {
			faulty := errfs.New(keepOpen{eng}, test.rule)
			defer faulty.Close()
			must(t, eng.PutFile(t.Context(), "d/old", []byte("old")))
			for _, name := range []string{"d/old", "d/new"} {
				err := writers(faulty)[test.write](t.Context(), name, []byte(strings.Repeat("x", 10000)))
				wantErr(t, err, test.want)
			}
			if len(faulty.Injected()) == 0 {
				t.Error("no fault was injected")
			}
			wants(t, eng, "d/old", "old")
			tidy(t, eng, "d", "old")
		})
	}

	// Who overlooks that a write failed can't commit the file.
	faulty := errfs.New(keepOpen{eng}, errfs.Rule{Op: errfs.DraftWrite, Nth: 2, Times: 1})
	d, err := faulty.Draft(t.Context(), "d/gap")
	must(t, err)
	for range 3 {
		_, _ = d.Write([]byte("line\n")) // overlooked
	}
	wantErr(t, d.Commit(t.Context()), syscall.EIO)
	must(t, d.Discard())
	if _, err := eng.Stat(t.Context(), "d/gap"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file with a gap stands: %v", err)
	}
}
