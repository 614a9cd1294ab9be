package transform_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"crawl/files/transform"
	"crawl/files/transform/pack"
	"crawl/files/transform/plaintext"
	"crawl/files/transform/steps"
	"crawl/files/transform/sum"
)

func Example() {
	chain, err := steps.Parse("gzip,gunzip,sha256")
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

// Steps are put together without a text, too.
func ExampleNew() {
	sorted, err := plaintext.Lines("sort")
	if err != nil {
		fmt.Println(err)
		return
	}
	chain, err := transform.New(pack.Gunzip(), sorted, sum.XXH3())
	fmt.Println(chain, err)
	// Output: gunzip,lines=sort,xxh3 <nil>
}

// A step of one's own stands among the others.
func ExampleSet() {
	number := transform.Step{
		Name: "number",
		Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
			lines := bufio.NewScanner(in)
			for n := 1; lines.Scan(); n++ {
				if _, err := fmt.Fprintln(out, n, lines.Text()); err != nil {
					return err
				}
			}
			return lines.Err()
		},
	}
	set := append(steps.All(), transform.Spec{
		Name: "number", Help: "a number before each line",
		New: transform.Plain(func() transform.Step { return number }),
	})
	chain, err := set.Parse("lines=sort,number")
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := chain.Run(context.Background(), transform.File{}, strings.NewReader("b\na\n"), os.Stdout, transform.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 a
	// 2 b
}

// What becomes of names and types is known beforehand.
func ExampleChain_Output() {
	chain, err := steps.Parse("gunzip,utf8,br=5")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chain.Output(transform.File{Name: "pages/a.html.gz", ContentType: "application/gzip"}).Name)
	// Output: pages/a.html.br
}

// What is wrong with a file is told apart from what is wrong with the machine.
func ExampleError() {
	chain, err := steps.Parse("utf8=utf-8")
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
