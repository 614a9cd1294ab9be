package urls

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxHost bounds what goes through IDNA, whose cost is quadratic. DNS knows no
// names over 253 bytes (RFC 1035, section 2.3.4).
const maxHost = 1024

const tooLong = "host longer than 1 KiB"

// domainToASCII has the settings of https://url.spec.whatwg.org/#concept-domain-to-ascii.
var domainToASCII = idna.New(
	idna.MapForLookup(),
	idna.BidiRule(),
	idna.CheckJoiners(true),
	idna.CheckHyphens(false),
	idna.StrictDomainName(false),
	idna.VerifyDNSLength(false),
	idna.Transitional(false),
)

// parseHost is https://url.spec.whatwg.org/#host-parsing for http and https. The
// answer is the host in canonical form or a reason why it is none.
func parseHost(s string) (host, reason string) {
	switch {
	case s == "":
		return "", "no host"
	case len(s) > maxHost:
		return "", tooLong
	case s[0] == '[':
		return parseIPv6(s)
	}
	host = percentDecode(s)
	if !utf8.ValidString(host) {
		return "", "host is not UTF-8"
	}
	if isASCII(host) {
		host = strings.ToLower(host) // not even xn-- labels are looked into
	} else if ascii, err := domainToASCII.ToASCII(host); err == nil {
		host = ascii
	} else {
		return "", "host " + quote(host) + " is no valid name"
	}
	if host == "" {
		return "", "no host"
	}
	if len(host) > maxHost {
		return "", tooLong
	}
	for i := range len(host) {
		if class[host[i]]&inDomain == 0 {
			return "", "host holds " + strconv.QuoteRuneToASCII(rune(host[i]))
		}
	}
	if !endsInNumber(host) {
		return host, ""
	}
	addr, ok := parseIPv4(host)
	if !ok {
		return "", "invalid IPv4 address " + quote(host)
	}
	return addr.String(), ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// parseIPv6 reads an address in brackets and prints it after RFC 5952, but
// without its dotted form for IPv4.
func parseIPv6(s string) (host, reason string) {
	inner, closed := strings.CutSuffix(s[1:], "]")
	addr, err := netip.ParseAddr(inner)
	if !closed || err != nil || !addr.Is6() || addr.Zone() != "" {
		return "", "invalid IPv6 address " + quote(s)
	}
	if addr.Is4In6() {
		a := addr.As16()
		return "[::ffff:" + strconv.FormatUint(uint64(a[12])<<8|uint64(a[13]), 16) + ":" +
			strconv.FormatUint(uint64(a[14])<<8|uint64(a[15]), 16) + "]", ""
	}
	return "[" + addr.String() + "]", ""
}

// endsInNumber reports whether the last label makes the host an IPv4 address or
// nothing (https://url.spec.whatwg.org/#ends-in-a-number-checker).
func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// parseIPv4 reads up to four numbers, octal after 0 and hexadecimal after 0x, the
// last of which fills all bytes that are left
// (https://url.spec.whatwg.org/#concept-ipv4-parser).
func parseIPv4(host string) (_ netip.Addr, ok bool) {
	parts := strings.SplitN(strings.TrimSuffix(host, "."), ".", 5)
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var addr uint64
	for i, part := range parts {
		n, ok := ipv4Number(part)
		limit, shift := uint64(255), 24-8*i
		if i == len(parts)-1 {
			limit, shift = 1<<(32-8*i)-1, 0
		}
		if !ok || n > limit {
			return netip.Addr{}, false
		}
		addr |= n << shift
	}
	return netip.AddrFrom4([4]byte{byte(addr >> 24), byte(addr >> 16), byte(addr >> 8), byte(addr)}), true
}

func ipv4Number(s string) (n uint64, ok bool) {
	base := 10
	switch {
	case s == "0x" || s == "0":
		return 0, true
	case strings.HasPrefix(s, "0x"):
		s, base = s[2:], 16
	case strings.HasPrefix(s, "0"):
		s, base = s[1:], 8
	}
	n, err := strconv.ParseUint(s, base, 64)
	return n, err == nil
}
