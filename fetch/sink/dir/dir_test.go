package dir

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"go.uber.org/goleak"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/files"
	"crawl/files/errfs"
)

func TestMain(m *testing.M) {
	// ants starts the goroutines of its default pool in an init and never ends them.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
}

func newSink(t testing.TB, rules ...errfs.Rule) (*Sink, string, *errfs.Engine) {
	t.Helper()
	folder := t.TempDir()
	direct, err := files.NewDirect(folder, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { direct.Close() })
	eng := errfs.New(direct, rules...)
	return New(eng), folder, eng
}

func record(body io.Reader) *fetch.Record {
	return &fetch.Record{Status: 200, Body: io.NopCloser(body)}
}

// tree lists the files below folder.
func tree(t *testing.T, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(folder, path) // both are absolute
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

var sizes = map[string]int{"empty": 0, "one": 1, "small": smallBuffer - 1, "small buffer": smallBuffer, "beyond": smallBuffer + 1,
	"whole": 64 << 10, "streamed": 64<<10 + 1, "buffers": 3 * largeBuffer, "large": 1<<20 + 7}

func TestPut(t *testing.T) {
	readers := map[string]func(io.Reader) io.Reader{
		"plain":      func(r io.Reader) io.Reader { return r },
		"half":       iotest.HalfReader,
		"data error": iotest.DataErrReader,
	}
	for size, n := range sizes {
		for how, reader := range readers {
			t.Run(size+" "+how, func(t *testing.T) {
				s, folder, _ := newSink(t)
				body := bytes.Repeat([]byte("0123456789abcde\n"), n/16+1)[:n]
				want := sink.Stored{Path: "bodies/h/dir/a.html", Bytes: int64(n), SHA256: sha256.Sum256(body)}
				for range 2 { // the second in place of the first
					got, err := s.Put(t.Context(), record(reader(bytes.NewReader(body))), "https://h/dir/a.html")
					if err != nil || got != want {
						t.Fatalf("got %+v, %v, want %+v", got, err, want)
					}
				}
				if got := tree(t, folder); !slices.Equal(got, []string{want.Path}) {
					t.Errorf("files %q", got)
				}
				data, err := os.ReadFile(filepath.Join(folder, want.Path))
				if err != nil || !bytes.Equal(data, body) {
					t.Errorf("stored %d bytes, %v", len(data), err)
				}
				got, found, err := s.Exists(t.Context(), "https://h/dir/a.html")
				if err != nil || !found || got != want {
					t.Errorf("exists %+v, %t, %v", got, found, err)
				}
			})
		}
	}
}

func TestBodyErrorLeavesNothing(t *testing.T) {
	broken := errors.New("cut")
	for size, n := range sizes {
		t.Run(size, func(t *testing.T) {
			s, folder, _ := newSink(t)
			body := io.MultiReader(strings.NewReader(strings.Repeat("x", n)), iotest.ErrReader(broken))
			if _, err := s.Put(t.Context(), record(body), "https://h/a.html"); err != broken {
				t.Errorf("got %v, want the body's own error", err)
			}
			if got := tree(t, folder); len(got) > 0 {
				t.Errorf("files %q", got)
			}
		})
	}
}

func TestDiskErrors(t *testing.T) {
	const large = 1 << 20
	tests := []struct {
		name string
		size int
		rule errfs.Rule
	}{
		{"whole body, full disk", 100, errfs.Rule{Op: errfs.PutFile, Err: syscall.ENOSPC}},
		{"open", large, errfs.Rule{Op: errfs.Open, Err: syscall.EMFILE}},
		{"first write", large, errfs.Rule{Op: errfs.FileWrite, Err: syscall.ENOSPC}},
		{"full midway", large, errfs.Rule{Op: errfs.FileWrite, Budget: large / 2}},
		{"short write", large, errfs.Rule{Op: errfs.FileWrite, Nth: 3, Short: true, Err: syscall.EIO}},
		{"close", large, errfs.Rule{Op: errfs.FileClose, Err: syscall.EIO}},
		{"rename", large, errfs.Rule{Op: errfs.Rename, Err: syscall.EACCES}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, folder, eng := newSink(t, test.rule)
			_, err := s.Put(t.Context(), record(strings.NewReader(strings.Repeat("x", test.size))), "https://h/a.html")
			if disk := (*sink.Error)(nil); !errors.As(err, &disk) {
				t.Errorf("got %v, want an Error", err)
			}
			if len(eng.Injected()) == 0 {
				t.Error("nothing was injected")
			}
			if got := tree(t, folder); len(got) > 0 {
				t.Errorf("files %q", got)
			}
		})
	}
}

