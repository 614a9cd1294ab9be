package files_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"crawl/files"
	"crawl/files/errfs"
)

func TestLock(t *testing.T) {
	eng := errfs.New(direct(t, t.TempDir(), files.Options{})) // the lock looks through wrappers
	defer eng.Close()
	unlock, err := files.Lock(t.Context(), eng, ".crawl/lock")
	if err != nil {
		t.Fatal(err)
	}
	_, err = files.Lock(t.Context(), eng, ".crawl/lock")
	if locked, ok := errors.AsType[*files.LockedError](err); !ok || locked.PID != os.Getpid() || locked.Name != ".crawl/lock" {
		t.Errorf("second lock: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	unlock, err = files.Lock(t.Context(), eng, ".crawl/lock")
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
}

// TestLockOnFullDisk: who can't write its number holds the lock all the same.
func TestLockOnFullDisk(t *testing.T) {
	eng := errfs.New(direct(t, t.TempDir(), files.Options{}), errfs.Rule{Op: errfs.FileWrite})
	defer eng.Close()
	unlock, err := files.Lock(t.Context(), eng, "lock")
	if err != nil {
		t.Fatal(err)
	}
	_, err = files.Lock(t.Context(), eng, "lock")
	if locked, ok := errors.AsType[*files.LockedError](err); !ok || locked.PID != 0 {
		t.Errorf("second lock: %v", err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
}

// TestLockOfAnotherProcess starts this test again as the process that holds the
// lock, and kills it.
func TestLockOfAnotherProcess(t *testing.T) {
	if dir := os.Getenv("FILES_TEST_LOCK"); dir != "" {
		holdLock(dir)
	}
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestLockOfAnotherProcess$")
	child.Env = append(os.Environ(), "FILES_TEST_LOCK="+dir)
	stdin, err := child.StdinPipe() // the child ends with it, should we die first
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "locked\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}

	eng := direct(t, dir, files.Options{})
	defer eng.Close()
	_, err = files.Lock(t.Context(), eng, "lock")
	if locked, ok := errors.AsType[*files.LockedError](err); !ok || locked.PID != child.Process.Pid {
		t.Errorf("while the child lives: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait() // says that it was killed
	unlock, err := files.Lock(t.Context(), eng, "lock")
	if err != nil {
		t.Fatal("after its end:", err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 || entries[0].Name() != filepath.Base("lock") {
		t.Errorf("left are %v, %v", entries, err)
	}
}

func holdLock(dir string) {
	eng, err := files.NewDirect(dir, files.Options{})
	if err == nil {
		_, err = files.Lock(context.Background(), eng, "lock")
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("locked")
	bufio.NewReader(os.Stdin).ReadByte()
	os.Exit(0)
}
