package crawl

import (
	"net/url"
	"time"

	"crawl/fetch/manifest"
	"crawl/pipeline/stats"
)

// Item is what a record counts as. The command also counts the records of
// earlier runs with it, when it resumes.
func Item(line *manifest.Line, took time.Duration) stats.Item {
	item := stats.Item{
		Outcome: string(line.Outcome),
		Class:   line.ErrorClass,
		Status:  line.Status,
		Bytes:   line.Bytes,
		Wire:    line.WireBytes,
		Took:    took,
	}
	if item.Class != "" { // only failures are grouped
		item.Example = line.URL
		if u, err := url.Parse(line.URL); err == nil {
			item.Host = u.Host
		}
	}
	return item
}
