// Package page holds the steps for HTML pages in any charset: html-to-markdown, text, which
// finds the main text, and links.
//
// Pages may be hostile: bounds on their size, their elements and how deep these are nested
// keep memory and time in bounds too, and what is over them is an error of the page.
package page

import "crawl/files/transform"

// Specs are the steps of this package.
func Specs() transform.Set {
	return transform.Set{
		{Name: "html-to-markdown", Help: "a page as Markdown", New: transform.Plain(Markdown)},
		{Name: "text", Help: "the main text of a page", New: transform.Plain(Text)},
		{Name: "links", Help: "the links of a page, one a line", New: transform.Plain(Links)},
	}
}
