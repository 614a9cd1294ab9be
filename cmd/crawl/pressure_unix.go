//go:build unix

package main

import "os"

// descriptors is how many of limit files are open. The last tenth is kept for what does
// not wait for a slot.
func descriptors(limit int) source {
	return source{"file descriptors", func() float64 {
		dir, err := os.Open("/dev/fd") // also Linux has it
		if err != nil {
			return 0
		}
		defer dir.Close() // only read
		names, err := dir.Readdirnames(-1)
		if err != nil {
			return 0
		}
		return float64(len(names)) / (0.9 * float64(limit))
	}}
}
