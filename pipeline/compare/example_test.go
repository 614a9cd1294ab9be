package compare_test

import (
	"context"
	"fmt"
	"os"

	"crawl/pipeline"
	"crawl/pipeline/compare"
)

// main of a program that compares itself: it is its own child.
func Example() {
	jobs := compare.Jobs{"squares": squares}
	if compare.IsChild() {
		if err := compare.Serve(context.Background(), jobs); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}

	plan := compare.Plan{Title: "1,000 squares", Work: compare.CPU, Noun: "squares", Items: 1000}
	plan.Rows = []compare.Row{
		{Name: "blocking", Mode: "blocking", Width: 1, Job: "squares"},
		{Name: "blocking again", Mode: "blocking", Width: 1, Job: "squares", Twin: true},
		{Name: "pool 8", Mode: "pool", Width: 8, Job: "squares"},
		{Name: "pool gil 8", Mode: "pool", Width: 8, Job: "squares", GIL: true},
	}
	result, err := compare.Run(context.Background(), plan, compare.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	_ = compare.WriteTable(os.Stdout, result, 80, true)
	_ = compare.WriteVerdict(os.Stdout, result, 80)
}

// squares is a job: what is prepared before Ready is outside of the clock.
func squares(ctx context.Context, spec compare.Spec, clock *compare.Clock) (compare.Sample, error) {
	numbers := make([]int, spec.Items*spec.Repeats)
	for i := range numbers {
		numbers[i] = i
	}
	digest := compare.NewDigest(spec.Items, spec.Repeats)
	square := func(_ context.Context, n int) (int, error) {
		n %= spec.Items
		return n * n, nil
	}
	settle := func(_ context.Context, r pipeline.Result[int, int]) error {
		digest.Add(r.In, fmt.Append(nil, r.Out))
		return nil
	}
	if err := clock.Ready(ctx); err != nil {
		return compare.Sample{}, err
	}
	err := pipeline.Run(ctx, pipeline.Mode(spec.Mode), spec.Width, pipeline.Slice(numbers), pipeline.Shared(square), settle)
	clock.Stop()
	if err != nil {
		return compare.Sample{}, err
	}
	sum, err := digest.Sum()
	return compare.Sample{Items: int64(len(numbers)), Digest: sum}, err
}

// Samples that were kept can be judged again.
func ExampleJudge() {
	result := compare.Result{
		Plan: compare.Plan{Items: 200, Noun: "URLs", WarmUps: 1, Rounds: 10, Rows: []compare.Row{
			{Name: "blocking", Mode: "blocking", Width: 1, Processors: 2, Baseline: "blocking"},
			{Name: "again", Mode: "blocking", Width: 1, Processors: 2, Baseline: "blocking", Twin: true},
			{Name: "pool 32", Mode: "pool", Width: 32, Processors: 2, Baseline: "blocking"},
		}},
		Rounds: 10,
	}
	for block := 1; block <= 10; block++ {
		wobble := float64(block%3) / 100
		for name, wall := range map[string]float64{"blocking": 4.1 + wobble, "again": 4.11, "pool 32": 0.147} {
			result.Samples = append(result.Samples, compare.Sample{
				Row: name, Block: block, Wall: wall, User: 0.02, Items: 200, Digest: "00ff",
			})
		}
	}
	compare.Judge(&result)
	fmt.Println(result.Verdict.Headline)
	// Output:
	// I/O-bound: pool 32 is 28.0 times as fast as blocking (95 % interval 27.9 to 28.0). Use a width of 32.
}

func ExampleDigest() {
	d := compare.NewDigest(2, 1)
	d.Add(1, []byte("of the second"))
	d.Add(0, []byte("of the first"))
	sum, err := d.Sum()
	fmt.Println(sum[:16], err)
	// Output: d9969df9d03a58cb <nil>
}
