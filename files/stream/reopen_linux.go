package stream

import (
	"os"
	"strconv"
	"syscall"
)

// reopen opens the pipe or terminal behind f once more. To make the first one
// non-blocking would make it so for every process that shares it, such as the shell.
func reopen(f *os.File, flag int) (*os.File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode()&(os.ModeNamedPipe|os.ModeCharDevice) == 0 {
		return nil, os.ErrNoDeadline // a regular file would begin at its start again
	}
	return os.OpenFile("/proc/self/fd/"+strconv.Itoa(int(f.Fd())), flag|syscall.O_NONBLOCK, 0)
}
