package walk_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"crawl/files/walk"
)

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"a/b/one", "a/two", ".git/config"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o777); err != nil {
			panic(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o666); err != nil {
			panic(err)
		}
	}

	var found []string
	err = walk.Walk(context.Background(), dir, walk.Options{Stat: true, Skip: walk.Hidden}, func(e walk.Entry) error {
		switch {
		case e.Err != nil:
			fmt.Println(e.Err) // this one is bad, the rest goes on
		case e.Mode.IsRegular():
			found = append(found, fmt.Sprint(e.Path, " ", e.Size))
		}
		return nil
	})
	slices.Sort(found)
	fmt.Println(found, err)
	// Output: [a/b/one 7 a/two 5] <nil>
}
