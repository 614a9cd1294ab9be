package markup_test

import (
	"fmt"
	"strings"

	"crawl/fetch/links/markup"
)

func Example() {
	page := `<p>See <A HREF="/a?b=1&amp;c=2">this</a><script>"<a href=/no>"</script><br/>`
	tokens := markup.New(strings.NewReader(page), markup.Options{})
	for kind := tokens.Next(); kind != markup.End; kind = tokens.Next() {
		if kind != markup.StartTag {
			continue
		}
		for name, value := range tokens.Attributes() {
			fmt.Printf("%s of %s: %s\n", name, tokens.Name(), markup.Value(value))
		}
		if string(tokens.Name()) == "script" {
			tokens.RawText("script", false)
		}
	}
	// Output:
	// HREF of A: /a?b=1&c=2
}
