package temp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"

	"crawl/files"
	"crawl/files/errfs"
	"crawl/files/temp"
)

func engine(t testing.TB) *files.Direct {
	t.Helper()
	eng, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	return eng
}

func list(t testing.TB, eng files.Engine, dir string) []string {
	t.Helper()
	names, err := files.ListDir(t.Context(), eng, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return names
}

func TestFile(t *testing.T) {
	eng := engine(t)
	f, err := temp.File(t.Context(), eng, temp.Options{Dir: "tmp"})
	if err != nil {
		t.Fatal(err)
	}
	if got := list(t, eng, "tmp"); len(got) > 0 && runtime.GOOS != "windows" {
		t.Errorf("it has a name: %v", got)
	}
	_, err = f.Write([]byte("12345"))
	if _, moved := f.Seek(1, io.SeekStart); err != nil || moved != nil {
		t.Fatal(err, moved)
	}
	if got, err := io.ReadAll(f); string(got) != "2345" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := f.Close(); err != nil || len(list(t, eng, "tmp")) > 0 {
		t.Errorf("left %v, %v", list(t, eng, "tmp"), err)
	}
}

func TestNamedFile(t *testing.T) {
	eng := engine(t)
	ctx, cancel := context.WithCancel(t.Context())
	f, err := temp.NamedFile(ctx, eng, temp.Options{Prefix: "p-", Suffix: ".txt"})
	if err != nil {
		t.Fatal(err)
	}
	if name := f.Name(); !strings.HasPrefix(name, "p-") || !strings.HasSuffix(name, ".txt") || len(list(t, eng, ".")) != 1 {
		t.Errorf("%s in %v", name, list(t, eng, "."))
	}
	cancel() // cleans up nevertheless
	if err := errors.Join(f.Close(), f.Close()); err != nil || len(list(t, eng, ".")) > 0 {
		t.Errorf("left %v, %v", list(t, eng, "."), err)
	}
	f, err = temp.NamedFile(t.Context(), eng, temp.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil || len(list(t, eng, ".")) != 1 {
		t.Errorf("left %v, %v", list(t, eng, "."), err)
	}
	gone, err := temp.NamedFile(t.Context(), eng, temp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(eng.Remove(t.Context(), gone.Name()), gone.Close()); err != nil {
		t.Errorf("gone already: %v", err)
	}
	if _, err := temp.NamedFile(ctx, eng, temp.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestDir(t *testing.T) {
	eng := engine(t)
	d, err := temp.Dir(t.Context(), eng, temp.Options{Dir: "x/y"})
	if err != nil {
		t.Fatal(err)
	}
	if err := eng.PutFile(t.Context(), d.Name+"/a/b", nil); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Close(), d.Close()); err != nil || len(list(t, eng, "x/y")) > 0 {
		t.Errorf("left %v, %v", list(t, eng, "x/y"), err)
	}
	d, err = temp.Dir(t.Context(), eng, temp.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil || len(list(t, eng, d.Name)) != 0 {
		t.Errorf("%v", err)
	}
	if ok, err := files.IsDir(t.Context(), eng, d.Name); !ok || err != nil {
		t.Errorf("not kept: %v", err)
	}
}

// FuzzSpooled does the same to a spooled file and to one on disk.
func FuzzSpooled(f *testing.F) {
	f.Add([]byte{0, 10, 1, 5, 2, 3, 3, 4}, uint8(8))
	f.Add([]byte{0, 10, 2, 200, 0, 10, 3, 0, 1, 255}, uint8(255))
	f.Add([]byte{2, 20, 0, 1, 4, 30, 1, 90, 5, 0, 1, 9}, uint8(40))
	f.Add([]byte{10, 2, 0, 0, 10, 200, 248, 248, 248, 248}, uint8(209)) // nothing, behind the end
	f.Fuzz(func(t *testing.T, steps []byte, most uint8) {
		eng := engine(t)
		spooled := temp.Spooled(t.Context(), eng, int(most), temp.Options{})
		plain, err := temp.File(t.Context(), eng, temp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(steps); i += 2 {
			n := int(steps[i+1])
			got, err := step(spooled, steps[i], n)
			want, wanted := step(plain, steps[i], n)
			if steps[i]%6 == 5 && spooled.Rollover() != nil {
				t.Fatal("rollover")
			}
			if got != want || (err == nil) != (wanted == nil) || (err == io.EOF) != (wanted == io.EOF) {
				t.Fatalf("step %d of %v: got %q, %v, want %q, %v", i, steps, got, err, want, wanted)
			}
		}
		if err := errors.Join(spooled.Close(), plain.Close()); err != nil || len(list(t, eng, ".")) > 0 {
			t.Errorf("left %v, %v", list(t, eng, "."), err)
		}
	})
}

type spool interface {
	io.ReadWriteSeeker
	Truncate(int64) error
}

func step(f spool, what byte, n int) (string, error) {
	switch what % 6 {
	case 0:
		n, err := f.Write(bytes.Repeat([]byte{'x'}, n))
		return fmt.Sprint(n), err
	case 1:
		buf := make([]byte, n)
		n, err := f.Read(buf)
		return string(buf[:n]), err
	case 2:
		at, err := f.Seek(int64(n)-20, int(what/6)%3)
		if err != nil {
			at = 0
		}
		return fmt.Sprint(at), err
	case 3:
		return "", f.Truncate(int64(n))
	case 4:
		at, err := f.Seek(int64(n), io.SeekStart)
		return fmt.Sprint(at), err
	}
	return "", nil
}

func TestSpooled(t *testing.T) {
	eng := engine(t)
	s := temp.Spooled(t.Context(), eng, 10, temp.Options{Dir: "tmp"})
	for _, c := range []struct {
		write string
		disk  bool
	}{{"12345", false}, {"67890", false}, {"1", true}} {
		if _, err := s.Write([]byte(c.write)); err != nil || s.OnDisk() != c.disk {
			t.Errorf("%q: on disk %v, %v", c.write, s.OnDisk(), err)
		}
	}
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(s); string(got) != "12345678901" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := errors.Join(s.Rollover(), s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	_, read := s.Read(nil)
	_, write := s.Write(nil)
	_, seek := s.Seek(0, 0)
	for _, err := range []error{read, write, seek, s.Truncate(0), s.Rollover()} {
		if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
}

// TestSpooledOnFullDisk: what can't go to disk stays in memory.
func TestSpooledOnFullDisk(t *testing.T) {
	eng := errfs.New(engine(t), errfs.Rule{Op: errfs.FileWrite, Budget: 1})
	s := temp.Spooled(t.Context(), eng, 3, temp.Options{})
	if _, err := s.Write([]byte("123")); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Write([]byte("45")); n != 0 || err == nil || s.OnDisk() {
		t.Errorf("got %d, %v", n, err)
	}
	eng.Heal()
	if _, err := s.Write([]byte("45")); err != nil || !s.OnDisk() {
		t.Error(err)
	}
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(s); string(got) != "12345" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()
	ctx := context.Background()
	f, err := temp.NamedFile(ctx, eng, temp.Options{Suffix: ".txt"})
	if err != nil {
		panic(err)
	}
	fmt.Println(files.Exists(ctx, eng, f.Name()))
	fmt.Println(f.Close())
	fmt.Println(files.Exists(ctx, eng, f.Name()))
	// Output:
	// true <nil>
	// <nil>
	// false <nil>
}
