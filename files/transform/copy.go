package transform

import (
	"context"
	"io"
)

// Copy is the step that changes nothing.
func Copy() Step {
	return Step{
		Name: "copy",
		Run:  func(_ context.Context, _ File, in io.Reader, out io.Writer) error { return Stream(out, in) },
	}
}
