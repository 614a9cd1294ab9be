package fetch

import (
	"testing"

	"go.uber.org/goleak"
)

// Two libraries keep goroutines for the life of the process: the worker pool
// starts two at init, and fasthttp's server one for its Date field.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreCurrent(),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
}
