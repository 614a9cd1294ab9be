package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"crawl/pipeline"
)

func ExampleGather() {
	square := func(n int) func(context.Context) (int, error) {
		return func(context.Context) (int, error) { return n * n, nil }
	}
	squares, err := pipeline.Gather(context.Background(), 2, square(1), square(2), square(3))
	fmt.Println(squares, err)
	// Output: [1 4 9] <nil>
}

func ExampleStart() {
	sleep := pipeline.Start(context.Background(), func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", context.Cause(ctx)
	})
	short, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := sleep.Result(short)
	fmt.Println(err) // and the work goes on

	sleep.Cancel(errors.New("time to get up"))
	_, err = sleep.Result(context.Background())
	fmt.Println(err)
	// Output:
	// context deadline exceeded
	// time to get up
}

func ExampleGo() {
	ctx := context.Background()
	group, err := pipeline.NewGroup(ctx, 8)
	if err != nil {
		panic(err)
	}
	length := pipeline.Go(ctx, group, func(context.Context) (int, error) { return len("four"), nil })
	_ = pipeline.Go(ctx, group, func(context.Context) (bool, error) { return true, nil })
	fmt.Println(group.Wait())
	fmt.Println(length.Result(ctx))
	// Output:
	// <nil>
	// 4 <nil>
}
