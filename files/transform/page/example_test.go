package page_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/files/transform"
	"crawl/files/transform/page"
)

func Example() {
	const html = `<h1>Title</h1><p>Some <b>bold</b> text, and <a href="/more">more</a>.`
	for _, step := range []transform.Step{page.Markdown(), page.Text(), page.Links()} {
		chain, err := transform.New(step)
		if err != nil {
			fmt.Println(err)
			return
		}
		file := transform.File{Name: "page.html"}
		fmt.Println("->", chain.Output(file).Name)
		if _, err := chain.Run(context.Background(), file, strings.NewReader(html), os.Stdout, transform.Options{}); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// -> page.md
	// # Title
	//
	// Some **bold** text, and [more](/more).
	// -> page.txt
	// Title
	//
	// Some bold text, and more.
	// -> page.links.txt
	// /more
}
