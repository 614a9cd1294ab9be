package files

import "golang.org/x/sys/windows"

const errHeld = windows.ERROR_LOCK_VIOLATION

// tryLock locks one byte far behind the text: what is locked here can't be read
// by others, and they want to read who holds it.
func tryLock(fd uintptr) error {
	far := &windows.Overlapped{OffsetHigh: 1 << 30}
	return windows.LockFileEx(windows.Handle(fd), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, far)
}
