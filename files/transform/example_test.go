package transform_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/files/transform"
)

func Example() {
	chain, err := transform.Parse("copy")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = chain.Run(context.Background(), transform.File{Name: "a.txt"}, strings.NewReader("as it is\n"), os.Stdout, transform.Options{})
	fmt.Println(chain, err)
	// Output:
	// as it is
	// copy <nil>
}
