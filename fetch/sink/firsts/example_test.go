package firsts_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"

	"crawl/fetch/sink/firsts"
	"crawl/files"
)

func Example() {
	dir, err := os.MkdirTemp("", "firsts")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()
	table := firsts.New(eng)
	defer table.Close()

	ctx := context.Background()
	for _, file := range []struct{ name, text string }{{"a", "same"}, {"b", "other"}, {"c", "same"}} {
		sum := sha256.Sum256([]byte(file.text))
		first, found, err := table.Find(sum[:])
		if err != nil {
			panic(err)
		}
		if found {
			fmt.Println(file.name, "is", first)
			continue
		}
		if err := table.Add(ctx, sum[:], file.name, false); err != nil {
			panic(err)
		}
	}
	// Output: c is a
}