// TestPlantedThings: what stands in the way of one body is no fault of the disk.
func TestPlantedThings(t *testing.T) {
	const url = "https://h/dir/a.html"
	tests := []struct {
		name  string
		plant func(folder string) error
	}{
		{"a folder for the body", func(folder string) error { return os.MkdirAll(folder+"/bodies/h/dir/a.html/x", 0o755) }},
		{"a file for the host", func(folder string) error {
			return errors.Join(os.Mkdir(folder+"/bodies", 0o755), os.WriteFile(folder+"/bodies/h", nil, 0o600))
		}},
		{"a file for the folder", func(folder string) error {
			return errors.Join(os.MkdirAll(folder+"/bodies/h", 0o755), os.WriteFile(folder+"/bodies/h/dir", nil, 0o600))
		}},
		{"a link out for the host", func(folder string) error {
			return errors.Join(os.Mkdir(folder+"/bodies", 0o755), os.Symlink(filepath.Dir(folder), folder+"/bodies/h"))
		}},
		{"a link to itself for the host", func(folder string) error {
			return errors.Join(os.Mkdir(folder+"/bodies", 0o755), os.Symlink("h", folder+"/bodies/h"))
		}},
	}
	for _, test := range tests {
		for _, size := range []int{10, 1 << 20} {
			t.Run(test.name+" "+strconv.Itoa(size), func(t *testing.T) {
				s, folder, _ := newSink(t)
				if err := test.plant(folder); err != nil {
					t.Fatal(err)
				}
				_, err := s.Put(t.Context(), record(&endless{size}), url)
				if disk, ok := errors.AsType[*sink.Error](err); !ok || !disk.Local() {
					t.Errorf("got %v, want a local error", err)
				}
				if _, err := s.Put(t.Context(), record(&endless{size}), "https://other/"); err != nil {
					t.Errorf("another URL: %v", err)
				}
			})
		}
	}
}

// TestPlantedAboveAll: where nothing at all can be stored, no error is of one body.
func TestPlantedAboveAll(t *testing.T) {
	plants := map[string]func(folder string) error{
		"a file":     func(folder string) error { return os.WriteFile(folder+"/bodies", nil, 0o600) },
		"a link out": func(folder string) error { return os.Symlink(filepath.Dir(folder), folder+"/bodies") },
		"a file for temporary ones": func(folder string) error {
			return errors.Join(os.Mkdir(folder+"/.crawl", 0o755), os.WriteFile(folder+"/.crawl/tmp", nil, 0o600))
		},
	}
	for name, plant := range plants {
		t.Run(name, func(t *testing.T) {
			s, folder, _ := newSink(t)
			if err := plant(folder); err != nil {
				t.Fatal(err)
			}
			_, err := s.Put(t.Context(), record(&endless{1 << 20}), "https://h/a.html")
			if disk, ok := errors.AsType[*sink.Error](err); !ok || disk.Local() {
				t.Errorf("got %v, want an error of all", err)
			}
		})
	}
}

func TestEndOfContextIsNoDiskError(t *testing.T) {
	for _, size := range []int{10, 1 << 20} {
		s, folder, _ := newSink(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Put(ctx, record(strings.NewReader(strings.Repeat("x", size))), "https://h/a.html")
		if disk := (*sink.Error)(nil); !errors.Is(err, context.Canceled) || errors.As(err, &disk) {
			t.Errorf("got %v", err)
		}
		if got := tree(t, folder); len(got) > 0 {
			t.Errorf("files %q", got)
		}
	}
}

func TestExists(t *testing.T) {
	s, folder, _ := newSink(t)
	if _, found, err := s.Exists(t.Context(), "https://h/none"); found || err != nil {
		t.Errorf("nothing there: %t, %v", found, err)
	}
	if err := os.MkdirAll(filepath.Join(folder, New(nil).bodyPath("https://h/folder")), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.Exists(t.Context(), "https://h/folder"); found || err != nil {
		t.Errorf("a folder there: %t, %v", found, err)
	}
}

// endless gives n bytes without holding them.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.n)
	e.n -= n
	return n, nil
}

func TestMemoryDoesNotGrowWithTheBody(t *testing.T) {
	s, _, _ := newSink(t)
	if _, err := s.Put(t.Context(), record(&endless{1 << 20}), "https://h/warm"); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := s.Put(t.Context(), record(&endless{64 << 20}), "https://h/large"); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d bytes for one body", grown)
	}
}

func BenchmarkPut(b *testing.B) {
	s, _, _ := newSink(b)
	body := bytes.Repeat([]byte("x"), 4<<10)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ { // a name of its own for each: writing over a file costs more
		url := "http://127.0.0.1:8089/d/0/s/4096/" + strconv.Itoa(n)
		if _, err := s.Put(b.Context(), record(bytes.NewReader(body)), url); err != nil {
			b.Fatal(err)
		}
	}
}
