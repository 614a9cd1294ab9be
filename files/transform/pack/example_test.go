package pack_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/files/transform"
	"crawl/files/transform/pack"
)

// A gzip file becomes one of Zstandard, in one pass.
func Example() {
	const file = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\x49\xad\x28\xe1\x02\x00\x27\xda\xec\x37\x05\x00\x00\x00"
	zstd, err := pack.Zstd("19")
	if err != nil {
		fmt.Println(err)
		return
	}
	chain, err := transform.New(pack.Gunzip(), zstd, pack.Unzstd())
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := chain.Run(context.Background(), transform.File{}, strings.NewReader(file), os.Stdout, transform.Options{}); err != nil {
		fmt.Println(err)
	}
	_, err = chain.Run(context.Background(), transform.File{}, strings.NewReader(file[:20]), os.Stdout, transform.Options{})
	fmt.Println(err)
	// Output:
	// text
	// gunzip: the compressed data end early
}
