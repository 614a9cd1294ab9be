//go:build linux

package uring

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// answer is what the kernel says to one operation, and what must follow.
type answer struct {
	res    int32
	more   bool
	async  bool
	offset uint64 // of the next
}

func TestSteps(t *testing.T) {
	const eintr, eagain, eio, cancelled = -int32(unix.EINTR), -int32(unix.EAGAIN), -int32(unix.EIO), -int32(unix.ECANCELED)
	for _, test := range []struct {
		name    string
		fill    bool
		size    int64
		cancel  bool
		answers []answer
		n       int
		err     error
	}{
		{"one read", false, -1, false, []answer{{res: 3}}, 3, nil},
		{"filled", true, -1, false, []answer{{res: 10}}, 10, nil},
		{"short, then full", true, -1, false, []answer{{3, true, false, 103}, {7, false, false, 0}}, 10, nil},
		{"short, then the end", true, -1, false, []answer{{3, true, false, 103}, {0, false, false, 0}}, 3, nil},
		{"as short as the file", true, 3, false, []answer{{res: 3}}, 3, nil},
		{"shorter than the file", true, 5, false, []answer{{3, true, false, 103}, {2, false, false, 0}}, 5, nil},
		{"the file grew", true, 5, false, []answer{{7, true, false, 107}, {0, false, false, 0}}, 7, nil},
		{"interrupted", true, -1, false, []answer{{eintr, true, false, 100}, {10, false, false, 0}}, 10, nil},
		{"would block", true, -1, false, []answer{{eagain, true, true, 100}, {10, false, true, 0}}, 10, nil},
		{"would block for ever", true, -1, false, []answer{{eagain, true, true, 100}, {eagain, false, true, 0}}, 0, unix.EAGAIN},
		{"fails", true, -1, false, []answer{{3, true, false, 103}, {eio, false, false, 0}}, 3, unix.EIO},
		{"cancelled in the kernel", true, -1, true, []answer{{res: cancelled}}, 0, unix.ECANCELED},
		{"cancelled on a worker", true, -1, true, []answer{{res: eintr}}, 0, unix.ECANCELED},
		{"cancelled between two", true, -1, true, []answer{{res: 3}}, 3, unix.ECANCELED},
		{"cancelled too late", true, -1, true, []answer{{res: 10}}, 10, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := newRequest(0, -1)
			q.set(5, "", make([]byte, 10), 100, test.fill)
			q.size, q.cancelled = test.size, test.cancel
			for i, a := range test.answers {
				if more := q.step(a.res); more != a.more {
					t.Fatalf("answer %d: more is %v", i, more)
				}
				if a.more {
					if e := q.next(); e.off != a.offset || e.len != uint32(10-q.n) || (e.flags == sqeAsync) != a.async {
						t.Errorf("answer %d: next is %+v", i, e)
					}
				}
			}
			if q.n != test.n || q.err != test.err {
				t.Errorf("%d bytes, %v; want %d, %v", q.n, q.err, test.n, test.err)
			}
		})
	}
}

// An opened file that is none is not read, and an empty one need not be.
func TestStepAfterOpen(t *testing.T) {
	empty, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	folder, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	for _, test := range []struct {
		file *os.File
		err  error
	}{{empty, nil}, {folder, errNotRegular}} {
		q := newRequest(0, -1)
		q.set(-1, "name", make([]byte, 10), -1, true)
		if more := q.step(int32(test.file.Fd())); more || q.err != test.err || q.fd != int(test.file.Fd()) {
			t.Errorf("more %v, error %v, descriptor %d", more, q.err, q.fd)
		}
	}
}

// The ring itself opens nothing through a link, above its folder, or on a file
// system that New has not looked at, and waits for no pipe.
func TestOpensBeneath(t *testing.T) {
	needRing(t)
	root := t.TempDir()
	err := errors.Join(
		os.WriteFile(filepath.Join(root, "file"), []byte("text"), 0o644),
		os.Symlink("file", filepath.Join(root, "link")),
		os.Symlink("/", filepath.Join(root, "top")),
		unix.Mkfifo(filepath.Join(root, "pipe"), 0o644),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		dir, name string
		err       error
	}{
		{root, "file", nil},
		{root, "link", unix.ELOOP},
		{root, "top/etc/passwd", unix.ELOOP},
		{root, "../" + filepath.Base(root) + "/file", unix.EXDEV},
		{root, filepath.Join(root, "file"), unix.EXDEV},
		{root, "pipe", errNotRegular},
		{root, ".", errNotRegular},
		{root, "none", unix.ENOENT},
		{"/", "proc/version", unix.EXDEV},
	} {
		dir, err := os.Open(test.dir)
		if err != nil {
			t.Fatal(err)
		}
		q := newRequest(0, int(dir.Fd()))
		r, err := newRing([]*request{q}, enter)
		if err != nil {
			t.Fatal(err)
		}
		q.set(-1, test.name, make([]byte, 10), -1, true)
		r.do(t.Context(), q)
		if q.err != test.err || test.err == nil && string(q.buf[:q.n]) != "text" {
			t.Errorf("%s below %s: %q, %v; want %v", test.name, test.dir, q.buf[:q.n], q.err, test.err)
		}
		if q.fd >= 0 {
			unix.Close(q.fd)
		}
		r.close()
		dir.Close()
	}
}
