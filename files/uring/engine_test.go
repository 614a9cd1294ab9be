//go:build linux

package uring_test

import (
	"testing"

	"crawl/files"
	"crawl/files/filestest"
	"crawl/files/uring"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// ants starts these two when it is imported and never ends them.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
}

func TestEngine(t *testing.T) {
	filestest.Run(t, func(t *testing.T, root string) files.Engine {
		e, err := uring.New(root, uring.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}
