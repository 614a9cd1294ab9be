//go:build unix

package stream

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"crawl/files"

	"golang.org/x/sys/unix"
)

// OpenPipe opens the named pipe name below the root of eng, os.O_RDONLY or
// os.O_WRONLY, and waits until somebody has the other end, or ctx ends. Only a writer
// has to ask again and again, at most 50 times a second.
func OpenPipe(ctx context.Context, eng files.Engine, name string, flag int) (*Stream, error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		f, err := open(ctx, eng, name, flag)
		if err == nil {
			return waitForWriter(ctx, f, name, flag)
		}
		if !errors.Is(err, unix.ENXIO) { // nobody reads
			return nil, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, &fs.PathError{Op: "open", Path: name, Err: context.Cause(ctx)}
		}
	}
}

func open(ctx context.Context, eng files.Engine, name string, flag int) (f *os.File, err error) {
	err = eng.Do(ctx, "open", name, func(root *os.Root) error {
		f, err = root.OpenFile(name, flag|unix.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		info, err := f.Stat()
		if err == nil && info.Mode().Type() != fs.ModeNamedPipe {
			err = errors.New("not a named pipe")
		}
		if err != nil {
			f.Close() // nothing was written
		}
		return err
	})
	return f, err
}

// waitForWriter keeps a reader that comes first from taking the absence of a writer
// for the end: read(2) says 0 to both.
func waitForWriter(ctx context.Context, f *os.File, name string, flag int) (*Stream, error) {
	s := bind(ctx, f, true)
	if flag != os.O_RDONLY {
		return s, nil
	}
	conn, err := f.SyscallConn()
	if err == nil {
		err = conn.Read(func(fd uintptr) bool {
			poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			n, err := unix.Poll(poll, 0)
			return err == nil && n > 0
		})
	}
	if err != nil {
		s.Close() // nothing was written
		return nil, &fs.PathError{Op: "open", Path: name, Err: s.why(err)}
	}
	return s, nil
}
