package main

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// formats are the ways in which answers are kept (--format).
type formats []string

const (
	formatFiles = "files" // bodies, one a file
	formatWARC  = "warc"  // exchanges, in web archives
	formatJSONL = "jsonl" // texts and links, one page a line
	formatNone  = "none"  // records only
)

// Set takes one or several, with commas.
func (f *formats) Set(s string) error {
	words := strings.Split(s, ",")
	for i, w := range words {
		words[i] = strings.TrimSpace(w)
		if !slices.Contains([]string{formatFiles, formatWARC, formatJSONL, formatNone}, words[i]) {
			return errors.New("want files, warc, jsonl, several of them with commas, or none")
		}
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if len(words) > 1 && slices.Contains(words, formatNone) {
		return errors.New("none goes with nothing else")
	}
	*f = words
	return nil
}

func (f *formats) String() string { return strings.Join(*f, ",") }
func (f *formats) Type() string   { return "FORMATS" }

func (f formats) has(word string) bool { return slices.Contains(f, word) }

// keepsBodies reports whether bodies become files: that there is one is all that HEAD
// says of it.
func (f *flags) keepsBodies() bool {
	return f.format.has(formatFiles) && f.asking.method() != http.MethodHead
}

// keepsPages reports whether pages become lines.
func (f *flags) keepsPages() bool {
	return f.format.has(formatJSONL) && f.asking.method() != http.MethodHead
}

// keepsExchanges reports whether exchanges go to web archives, with or without bodies.
func (f *flags) keepsExchanges() bool { return f.format.has(formatWARC) }

// checkFormats refuses what does not go with the formats.
func (f *flags) checkFormats() error {
	switch {
	case f.skipExisting && !f.keepsBodies():
		return usageError("--skip-existing needs files, and with --format %s or -X HEAD there are none", formatNone)
	case f.transform.String() != "" && !f.keepsBodies():
		return usageError("--transform needs files, and with --format %s or -X HEAD there are none", formatNone)
	case f.dedupe && !f.keepsBodies() && !f.keepsExchanges():
		return usageError("--dedupe is for files and warc, and --format is %s", f.format.String())
	}
	return f.checkReplay()
}
