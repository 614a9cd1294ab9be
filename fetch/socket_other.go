//go:build !unix

package fetch

import (
	"net"
	"syscall"
)

// waitable has no answer here: a connection keeps its buffer while it waits.
func waitable(*net.TCPConn) syscall.RawConn { return nil }

func (c *conn) readFirst(uintptr) bool { return true }

// stale can't look without reading here; a dropped connection shows on use, and
// the exchange is then sent once more.
func stale(*conn) bool { return false }
