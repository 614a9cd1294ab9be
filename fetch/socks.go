package fetch

import (
	"context"
	"io"
	"net"
	"net/netip"
	"net/url"
)

// socksReplies are the failures of RFC 1928 section 6.
var socksReplies = [...]string{
	1: "general failure", 2: "not allowed", 3: "network unreachable", 4: "host unreachable",
	5: "connection refused", 6: "TTL expired", 7: "command not supported", 8: "address type not supported",
}

// socks asks a SOCKS 5 proxy to connect us through to host, a name or an address,
// with the user and password of its URL if there are any (RFC 1928, RFC 1929).
func socks(ctx context.Context, nc net.Conn, proxy *url.URL, host string, port uint16) error {
	stop := context.AfterFunc(ctx, func() { nc.SetDeadline(longAgo) })
	defer stop()
	var answer [4]byte
	greeting := []byte{5, 1, 0} // version, one method: none
	if proxy.User != nil {
		greeting = []byte{5, 2, 0, 2} // or user and password
	}
	if err := ask(nc, greeting, answer[:2]); err != nil {
		return err
	}
	switch {
	case answer[0] != 5:
		return fault(ClassProtocol, nil, "the proxy does not speak SOCKS 5")
	case answer[1] == 2 && proxy.User != nil:
		if err := socksLogin(nc, proxy.User); err != nil {
			return err
		}
	case answer[1] != 0:
		return fault(ClassRefused, nil, "the proxy accepts no way to log in that we have")
	}
	request := []byte{5, 1, 0} // version, CONNECT, reserved
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap()
		kind := byte(1)
		if addr.Is6() {
			kind = 4
		}
		request = append(append(request, kind), addr.AsSlice()...)
	} else if len(host) > 255 {
		return fault(ClassBadURL, nil, "the host name is too long for the proxy")
	} else {
		request = append(append(request, 3, byte(len(host))), host...)
	}
	if err := ask(nc, append(request, byte(port>>8), byte(port)), answer[:4]); err != nil {
		return err
	}
	if code := int(answer[1]); answer[0] != 5 || code >= len(socksReplies) {
		return fault(ClassProtocol, nil, "the proxy's answer is not of SOCKS 5")
	} else if code != 0 {
		return fault(ClassRefused, nil, "no connection through the proxy: %s", socksReplies[code])
	}
	return skipBound(nc, answer[3])
}

func socksLogin(nc net.Conn, user *url.Userinfo) error {
	name := user.Username()
	password, _ := user.Password()
	if len(name) > 255 || len(password) > 255 {
		return fault(ClassBadURL, nil, "the proxy's user or password is too long")
	}
	login := append([]byte{1, byte(len(name))}, name...)
	login = append(append(login, byte(len(password))), password...)
	var answer [2]byte
	if err := ask(nc, login, answer[:]); err != nil {
		return err
	}
	if answer[1] != 0 {
		return fault(ClassRefused, nil, "the proxy refuses the user or password")
	}
	return nil
}

// skipBound reads past the address that the proxy connects from. Not a byte more
// is read: what follows is the server's.
func skipBound(nc net.Conn, kind byte) error {
	length := [1]byte{}
	switch kind {
	case 1:
		length[0] = 4
	case 4:
		length[0] = 16
	case 3:
		if _, err := io.ReadFull(nc, length[:]); err != nil {
			return err
		}
	default:
		return fault(ClassProtocol, nil, "the proxy's answer is not of SOCKS 5")
	}
	_, err := io.ReadFull(nc, make([]byte, int(length[0])+2))
	return err
}

func ask(nc net.Conn, question, answer []byte) error {
	if _, err := nc.Write(question); err != nil {
		return err
	}
	_, err := io.ReadFull(nc, answer)
	return err
}
