package program

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"crawl/files/transform"
)

// What can't be started for want of descriptors is that file's failure, wherever it is
// that they run out, and none of those taken before is kept.
func TestExecWithoutDescriptors(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	chain := bench.Chain(t, "exec:cat")
	run := func() error {
		_, err := chain.Run(t.Context(), transform.File{}, strings.NewReader("x"), io.Discard, transform.Options{})
		return err
	}
	if err := run(); err != nil { // and what the runtime opens once
		t.Fatal(err)
	}
	free, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	lowest := uint64(free.Fd())
	free.Close()
	failed := 0
	for n := lowest; n < lowest+12; n++ {
		low := limit
		low.Cur = n
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
			t.Fatal(err)
		}
		err := run()
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		if e, ok := errors.AsType[*transform.Error](err); err != nil && (!ok || e.Kind != transform.Command || !errors.Is(err, syscall.EMFILE)) {
			t.Errorf("%d descriptors: %v", n, err)
		}
		if err != nil {
			failed++
		}
	}
	if failed < 6 || failed == 12 {
		t.Errorf("%d of 12 failed", failed)
	}
}
