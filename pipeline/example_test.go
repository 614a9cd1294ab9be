package pipeline_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"crawl/pipeline"
)

func ExampleRun() {
	words := pipeline.Slice([]string{"one", "two", "three"})
	upper := func(_ context.Context, word string) (string, error) {
		if word == "two" {
			return "", fmt.Errorf("do not like %q", word)
		}
		return strings.ToUpper(word), nil
	}

	var letters, failed atomic.Int64 // settle is called by several workers at once
	settle := func(_ context.Context, r pipeline.Result[string, string]) error {
		if r.Err != nil {
			failed.Add(1)
		}
		letters.Add(int64(len(r.Out)))
		return nil
	}

	err := pipeline.Run(context.Background(), pipeline.Pool, 2, words, pipeline.Shared(upper), settle)
	fmt.Println(letters.Load(), "letters,", failed.Load(), "failed,", err)
	// Output: 8 letters, 1 failed, <nil>
}

func ExampleUntil() {
	interrupted := make(chan struct{})
	words := pipeline.Until(pipeline.Slice([]string{"one", "two", "three"}), interrupted)

	shout := func(_ context.Context, word string) (string, error) { return word + "!", nil }
	settle := func(_ context.Context, r pipeline.Result[string, string]) error {
		fmt.Println(r.Out)
		if r.In == "two" {
			close(interrupted)
		}
		return nil
	}
	err := pipeline.Run(context.Background(), pipeline.Blocking, 1, words, pipeline.Shared(shout), settle)
	fmt.Println(err)
	// Output:
	// one!
	// two!
	// <nil>
}
