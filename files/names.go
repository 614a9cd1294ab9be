package files

import (
	"path/filepath"
	"strings"
)

// valid reports whether name is a plain relative path: no empty, "." or ".."
// element and no NUL, or "." alone. Unlike [fs.ValidPath] it takes names that are
// not UTF-8, for disks hold them.
func valid(name string) bool {
	if name == "." {
		return true
	}
	start := 0
	for i := 0; i <= len(name); i++ {
		if i == len(name) || name[i] == '/' {
			switch name[start:i] {
			case "", ".", "..":
				return false
			}
			start = i + 1
		} else if name[i] == 0 {
			return false
		}
	}
	return filepath.Separator == '/' || !strings.ContainsRune(name, filepath.Separator) && filepath.IsLocal(name)
}

// split cuts a valid name into its folder ("." at the top) and its last element.
func split(name string) (dir, base string) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return ".", name
}
