package plaintext

import (
	"testing"

	"crawl/files/transform/steptest"
)

func TestMain(m *testing.M) { steptest.Main(m) }

var bench = steptest.Bench{Set: Specs()}
