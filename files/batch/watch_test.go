package batch_test

import (
	"context"
	"io"
	"testing"

	"crawl/files/batch"
	"crawl/files/transform"
	"crawl/pipeline"
)

// Who asks while a batch goes on is told which file each worker is at.
func TestWatchListsFiles(t *testing.T) {
	f := newFolders(t, map[string]string{"a": "text"})
	var workers pipeline.Workers
	var seen []pipeline.Worker
	look := chain(t, transform.Step{
		Name:    "look",
		Becomes: func(f transform.File) transform.File { return f },
		Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
			seen = workers.List()
			_, err := io.Copy(out, in)
			return err
		},
	})
	_, err := f.run(t, look, f.items(t), func(b *batch.Batch) {
		b.Mode = pipeline.Blocking
		b.Watch = pipeline.Watch[batch.Item]{Workers: &workers, Name: "transform", Item: func(it batch.Item) string { return it.Shown }}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != 1 || seen[0].State != pipeline.Working || seen[0].Item != "in/a" {
		t.Errorf("listed %+v", seen)
	}
	if left := workers.List(); len(left) != 0 {
		t.Errorf("listed at the end: %+v", left)
	}
}
