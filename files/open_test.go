package files_test

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"

	"crawl/files"
)

// TestOpenModes tries the modes of Python's open: what they need, allow and leave.
func TestOpenModes(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		for mode, c := range map[string]struct {
			flag          int
			absent        bool // opens a file that is missing
			present       bool // opens one that is there
			reads, writes bool
			left          string // of "old", after writing "N" at once
		}{
			"r":  {os.O_RDONLY, false, true, true, false, "old"},
			"r+": {os.O_RDWR, false, true, true, true, "Nld"},
			"w":  {os.O_WRONLY | os.O_CREATE | os.O_TRUNC, true, true, false, true, "N"},
			"w+": {os.O_RDWR | os.O_CREATE | os.O_TRUNC, true, true, true, true, "N"},
			"a":  {os.O_WRONLY | os.O_CREATE | os.O_APPEND, true, true, false, true, "oldN"},
			"a+": {os.O_RDWR | os.O_CREATE | os.O_APPEND, true, true, true, true, "oldN"},
			"x":  {os.O_WRONLY | os.O_CREATE | os.O_EXCL, true, false, false, true, "old"},
			"x+": {os.O_RDWR | os.O_CREATE | os.O_EXCL, true, false, true, true, "old"},
		} {
			f, err := eng.Open(t.Context(), "absent-"+mode, c.flag)
			if (err == nil) != c.absent {
				t.Errorf("%s, absent: %v", mode, err)
			}
			if err == nil {
				must(t, f.Close())
			}
			put(t, eng, mode, "old")
			f, err = eng.Open(t.Context(), mode, c.flag)
			if (err == nil) != c.present {
				t.Errorf("%s, present: %v", mode, err)
			}
			if err == nil {
				if _, err := f.Write([]byte("N")); (err == nil) != c.writes {
					t.Errorf("%s: write: %v", mode, err)
				}
				if _, err := f.Read(make([]byte, 9)); (err == nil || err == io.EOF) != c.reads {
					t.Errorf("%s: read: %v", mode, err)
				}
				must(t, f.Close())
			}
			if got, err := eng.ReadFile(t.Context(), mode); string(got) != c.left || err != nil {
				t.Errorf("%s: left %q, %v", mode, got, err)
			}
		}
	})
}

// TestOpenFile does what can be done with an open file.
func TestOpenFile(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		f, err := eng.Open(t.Context(), "file", os.O_RDWR|os.O_CREATE)
		must(t, err)
		if f.Name() != "file" {
			t.Errorf("name %q", f.Name())
		}
		for _, line := range []string{"one\n", "two\n", "three\n"} { // writelines
			_, err := io.WriteString(f, line)
			must(t, err)
		}
		if at, err := f.Seek(0, io.SeekCurrent); at != 14 || err != nil { // tell
			t.Errorf("at %d, %v", at, err)
		}
		_, err = f.Seek(0, io.SeekStart)
		must(t, err)
		buffered := bufio.NewReader(f)
		if ahead, err := buffered.Peek(3); string(ahead) != "one" || err != nil {
			t.Errorf("peek %q, %v", ahead, err)
		}
		if line, err := buffered.ReadString('\n'); line != "one\n" || err != nil {
			t.Errorf("readline %q, %v", line, err)
		}
		if rest, err := io.ReadAll(buffered); string(rest) != "two\nthree\n" || err != nil {
			t.Errorf("readall %q, %v", rest, err)
		}
		into := make([]byte, 3)
		if _, err := f.ReadAt(into, 4); string(into) != "two" || err != nil {
			t.Errorf("pread %q, %v", into, err)
		}
		if _, err := f.WriteAt([]byte("TWO"), 4); err != nil {
			t.Errorf("pwrite: %v", err)
		}
		must(t, f.Truncate(8))
		must(t, f.Sync())
		if info, err := f.Stat(); err != nil || info.Size() != 8 {
			t.Errorf("got %v, %v", info, err)
		}
		must(t, f.Close())
		_, read := f.Read(into)
		_, write := f.Write(into)
		_, seek := f.Seek(0, io.SeekStart)
		for _, err := range []error{read, write, seek, f.Truncate(0), f.Sync(), f.Close()} {
			if !errors.Is(err, fs.ErrClosed) {
				t.Errorf("after Close: %v", err)
			}
		}
		if got, err := eng.ReadFile(t.Context(), "file"); string(got) != "one\nTWO\n" || err != nil {
			t.Errorf("left %q, %v", got, err)
		}
	})
}
