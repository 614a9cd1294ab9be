package transform_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/files/transform"
)

// run prints what a chain makes of a file, and what it would be called.
func run(steps, name, text string) {
	chain, err := transform.Parse(steps)
	if err != nil {
		fmt.Println(err)
		return
	}
	file := transform.File{Name: name}
	if _, err := chain.Run(context.Background(), file, strings.NewReader(text), os.Stdout, transform.Options{}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("->", chain.Output(file).Name)
}

func Example_json() {
	run("json=from-csv,json=array,json=pretty", "towns.csv", "town,zip\nJena,07743\n")
	run("json=compact", "broken.json", "{\n\"a\": 01}")
	// Output:
	// [
	//   {
	//     "town": "Jena",
	//     "zip": "07743"
	//   }
	// ]
	// -> towns.json
	// json=compact: line 2, byte 8: invalid character '1' after object value (expecting ',' or '}')
}

func Example_pages() {
	const page = `<h1>Title</h1><p>Some <b>bold</b> text, and <a href="/more">more</a>.`
	run("html-to-markdown", "page.html", page)
	run("links", "page.html", page)
	// Output:
	// # Title
	//
	// Some **bold** text, and [more](/more).
	// -> page.md
	// /more
	// -> page.links.txt
}
