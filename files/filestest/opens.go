package filestest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"

	"crawl/files"
)

// openModes opens a file that is there and one that is not in each mode of
// Python's open, reads what it holds and writes "new".
func openModes(t *testing.T, eng files.Engine, _ string) {
	ctx := t.Context()
	for _, test := range []struct {
		mode        string
		flag        int
		old         error  // of opening the file that is there
		missing     error  // of opening the other
		reads, text string // what is read at first, and what is there at last
		readOnly    bool
		writeOnly   bool
	}{
		{mode: "r", flag: os.O_RDONLY, missing: fs.ErrNotExist, reads: "old text", text: "old text", readOnly: true},
		{mode: "r+", flag: os.O_RDWR, missing: fs.ErrNotExist, reads: "old text", text: "old textnew"},
		{mode: "w", flag: os.O_WRONLY | os.O_CREATE | os.O_TRUNC, text: "new", writeOnly: true},
		{mode: "w+", flag: os.O_RDWR | os.O_CREATE | os.O_TRUNC, text: "new"},
		{mode: "a", flag: os.O_WRONLY | os.O_CREATE | os.O_APPEND, text: "old textnew", writeOnly: true},
		{mode: "a+", flag: os.O_RDWR | os.O_CREATE | os.O_APPEND, reads: "old text", text: "old textnew"},
		{mode: "x", flag: os.O_WRONLY | os.O_CREATE | os.O_EXCL, old: fs.ErrExist, text: "old text"},
		{mode: "x+", flag: os.O_RDWR | os.O_CREATE | os.O_EXCL, old: fs.ErrExist, text: "old text"},
	} {
		t.Run(test.mode, func(t *testing.T) {
			must(t, eng.RemoveAll(ctx, "d"))
			must(t, eng.PutFile(ctx, "d/old", []byte("old text")))
			f, err := eng.Open(ctx, "d/missing", test.flag)
			if !errors.Is(err, test.missing) {
				t.Errorf("missing: %v, want %v", err, test.missing)
			}
			if err == nil {
				must(t, f.Close())
			}
			f, err = eng.Open(ctx, "d/old", test.flag)
			if !errors.Is(err, test.old) {
				t.Errorf("old: %v, want %v", err, test.old)
			}
			if err == nil {
				got, readErr := io.ReadAll(f)
				if (readErr != nil) != test.writeOnly || string(got) != test.reads {
					t.Errorf("read %q, %v", got, readErr)
				}
				if _, err := f.Write([]byte("new")); (err != nil) != test.readOnly {
					t.Errorf("write: %v", err)
				}
				if test.flag&os.O_APPEND != 0 {
					if _, err := f.WriteAt([]byte("x"), 0); err == nil {
						t.Error("WriteAt pretends to write elsewhere than at the end")
					}
				}
				must(t, f.Close())
			}
			wants(t, eng, "d/old", test.text)
		})
	}
}

func seek(t *testing.T, eng files.Engine, _ string) {
	must(t, eng.PutFile(t.Context(), "file", []byte("0123456789")))
	f, err := eng.Open(t.Context(), "file", os.O_RDWR)
	must(t, err)
	for _, test := range []struct {
		offset int64
		whence int
		want   int64
	}{{4, io.SeekStart, 4}, {2, io.SeekCurrent, 7}, {-3, io.SeekEnd, 7}, {-1, io.SeekCurrent, 7}} {
		at, err := f.Seek(test.offset, test.whence)
		if err != nil || at != test.want {
			t.Errorf("seek %d from %d: at %d, %v, want %d", test.offset, test.whence, at, err, test.want)
		}
		var one [1]byte
		if _, err := f.Read(one[:]); err != nil || int64(one[0]-'0') != test.want {
			t.Errorf("read %q, %v", one, err)
		}
	}
	_, err = f.Seek(-11, io.SeekEnd)
	if path, ok := errors.AsType[*fs.PathError](err); !ok || path.Path != "file" {
		t.Errorf("before the beginning: %v", err)
	}
	if at, err := f.Seek(3, io.SeekEnd); err != nil || at != 13 {
		t.Errorf("behind the end: %d, %v", at, err)
	}
	_, err = f.Write([]byte("x"))
	must(t, err)
	must(t, f.Close())
	wants(t, eng, "file", "0123456789\x00\x00\x00x")
}
