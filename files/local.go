package files

import (
	"errors"
	"io/fs"
	"syscall"
)

// IsLocal reports whether err, of writing a file, is about that one name only: because
// of what somebody planted at its place, such as a link that leads out of the root, or
// because the name is too long. Other files can be written, so a run may go on.
func IsLocal(err error) bool {
	for _, local := range [...]error{
		syscall.EISDIR, syscall.ENOTDIR, syscall.ENOTEMPTY, // a folder for a file, and the reverse
		syscall.ELOOP, syscall.ENAMETOOLONG,
		fs.ErrInvalid, // as an [Engine] has links that lead outside, and pipes
	} {
		if errors.Is(err, local) {
			return true
		}
	}
	return false
}
