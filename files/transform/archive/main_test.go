package archive

import (
	"slices"
	"testing"

	"crawl/files/transform/pack"
	"crawl/files/transform/steptest"
)

func TestMain(m *testing.M) { steptest.Main(m) }

var bench = steptest.Bench{Set: slices.Concat(Specs(), pack.Specs())}
