package main

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// dropCaches has the system forget what files hold, so that they have to be read from
// the device, and makes sure that it has. Their names stay cached.
func dropCaches(all []fileName) error {
	kept := 0
	for _, f := range all {
		cached, err := dropCache(f.Shown)
		if err != nil {
			return fmt.Errorf("take %s out of the page cache: %w", f.Shown, bare(err))
		}
		if cached {
			kept++
		}
	}
	if kept > len(all)/10 { // somebody else may be reading a few
		return fmt.Errorf("%d of %d files cannot be taken out of the page cache: their file system has them in memory, or others use or own them", kept, len(all))
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
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	return isCached(fd, int(info.Size()))
}

// isCached reports whether more than a tenth of a file is in memory. The kernel says so
// of all that others own. A read that must not wait would tell as well, but begins to
// read ahead.
func isCached(fd, size int) (bool, error) {
	mapped, err := unix.Mmap(fd, 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return false, err
	}
	defer unix.Munmap(mapped) // which cannot fail
	pages := make([]byte, (size+os.Getpagesize()-1)/os.Getpagesize())
	_, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&mapped[0])), uintptr(size), uintptr(unsafe.Pointer(&pages[0])))
	if errno != 0 {
		return false, errno
	}
	resident := 0
	for _, page := range pages {
		resident += int(page & 1)
	}
	return resident > len(pages)/10, nil
}
