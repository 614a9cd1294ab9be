package urlname_test

import (
	"fmt"

	"crawl/files/urlname"
)

func ExampleOf() {
	for _, url := range []string{
		"https://example.com/",
		"https://example.com/docs/a.html",
		"https://example.com/docs/A.html",
		"https://example.com/s.php?q=1",
		"http://example.com:8080/v1.2/notes",
	} {
		fmt.Println(urlname.Of(url))
	}
	// Output:
	// example.com/index~.html
	// example.com/docs/a.html
	// example.com/docs/a~shcicg7svgq6.html
	// example.com/s-q=1~o65ryvez3sd2.php
	// example.com+8080/v1.2_/notes_
}
