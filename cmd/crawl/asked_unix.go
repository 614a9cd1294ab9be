//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// notifyAsks takes SIGUSR1 for a question, as dd does. Its default is to end the process.
func notifyAsks(asks chan<- os.Signal) { signal.Notify(asks, syscall.SIGUSR1) }
