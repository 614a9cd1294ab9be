//go:build !linux && !darwin

package files

import (
	"errors"
	"io/fs"
	"os"
)

func spaceOf(*os.File) (Space, error) { return Space{}, errors.ErrUnsupported }

// canAccess goes by the mode bits of the owner: Windows has only those, made up from
// its read-only attribute.
func canAccess(_ *os.Root, _ string, info fs.FileInfo, what Access) (bool, error) {
	return info.Mode()>>6&fs.FileMode(what) == fs.FileMode(what), nil
}

func sameDevice(one, other fs.FileInfo) bool { return true }

func timesOf(info fs.FileInfo) Times {
	return Times{info.ModTime(), info.ModTime(), info.ModTime()}
}
