package fetch

import (
	"testing"

	"go.uber.org/goleak"
)

// Two libraries keep goroutines of their own: the worker pool starts two at init;
// fasthttp's server has one for its Date field for the life of the process, and one
// that notices within 10 s that the server is gone.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreCurrent(),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}
