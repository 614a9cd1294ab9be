// Package plaintext holds the steps for text: utf8, which makes UTF-8 of any charset, lines,
// which keeps, drops and orders lines, and replace.
//
// lines and replace work on bytes, whatever the charset, as long as a line ends with LF in
// it; put utf8 before them where it may not, as in UTF-16. No regular expression takes
// more than linear time.
package plaintext

import "crawl/files/transform"

// Specs are the steps of this package.
func Specs() transform.Set {
	return transform.Set{
		{Name: "utf8", Arg: "[CHARSET][:replace]", Help: "text from any charset, or the one found, to UTF-8", New: UTF8},
		{Name: "lines", Arg: "grep:REGEX|drop:REGEX|dedupe|sort|unique", Help: "keep, drop or order lines", New: Lines},
		{Name: "replace", Arg: "/REGEX/TEXT/[i]", Help: "replace all matches in each line; $1 is a group", New: Replace},
	}
}
