package files

import (
	"io/fs"
	"syscall"
	"time"
)

func timesOf(info fs.FileInfo) Times {
	t := Times{info.ModTime(), info.ModTime(), info.ModTime()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		t.Read, t.Changed = time.Unix(st.Atim.Unix()), time.Unix(st.Ctim.Unix())
	}
	return t
}
