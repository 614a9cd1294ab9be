package filestest

import (
	"fmt"
	"io/fs"
	"runtime"
	"testing"

	"crawl/files"
)

// modes gives drafts permission bits, over what stands there with others, and finds
// them at the start of the file.
func modes(t *testing.T, eng files.Engine, _ string) {
	if runtime.GOOS == "windows" {
		return // which has none
	}
	ctx := t.Context()
	for _, mode := range []fs.FileMode{0o600, 0o644, 0o666, 0o755, 0o444, 0o400} {
		for _, name := range []string{"d/one", fmt.Sprintf("d/%o", mode)} {
			d, err := eng.Draft(ctx, name)
			must(t, err)
			must(t, d.Chmod(0o777))
			must(t, d.Chmod(mode|fs.ModeSetuid|fs.ModeSticky)) // which are not permission bits
			_, err = d.Write([]byte("text"))
			must(t, err)
			must(t, d.Commit(ctx))
			info, err := eng.Stat(ctx, name)
			must(t, err)
			if info.Mode() != mode {
				t.Errorf("%s has mode %v, want %v", name, info.Mode(), mode)
			}
			for _, room := range []int{0, 4, 5} {
				start, err := eng.ReadStart(ctx, name, make([]byte, room))
				must(t, err)
				if start.Mode != mode {
					t.Errorf("%s starts with mode %v, want %v", name, start.Mode, mode)
				}
				if start.Rest != nil {
					must(t, start.Rest.Close())
				}
			}
		}
	}
}
