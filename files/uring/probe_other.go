//go:build !linux

package uring

import "crawl/files"

const errNotLinux unavailable = "this is not Linux"

// Probe returns nil where a ring can be had, else an error that says why not and
// is [errors.ErrUnsupported].
func Probe() error { return errNotLinux }

// Engine is the inner engine, and can't be had here.
type Engine struct{ files.Engine }

// New returns the error of [Probe].
func New(string, Options) (*Engine, error) { return nil, errNotLinux }
