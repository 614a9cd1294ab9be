package transform_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/files/transform"
)

func Example() {
	chain, err := transform.Parse("gzip,gunzip,sha256")
	if err != nil {
		fmt.Println(err)
		return
	}
	sums, err := chain.Run(context.Background(), transform.File{Name: "a.txt"}, strings.NewReader("as it is\n"), os.Stdout, transform.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chain)
	for i, sum := range chain.Sums() {
		fmt.Printf("%s: %s", sum.File, sum.AppendLine(nil, sums[i].Value, "a.txt"))
	}
	// Output:
	// as it is
	// gzip=6,gunzip,sha256
	// SHA256SUMS: 56142c2012c97c209e3981318a3aa139551caa5b21bd9aef6435350199db1cc3  a.txt
}

// What becomes of names and types is known beforehand.
func ExampleChain_Output() {
	chain, err := transform.Parse("gunzip,utf8,br=5")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chain.Output(transform.File{Name: "pages/a.html.gz", ContentType: "application/gzip"}).Name)
	// Output: pages/a.html.br
}

// Lines are kept, ordered and rewritten in one pass.
func ExampleChain_Run() {
	chain, err := transform.Parse(`lines=drop:^#,lines=unique,replace=/(\w+)@(\w+)/$2: $1/`)
	if err != nil {
		fmt.Println(err)
		return
	}
	in := strings.NewReader("bob@home\n# old\nann@work\nbob@home\n")
	if _, err := chain.Run(context.Background(), transform.File{}, in, os.Stdout, transform.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// work: ann
	// home: bob
}

// What is wrong with a file is told apart from what is wrong with the machine.
func ExampleError() {
	chain, err := transform.Parse("utf8=utf-8")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = chain.Run(context.Background(), transform.File{}, strings.NewReader("caf\xe9"), os.Stdout, transform.Options{})
	if e, ok := err.(*transform.Error); ok {
		fmt.Printf("\n%s: %v\n", e.Kind, e)
	}
	// Output:
	// caf
	// encoding: utf8=utf-8: the byte at offset 3 is not utf-8
}
