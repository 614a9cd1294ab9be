// Package program holds the step that runs a program on each file: exec.
package program

import "crawl/files/transform"

// Specs are the steps of this package.
func Specs() transform.Set {
	return transform.Set{{Name: "exec", Arg: "CMD ARGS", Help: "what a program makes of it", New: Exec}}
}
