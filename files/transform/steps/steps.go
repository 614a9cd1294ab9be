// Package steps is the set of all steps that crawl transform and --transform know.
//
// [Parse] makes a chain of them. [All] lists them, for a help text, or to append your own:
//
//	chain, err := append(steps.All(), mine).Parse("gunzip,mine=3,gzip")
package steps

import (
	"slices"

	"crawl/files/transform"
	"crawl/files/transform/archive"
	"crawl/files/transform/jsonform"
	"crawl/files/transform/pack"
	"crawl/files/transform/page"
	"crawl/files/transform/picture"
	"crawl/files/transform/plaintext"
	"crawl/files/transform/program"
	"crawl/files/transform/sum"
)

// All are the steps there are, in the order of a help text.
func All() transform.Set {
	return slices.Concat(
		transform.Set{{Name: "copy", Help: "the bytes as they are", New: transform.Plain(transform.Copy)}},
		pack.Specs(),
		plaintext.Specs(),
		page.Specs(),
		jsonform.Specs(),
		picture.Specs(),
		archive.Specs(),
		program.Specs(),
		sum.Specs(),
	)
}

// Parse makes a chain of the steps in text: see [transform.Set.Parse].
func Parse(text string) (transform.Chain, error) { return All().Parse(text) }
