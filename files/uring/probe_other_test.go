//go:build !linux

package uring

import (
	"errors"
	"testing"
)

func TestProbe(t *testing.T) {
	_, err := New(t.TempDir(), Options{})
	for _, err := range []error{Probe(), err} {
		if !errors.Is(err, errors.ErrUnsupported) || err.Error() != "no io_uring: this is not Linux" {
			t.Error(err)
		}
	}
}
