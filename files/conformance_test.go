package files_test

import (
	"testing"

	"crawl/files"
	"crawl/files/filestest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// ants starts these two when it is imported and never ends them.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
}

func TestDirect(t *testing.T) {
	filestest.Run(t, func(t *testing.T, root string) files.Engine { return direct(t, root, files.Options{}) })
}

func TestDirectOfOne(t *testing.T) {
	filestest.Run(t, func(t *testing.T, root string) files.Engine { return direct(t, root, files.Options{Width: 1}) })
}

func TestPool(t *testing.T) {
	filestest.Run(t, func(t *testing.T, root string) files.Engine {
		p, err := files.NewPool(root, files.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	})
}

func direct(t testing.TB, root string, opt files.Options) *files.Direct {
	t.Helper()
	d, err := files.NewDirect(root, opt)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
