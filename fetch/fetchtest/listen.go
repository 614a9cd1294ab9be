package fetchtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// attempts bounds the search for a port that is free on every address.
const attempts = 50

// listen binds one port on 127.0.0.1, 127.0.0.2 and so on, as many as there are.
func listen(ctx context.Context, hosts, port int) ([]net.Listener, error) {
	if hosts < 1 || hosts > 254 {
		return nil, fmt.Errorf("lab with %d hosts: want 1 to 254", hosts)
	}
	for try := 1; ; try++ {
		lns, err := bind(ctx, hosts, port)
		if err == nil {
			return lns, nil
		}
		if port != 0 || try == attempts || ctx.Err() != nil {
			return nil, err
		}
	}
}

func bind(ctx context.Context, hosts, port int) (lns []net.Listener, err error) {
	var lc net.ListenConfig
	for i := range hosts {
		ln, err := lc.Listen(ctx, "tcp4", fmt.Sprintf("127.0.0.%d:%d", i+1, port))
		if errors.Is(err, syscall.EADDRNOTAVAIL) && i > 0 {
			break // the system has no more loopback addresses
		}
		if err != nil {
			for _, ln := range lns {
				ln.Close()
			}
			return nil, fmt.Errorf("lab: %w", err)
		}
		lns = append(lns, ln)
		port = ln.Addr().(*net.TCPAddr).Port
	}
	return lns, nil
}
