package fetch

import (
	"net/netip"
	"net/url"
	"strings"
)

// A page or a redirect can name any address, those of the machine and the network
// that the crawl runs in among them. The guard refuses those for requests that
// somebody else thought of ([Request.Discovered]): at the moment of connecting and
// for the very address that is connected to, so a name whose answer changes
// between a check and the connection gains nothing.

// special are the address blocks that are not of the public Internet: the IANA
// IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and what updates it),
// less those marked as globally reachable, and multicast (RFC 5771, RFC 4291).
// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
var special = []struct {
	block netip.Prefix
	kind  string
}{
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"}, // cloud metadata too
	{netip.MustParsePrefix("100.64.0.0/10"), "shared"},      // carrier-grade NAT
	{netip.MustParsePrefix("0.0.0.0/8"), "unspecified"},     // connects to this machine
	{netip.MustParsePrefix("192.0.0.0/24"), "reserved"},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation"},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "reserved"}, // 6to4 relays
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"}, // broadcast too

	{netip.MustParsePrefix("::1/128"), "loopback"},
	{netip.MustParsePrefix("::/128"), "unspecified"},
	{netip.MustParsePrefix("fc00::/7"), "private"},
	{netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("fec0::/10"), "private"}, // site-local, RFC 3879
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
	{netip.MustParsePrefix("::/96"), "reserved"},           // IPv4-compatible, RFC 4291
	{netip.MustParsePrefix("::ffff:0:0:0/96"), "reserved"}, // IPv4-translated, RFC 2765
	{netip.MustParsePrefix("64:ff9b:1::/48"), "private"},   // NAT64 for local use, RFC 8215
	{netip.MustParsePrefix("100::/64"), "reserved"},        // discard-only
	{netip.MustParsePrefix("100:0:0:1::/64"), "reserved"},  // dummy
	{netip.MustParsePrefix("2001::/23"), "reserved"},       // Teredo, benchmarking, ORCHID
	{netip.MustParsePrefix("2001:db8::/32"), "documentation"},
	{netip.MustParsePrefix("3fff::/20"), "documentation"},
	{netip.MustParsePrefix("5f00::/16"), "reserved"}, // segment routing
}

var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: the IPv4 address is at the end
	sixToIV = netip.MustParsePrefix("2002::/16")    // RFC 3056: it follows the prefix
)

// kindOf names the special block that addr, or the IPv4 address within it, lies
// in; "" means that it is public.
func kindOf(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	bytes := addr.As16()
	switch {
	case nat64.Contains(addr):
		addr = netip.AddrFrom4([4]byte(bytes[12:]))
	case sixToIV.Contains(addr):
		addr = netip.AddrFrom4([4]byte(bytes[2:]))
	}
	for _, s := range special {
		if s.block.Contains(addr) {
			return s.kind
		}
	}
	return ""
}

// guards reports whether special addresses are refused to a request for addr, a
// host:port.
func (o *Options) guards(req *Request, addr string) bool {
	return req.Discovered && !o.AllowPrivate && o.UnixSocket == "" &&
		o.fixed(addr) == nil && (o.Trusted == nil || !o.Trusted(addr))
}

// checkName refuses a target that says by itself that it is special. That is all
// that can be known of one that a proxy looks up.
func checkName(host string) *Error {
	if addr, err := netip.ParseAddr(host); err == nil {
		return checkAddr(host, addr)
	}
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") { // RFC 6761 section 6.3
		return fault(ClassPrivateAddress, nil, "%s is this machine, and the user did not name it", host)
	}
	return nil
}

func checkAddr(host string, addr netip.Addr) *Error {
	kind := kindOf(addr)
	switch {
	case kind == "":
		return nil
	case host == addr.String():
		return fault(ClassPrivateAddress, nil, "%s is a %s address, and the user did not name it", host, kind)
	}
	return fault(ClassPrivateAddress, nil, "host %s has the %s address %s, and the user did not name it", host, kind, addr)
}

// lookedUpByProxy reports whether the proxy looks the target's name up.
func lookedUpByProxy(proxy *url.URL) bool { return proxy != nil && proxy.Scheme != "socks5" }
