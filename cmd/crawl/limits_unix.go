//go:build unix

package main

import (
	"math"

	"golang.org/x/sys/unix"
)

// openFiles is how many files this process may have open. Go has raised the soft
// limit to the hard one already.
func openFiles() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 256 // the lowest default that is in use
	}
	return int(min(limit.Cur, math.MaxInt32))
}
