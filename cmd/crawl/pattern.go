package main

import (
	"os"

	"crawl/files/glob"
)

// checkPattern refuses a pattern that can match nothing.
func checkPattern(arg string) error {
	folder, pattern := glob.Split(arg)
	if !glob.Valid(pattern) {
		return usageError("%q is no pattern: see the brackets", arg)
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return usageError("no such folder %q, for the pattern %q", folder, arg)
	}
	return nil
}
