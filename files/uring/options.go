package uring

import (
	"cmp"
	"errors"

	"crawl/files"
)

// Options adjust an [Engine]. The zero value is what most callers want.
type Options struct {
	// Width is how many reads are in flight at once: at most 16,384, default 256.
	// Each takes 1.5 KiB of memory and no thread.
	Width int

	// Inner does all but reads, and those that the ring is not made for. It has
	// the same root; Close closes it. Default: a [files.Pool].
	Inner files.Engine
}

func (o Options) width() int { return min(cmp.Or(max(o.Width, 0), 256), 16384) }

// unavailable is why there is no ring. Each is an [errors.ErrUnsupported].
type unavailable string

func (u unavailable) Error() string { return "no io_uring: " + string(u) }
func (unavailable) Unwrap() error   { return errors.ErrUnsupported }
