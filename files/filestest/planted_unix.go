//go:build unix

package filestest

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"

	"crawl/files"

	"golang.org/x/sys/unix"
)

// planted puts pipes, sockets and links to them where files are looked for: none
// makes a caller wait, none is read, and all give way to a file.
func planted(t *testing.T, eng files.Engine, root string) {
	ctx := t.Context()
	at := func(name string) string { return filepath.Join(root, name) }
	must(t, eng.PutFile(ctx, "mine", []byte("mine")))
	must(t, errors.Join(
		unix.Mkfifo(at("pipe"), 0o600),
		unix.Mkfifo(at("full"), 0o600),
		unix.Mkfifo(at("empty"), 0o600),
		os.Symlink("full", at("link")),
		os.Symlink("mine", at("good")),
	))
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: at("socket")})
	must(t, err)
	defer socket.Close()
	full, err := os.OpenFile(at("full"), os.O_RDWR, 0) // which does not wait on Linux and BSD
	must(t, err)
	defer full.Close()
	_, err = full.Write([]byte("secret"))
	must(t, err)
	empty, err := os.OpenFile(at("empty"), os.O_RDWR, 0)
	must(t, err)
	defer empty.Close()

	names := []string{"pipe", "full", "empty", "link", "socket"}
	for _, name := range names {
		for _, size := range []int{0, 1, 6, 100} {
			start, err := eng.ReadStart(ctx, name, make([]byte, size))
			wantErr(t, err, fs.ErrInvalid)
			if start.N != 0 {
				t.Errorf("%s gave %d bytes", name, start.N)
			}
		}
		_, err := eng.ReadFile(ctx, name)
		wantErr(t, err, fs.ErrInvalid)
		_, err = eng.Open(ctx, name, os.O_RDWR|os.O_CREATE)
		wantErr(t, err, fs.ErrInvalid)
	}
	var buf [10]byte
	if n, err := full.Read(buf[:]); string(buf[:n]) != "secret" {
		t.Errorf("of what the pipe held, %q is left, %v", buf[:n], err)
	}
	wants(t, eng, "good", "mine") // links inside are followed, as by all that reads

	for kind, write := range writers(eng) {
		for _, name := range names {
			must(t, eng.Remove(ctx, name))
			must(t, unix.Mkfifo(at(name), 0o600))
			must(t, write(ctx, name, []byte(kind)))
			wants(t, eng, name, kind)
		}
	}
	tidy(t, eng, ".", "empty", "full", "good", "link", "mine", "pipe", "socket")
}
