package filestest

import (
	"bytes"
	"io"
	"io/fs"
	"math/rand/v2"
	"testing"

	"crawl/files"
)

func readStart(t *testing.T, eng files.Engine, _ string) {
	ctx := t.Context()
	_, err := eng.ReadStart(ctx, "no/such", make([]byte, 10))
	wantErr(t, err, fs.ErrNotExist)
	text := make([]byte, 300<<10)
	_, err = rand.NewChaCha8([32]byte{}).Read(text)
	must(t, err)
	for _, size := range []int{0, 1, 99, 100, 101, 4096, len(text)} {
		must(t, eng.PutFile(ctx, "d/file", text[:size]))
		for _, room := range []int{0, 1, 100, 4096, 1 << 20} {
			buf := make([]byte, room)
			start, err := eng.ReadStart(ctx, "d/file", buf)
			must(t, err)
			n, rest := start.N, start.Rest
			if n != min(size, room) || !bytes.Equal(buf[:n], text[:n]) || (rest == nil) != (n < room) {
				t.Fatalf("%d bytes into %d: %d, rest %v", size, room, n, rest)
			}
			if rest != nil {
				readRest(t, rest, text[:size], n)
			}
		}
	}
}

// readRest reads on behind the first n bytes of text.
func readRest(t *testing.T, rest files.File, text []byte, n int) {
	t.Helper()
	if rest.Name() != "d/file" {
		t.Errorf("the rest is called %q", rest.Name())
	}
	got, err := io.ReadAll(rest)
	if err != nil || !bytes.Equal(got, text[n:]) {
		t.Errorf("the rest behind %d of %d holds %d bytes, %v", n, len(text), len(got), err)
	}
	at, err := rest.Seek(0, io.SeekStart)
	must(t, err)
	all, err := io.ReadAll(rest)
	if at != 0 || err != nil || !bytes.Equal(all, text) {
		t.Errorf("from %d again: %d bytes, %v", at, len(all), err)
	}
	must(t, rest.Close())
}
