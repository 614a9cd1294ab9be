package sorting_test

import (
	"context"
	"fmt"

	"crawl/files/sorting"
)

func Example() {
	s := sorting.New(sorting.Options{Memory: 1 << 20})
	defer s.Close()
	for _, line := range []string{"pear", "apple", "fig"} {
		if err := s.Add([]byte(line)); err != nil {
			fmt.Println(err)
			return
		}
	}
	for line, err := range s.Iterate(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s\n", line)
	}
	// Output:
	// apple
	// fig
	// pear
}
