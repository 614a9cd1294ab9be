//go:build unix

package program_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/files/transform"
	"crawl/files/transform/program"
)

func Example() {
	run(`exec:tr a-z A-Z,exec:sh -c 'cat && printf "by %s\n" "$1"' sh {}`)
	run("exec:sh -c 'echo no such luck >&2; exit 3'")
	// Output:
	// SOME WORDS
	// by notes/a.txt
	// exec:sh -c 'echo no such luck >&2; exit 3': exit status 3: no such luck
}

func run(chain string) {
	c, err := program.Specs().Parse(chain)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := c.Run(context.Background(), transform.File{Name: "notes/a.txt"}, strings.NewReader("some words\n"), os.Stdout, transform.Options{}); err != nil {
		fmt.Println(err)
	}
}
