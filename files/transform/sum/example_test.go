package sum_test

import (
	"context"
	"fmt"
	"strings"

	"crawl/files/transform"
	"crawl/files/transform/sum"
)

func Example() {
	chain, err := transform.New(sum.SHA256(), sum.XXH3())
	if err != nil {
		fmt.Println(err)
		return
	}
	sums, err := chain.Run(context.Background(), transform.File{}, strings.NewReader("text\n"), nil, transform.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, s := range chain.Sums() {
		fmt.Printf("%s: %s", s.File, s.AppendLine(nil, sums[i].Value, "a.txt"))
	}
	// Output:
	// SHA256SUMS: b9e68e1bea3e5b19ca6b2f98b73a54b73daafaa250484902e09982e07a12e733  a.txt
	// XXH128SUMS: 3d49be965a66a800caa39970fcda23d3  a.txt
}
