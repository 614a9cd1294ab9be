//go:build unix

package fetch

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"syscall"
)

// waitable returns what readFirst needs.
func waitable(c *net.TCPConn) syscall.RawConn {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// readFirst reads the first bytes of an answer into a buffer that it takes only
// when they are there. [syscall.RawConn.Read] calls it again until it returns true.
func (c *conn) readFirst(fd uintptr) (done bool) {
	chunk := chunks.Get().(*[readBuffer]byte)
	for {
		n, err := syscall.Read(int(fd), chunk[:])
		switch {
		case err == syscall.EINTR:
			continue
		case n > 0:
			c.first = firstBytes{chunk: chunk, to: n}
			return true
		}
		chunks.Put(chunk)
		switch err {
		case syscall.EAGAIN:
			return false
		case nil:
			c.first.err = io.EOF
		default:
			c.first.err = os.NewSyscallError("read", err)
		}
		return true
	}
}

// stale reports whether an idle connection has something to read: the peer's
// farewell, or bytes that belong to no answer. Either way it is of no use.
func stale(c *conn) bool {
	raw := c.raw
	if t, ok := c.Conn.(*tls.Conn); ok {
		if tcp, ok := t.NetConn().(abrupt).Conn.(*net.TCPConn); ok {
			raw = waitable(tcp)
		}
	}
	if raw == nil {
		return false
	}
	quiet := false
	err := raw.Control(func(fd uintptr) {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = err == syscall.EAGAIN
	})
	return err != nil || !quiet
}
