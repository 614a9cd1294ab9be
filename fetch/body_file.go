package fetch

import (
	"io"
	"mime"
	"os"
	"path/filepath"
)

// file is the body that a file on disk holds.
type file struct{ path string }

// File is a body of what the file at path holds when it is sent, streamed. Its type
// follows from the name's extension. A pipe or device is of unknown size.
func File(path string) Body { return file{path} }

// Size implements [Body].
func (f file) Size() int64 {
	info, err := os.Stat(f.path)
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}

// ContentType implements [Body].
func (f file) ContentType() string {
	if t := mime.TypeByExtension(filepath.Ext(f.path)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Open implements [Body].
func (f file) Open() (io.ReadCloser, error) { return os.Open(f.path) }
