package list_test

import (
	"fmt"
	"io"
	"strings"

	"crawl/fetch/list"
)

func Example() {
	r := list.NewReader(strings.NewReader("# my pages\n\nhttps://example.com/\r\n  https://example.org/a\n"))
	for {
		line, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(line.Number, line.Text)
	}
	// Output:
	// 3 https://example.com/
	// 4 https://example.org/a
}
