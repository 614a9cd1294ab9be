package plot

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, test := range []struct {
		write func(float64) string
		v     float64
		want  string
	}{
		{Number, 0, "0"}, {Number, 1, "1"}, {Number, 0.5, "0.5"}, {Number, 31.25, "31.2"}, {Number, 3.14159, "3.14"},
		{Number, 999.4, "999"}, {Number, 999.6, "1,000"}, {Number, 21000, "21,000"}, {Number, -1234.5, "-1,235"},
		{Number, 0.00012345, "0.000123"}, {Number, 1e300, "1e+300"}, {Number, 1e-12, "1e-12"}, {Number, nan, Unknown}, {Number, inf, Unknown},
		{Times, 1, "1.00×"}, {Times, 1.934, "1.93×"}, {Times, 31.21, "31.2×"}, {Times, 9.999, "10×"}, {Times, inf, Unknown},
		{Factor, 2, "2×"}, {Factor, 0.5, "0.5×"}, {Factor, nan, Unknown},
		{Percent, 0.979, "98 %"}, {Percent, 0.0123, "1.2 %"}, {Percent, 1, "100 %"}, {Percent, 0, "0 %"}, {Percent, 0.0004, "< 0.1 %"},
		{Percent, 0.9995, "> 99.9 %"}, {Percent, nan, Unknown}, {Percent, math.MaxFloat64, Unknown},
		{Seconds, 0, "0 s"}, {Seconds, 1.234, "1.23 s"}, {Seconds, 0.0821, "82.1 ms"}, {Seconds, 0.00034, "340 µs"}, {Seconds, 32e-9, "32 ns"},
		{Seconds, 0.9999, "1 s"}, {Seconds, 97.4, "97.4 s"}, {Seconds, 150, "2m30s"}, {Seconds, -0.5, "-500 ms"}, {Seconds, 1e-12, "0.001 ns"}, {Seconds, -inf, Unknown},
		{SecondsLike(2.1), 0.5, "0.5 s"}, {SecondsLike(0.08), 0.02, "20 ms"}, {SecondsLike(0), 0, "0 ns"}, {SecondsLike(1), nan, Unknown + " s"},
	} {
		if got := test.write(test.v); got != test.want {
			t.Errorf("%v: got %q, want %q", test.v, got, test.want)
		}
	}
}
