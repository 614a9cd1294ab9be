package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
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

// A program that calls main with children of itself: the job is known by its name
// in every process.
func ExampleChildren() {
	jobs := pipeline.Jobs{
		"power": pipeline.NewJob(func(exponent int) pipeline.Maker[int, int] {
			return pipeline.Shared(func(_ context.Context, in int) (int, error) {
				out := 1
				for range exponent {
					out *= in
				}
				return out, nil
			})
		}),
	}
	main := func() {
		if pipeline.IsChild() { // before flags are looked at
			if err := pipeline.Serve(context.Background(), jobs); err != nil {
				os.Exit(1)
			}
			os.Exit(0)
		}
		// One processor for each child, so that two children make use of two.
		power := pipeline.Children[int, int]("power", 3, pipeline.ChildOptions{Procs: 1, Stderr: os.Stderr})
		var sum atomic.Int64
		err := pipeline.Run(context.Background(), pipeline.Processes, 2, pipeline.Slice([]int{1, 2, 3}), power,
			func(_ context.Context, r pipeline.Result[int, int]) error {
				sum.Add(int64(r.Out))
				return r.Err
			})
		fmt.Println(sum.Load(), err)
	}
	main()
	// Output: 36 <nil>
}

func ExampleWorkers() {
	var workers pipeline.Workers
	watch := pipeline.Watch[string]{Workers: &workers, Name: "shout", Item: func(word string) string { return word }}
	shout := func(_ context.Context, word string) (string, error) {
		for _, w := range workers.List() { // anybody may ask at any time
			fmt.Println(w.Name, w.ID, w.State, w.Item)
		}
		return strings.ToUpper(word), nil
	}
	settle := func(context.Context, pipeline.Result[string, string]) error { return nil }
	_ = pipeline.Run(context.Background(), pipeline.Blocking, 1, pipeline.Slice([]string{"one", "two"}), pipeline.Shared(shout), settle, watch)
	// Output:
	// shout 0 working one
	// shout 0 working two
}

func ExampleLimit() {
	limit := pipeline.NewLimit(pipeline.LimitOptions{
		Cap:   16,
		Moved: func(m pipeline.Move) { fmt.Printf("from %d to %d: %s\n", m.From, m.To, m.Why) },
	})
	slot, err := limit.Acquire(context.Background())
	if err != nil {
		return
	}
	// Here a request is made, and answered with 200.
	slot.Done(pipeline.Success)
	fmt.Println("still", limit.Width())
	// Output: still 4
}

func ExampleBarrier() {
	together := pipeline.NewBarrier(3)
	var ready atomic.Int64
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			ready.Add(1) // what must not count, such as dialling
			if err := together.Wait(context.Background()); err != nil {
				return
			}
			if ready.Load() < 3 {
				fmt.Println("one went on before the others were ready")
			}
		})
	}
	all.Wait()
	fmt.Println(ready.Load(), "went on together")
	// Output: 3 went on together
}
