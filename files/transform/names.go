package transform

import (
	"path"
	"slices"
	"strings"
)

// renamed makes a Becomes: the name gets the extension, instead of its own where that
// is one of old, whatever its case, and behind it else.
func renamed(extension, contentType string, old ...string) func(File) File {
	return func(f File) File {
		if own := path.Ext(f.Name); slices.Contains(old, strings.ToLower(own)) {
			f.Name = strings.TrimSuffix(f.Name, own)
		}
		return File{Name: f.Name + extension, ContentType: contentType}
	}
}
