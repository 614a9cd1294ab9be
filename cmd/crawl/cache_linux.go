package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// dropCaches has the system forget what files hold, so that they have to be read from
// the device, and makes sure that it has. Their names stay cached.
func dropCaches(all []fileName) error {
	kept := 0
	for _, f := range all {
		cached, err := dropCache(f.Shown)
		if errors.Is(err, unix.EOPNOTSUPP) {
			return errors.New("this file system does not tell what it has in memory; tmpfs has all")
		}
		if err != nil {
			return fmt.Errorf("take %s out of the page cache: %w", f.Shown, bare(err))
		}
		if cached {
			kept++
		}
	}
	if kept > len(all)/10 { // somebody else may be reading a few
		return fmt.Errorf("%d of %d files cannot be taken out of the page cache: this file system has them in memory, or somebody uses them", kept, len(all))
	}
	return nil
}

// dropCache drops one, and reports whether it is cached all the same.
func dropCache(name string) (cached bool, err error) {
	file, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer file.Close() // only read
	fd := int(file.Fd())
	if err := unix.Fsync(fd); err != nil && !errors.Is(err, unix.EINVAL) { // what is not on the device is not dropped
		return false, err
	}
	if err := unix.Fadvise(fd, 0, 0, unix.FADV_DONTNEED); err != nil {
		return false, err
	}
	// Reads that must not wait fail where they would have to.
	n, err := unix.Preadv2(fd, [][]byte{make([]byte, 1)}, 0, unix.RWF_NOWAIT)
	switch {
	case errors.Is(err, unix.EAGAIN):
		return false, nil
	case err != nil:
		return false, err
	}
	return n > 0, nil
}
