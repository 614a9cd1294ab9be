package files

import (
	"io/fs"
	"syscall"
	"time"
)

func timesOf(info fs.FileInfo) Times {
	t := Times{info.ModTime(), info.ModTime(), info.ModTime()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		t.Read, t.Changed = time.Unix(st.Atimespec.Unix()), time.Unix(st.Ctimespec.Unix())
	}
	return t
}
