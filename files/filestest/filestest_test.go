package filestest_test

import (
	"testing"

	"crawl/files"
	"crawl/files/filestest"
)

// TestMyEngine is how an engine's test calls the suite.
func TestMyEngine(t *testing.T) {
	filestest.Run(t, func(t *testing.T, root string) files.Engine {
		eng, err := files.NewDirect(root, files.Options{Width: 2})
		if err != nil {
			t.Fatal(err)
		}
		return eng
	})
}

func Example() {
	TestMyEngine := func(t *testing.T) {
		filestest.Run(t, func(t *testing.T, root string) files.Engine {
			eng, err := files.NewPool(root, files.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return eng
		})
	}
	_ = TestMyEngine
}
