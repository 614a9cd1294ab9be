//go:build !unix

package main

import "os"

// notifyAsks does nothing: there is no signal for it here.
func notifyAsks(chan<- os.Signal) {}
