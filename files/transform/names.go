package transform

import (
	"path"
	"slices"
	"strings"
)

// Renamed makes a Becomes of [Step]: the name gets the extension, instead of its own where
// that is one of old, whatever its case, and behind it else; the type is contentType.
func Renamed(extension, contentType string, old ...string) func(File) File {
	return func(f File) File {
		if own := path.Ext(f.Name); slices.Contains(old, strings.ToLower(own)) {
			f.Name = strings.TrimSuffix(f.Name, own)
		}
		return File{Name: f.Name + extension, ContentType: contentType}
	}
}

// Retyped makes a Becomes of [Step] that lets the name alone.
func Retyped(contentType string) func(File) File {
	return func(f File) File {
		f.ContentType = contentType
		return f
	}
}

// CutExtension cuts an extension in upper or lower case, such as ".gz" or ".tar.gz", from
// a name that is more than it.
func CutExtension(name, extension string) (stem string, ok bool) {
	at := len(name) - len(extension)
	if at < 1 || name[at-1] == '/' || !strings.EqualFold(name[at:], extension) {
		return name, false
	}
	return name[:at], true
}
