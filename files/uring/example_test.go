package uring_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"crawl/files"
	"crawl/files/uring"
)

// open prefers the ring, and takes the pool where there is none.
func open(root string) (files.Engine, error) {
	engine, err := uring.New(root, uring.Options{})
	if errors.Is(err, errors.ErrUnsupported) { // err says why
		return files.NewPool(root, files.Options{})
	}
	return engine, err
}

func Example() {
	root, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)
	engine, err := open(root)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	ctx := context.Background()
	if err := engine.WriteFile(ctx, "folder/file", []byte("a text")); err != nil {
		fmt.Println(err)
		return
	}
	buf := make([]byte, 4096)
	start, err := engine.ReadStart(ctx, "folder/file", buf)
	fmt.Println(string(buf[:start.N]), start.Rest, err)
	// Output: a text <nil> <nil>
}
