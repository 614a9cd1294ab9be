package steps_test

import (
	"fmt"

	"crawl/files/transform/steps"
)

func ExampleParse() {
	chain, err := steps.Parse("gunzip, utf8, zstd=9, sha256")
	fmt.Println(chain, err)
	_, err = steps.Parse("gunzip,zip")
	fmt.Println(err)
	// Output:
	// gunzip,utf8,zstd=9,sha256 <nil>
	// step "zip": there is no such step
}
