package cookies

import (
	"testing"

	"go.uber.org/goleak"
)

// The worker pool below package fetch starts two goroutines at init that never end.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }
