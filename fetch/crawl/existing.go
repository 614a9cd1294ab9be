package crawl

import (
	"fmt"

	"crawl/fetch/manifest"
	"crawl/fetch/sink"
)

// existing is the record of a URL whose body is stored already.
func existing(url string, stored sink.Stored) *manifest.Line {
	return &manifest.Line{
		URL:     url,
		Outcome: manifest.Skipped,
		Reason:  "stored already",
		Bytes:   stored.Bytes,
		Path:    stored.Path,
		SHA256:  fmt.Sprintf("%x", stored.SHA256),
	}
}
