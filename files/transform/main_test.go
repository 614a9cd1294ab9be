package transform_test

import (
	"testing"

	"crawl/files/transform/steptest"
)

func TestMain(m *testing.M) { steptest.Main(m) }
