//go:build unix

package main

import (
	"time"

	"golang.org/x/sys/unix"

	"crawl/files/batch"
)

// usage is what all threads of the process have used so far.
func usage() (used batch.Usage, ok bool) {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return used, false
	}
	return batch.Usage{Processor: time.Duration(u.Utime.Nano() + u.Stime.Nano()), Waits: int64(u.Nvcsw)}, true //nolint:unconvert // 32 bits on arm
}
