package files_test

import (
	"context"
	"fmt"
	"os"

	"crawl/files"
)

func temporary() (eng *files.Direct, remove func()) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	eng, err = files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	return eng, func() {
		eng.Close()
		os.RemoveAll(dir)
	}
}

func ExampleLines() {
	eng, remove := temporary()
	defer remove()
	ctx := context.Background()
	if err := eng.WriteFile(ctx, "poem", []byte("roses\nviolets\n")); err != nil {
		fmt.Println(err)
	}
	for line, err := range files.Lines(ctx, eng, "poem") {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%q\n", line)
	}
	// Output:
	// "roses\n"
	// "violets\n"
}

func ExampleGo() {
	eng, remove := temporary()
	defer remove()
	ctx := context.Background()
	if err := eng.WriteFile(ctx, "poem", []byte("roses")); err != nil {
		fmt.Println(err)
	}
	// Any function of os, and what waits for it goes on meanwhile.
	size := files.Go(ctx, eng, "stat", "poem", func(root *os.Root) (int64, error) {
		info, err := root.Stat("poem")
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	})
	fmt.Println(size.Result(ctx))
	// Output: 5 <nil>
}

func ExampleCopy() {
	eng, remove := temporary()
	defer remove()
	ctx := context.Background()
	if err := eng.WriteFile(ctx, "poem", []byte("roses")); err != nil {
		fmt.Println(err)
	}
	fmt.Println(files.Copy(ctx, eng, "copies/poem", eng, "poem"))
	fmt.Println(files.Exists(ctx, eng, "copies/poem"))
	// Output:
	// 5 <nil>
	// true <nil>
}
