package uring

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Where there is no ring Probe says why, and New says the same.
func TestProbe(t *testing.T) {
	probed := Probe()
	e, err := New(t.TempDir(), Options{})
	if probed == nil {
		if err != nil {
			t.Fatalf("Probe promises a ring, New says: %v", err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		return
	}
	t.Logf("THE KERNEL HAS NO RING, so that only the refusal is tested: %v", probed)
	if err == nil || err.Error() != probed.Error() {
		t.Errorf("Probe says %v, New says %v", probed, err)
	}
	wantRefusal(t, probed, "")
}

func wantRefusal(t *testing.T, err error, reason string) {
	t.Helper()
	if !errors.Is(err, errors.ErrUnsupported) || !strings.HasPrefix(err.Error(), "no io_uring: ") || !strings.Contains(err.Error(), reason) {
		t.Errorf("got %v, want unsupported for %q", err, reason)
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		errno    unix.Errno
		disabled string
		reason   string
	}{
		{unix.ENOSYS, "", "older than 5.1"},
		{unix.EPERM, "2", "io_uring_disabled is 2"},
		{unix.EPERM, "1", "io_uring_group"},
		{unix.EPERM, "0", "seccomp"},
		{unix.EPERM, "", "seccomp"},
		{unix.EACCES, "", "seccomp"},
		{unix.ENOMEM, "0", "ulimit -l"},
		{unix.EMFILE, "0", "too many open files"},
		{unix.EINVAL, "0", "invalid argument"},
	} {
		wantRefusal(t, refusal(test.errno, test.disabled), test.reason)
	}
}

// Probe on a thread that a filter as containers have keeps from making rings.
func TestProbeUnderSeccomp(t *testing.T) {
	needRing(t)
	for errno, reason := range map[unix.Errno]string{unix.EPERM: "seccomp", unix.ENOSYS: "sandbox"} {
		done := make(chan error)
		go func() {
			runtime.LockOSThread() // for good: the thread ends with the goroutine
			filter := []unix.SockFilter{
				{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the call's number
				{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.SYS_IO_URING_SETUP},
				{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
				{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
			}
			program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
			err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
			if err == nil {
				err = unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
			}
			if err == nil {
				err = Probe()
			}
			done <- err
		}()
		wantRefusal(t, <-done, reason)
	}
}

// A file system that may block the owner is refused, in words.
func TestUnsuitable(t *testing.T) {
	e, err := New("/proc", Options{})
	if err == nil {
		e.Close()
	}
	wantRefusal(t, err, "file system type 0x9fa0 may block it")
}
