package main

import "testing"

func TestGarbagePercent(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 400}, {1 << 20, 400}, {16 << 20, 400}, {32 << 20, 200}, {64 << 20, 100}, {1 << 40, 100}} {
		if got := garbagePercent(c.live); got != c.want {
			t.Errorf("beside %d bytes: %d %%, want %d", c.live, got, c.want)
		}
	}
}
