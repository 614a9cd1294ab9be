package fetchtest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// here is the URL of the case under way at this origin, without userinfo.
func (a *actor) here() string {
	scheme := "http"
	if a.door.tls != nil {
		scheme = "https"
	}
	return scheme + "://" + a.door.addr() + "/" + a.cast.Name
}

// there is the URL of the case under way at another origin of the same scheme.
func (a *actor) there() string { return "http://" + a.h.doors[otherDoor].addr() + "/" + a.cast.Name }

// place fills in the parts of a Location that are known only once the server runs.
func (a *actor) place(location string) string {
	host := a.door.addr()
	_, port, _ := strings.Cut(host, ":")
	return strings.NewReplacer(
		"{here}", a.here(), "{there}", a.there(), "{name}", a.cast.Name, "{host}", host, "{port}", port,
		"{local}", strings.Replace(a.there(), "127.0.0.1", "localhost", 1),
		"{plain}", "http://"+a.h.doors[plainDoor].addr()+"/"+a.cast.Name,
	).Replace(location)
}

// leads is a case that redirects to location and answers there, with its mark,
// what asks for exactly the step.
func leads(name, help string, status int, location, step string) Case {
	c := fetched(name, help, mark(name), func(a *actor) {
		switch a.step {
		case "":
			a.respond(status, "moved", "Location: "+a.place(location))
		case step:
			a.respond(200, mark(name))
		default:
			a.respond(404, "not what was asked for: "+a.step)
		}
	})
	c.MaxRequests = 2
	return c
}

// elsewhere is a case that leads to another host, and all there is are loopback addresses.
func elsewhere(c Case) Case {
	c.Private = true
	return c
}

// misleads is a redirect that must not be followed.
func misleads(name, help, class string, status int, location string) Case {
	return fails(name, help, class, func(a *actor) {
		if a.step != "" {
			a.respond(200, "must not be asked for")
			return
		}
		a.respond(status, "moved", "Location: "+a.place(location))
	})
}

func redirected() []Case {
	long := strings.Repeat("/long", 6000)
	return append(redirectsThatEnd(), []Case{
		leads("redirect-301", "301", 301, "{here}/end", "/end"),
		leads("redirect-302", "302", 302, "{here}/end", "/end"),
		leads("redirect-303", "303", 303, "{here}/end", "/end"),
		leads("redirect-307", "307", 307, "{here}/end", "/end"),
		leads("redirect-308", "308", 308, "{here}/end", "/end"),
		leads("redirect-relative", "a relative Location", 302, "{name}/end", "/end"),
		leads("redirect-absolute-path", "a Location without host", 302, "/{name}/end", "/end"),
		leads("redirect-dots", "a Location with dot segments", 302, "./x/../{name}/y/../end", "/end"),
		leads("redirect-protocol-relative", "a Location without scheme", 302, "//{host}/{name}/end", "/end"),
		leads("redirect-query", "a Location that is a query only", 302, "?a=b&c", "?a=b&c"),
		leads("redirect-fragment", "a Location with a fragment, which is not sent", 302, "{here}/end#part", "/end"),
		leads("redirect-spaces", "a Location with spaces", 302, "{here}/a b  c", "/a%20b%20%20c"),
		leads("redirect-spaces-around", "a Location between spaces", 302, " \t {here}/end \t ", "/end"),
		leads("redirect-non-ascii", "a Location in UTF-8", 302, "{here}/caf\u00e9", "/caf%C3%A9"),
		leads("redirect-latin1", "a Location in Latin-1", 302, "{here}/caf\xe9", "/caf%E9"),
		leads("redirect-encoded", "a Location with encoded separators, which stay", 302, "{here}/a%2Fb%2e%20", "/a%2Fb%2e%20"),
		leads("redirect-backslashes", "a Location with backslashes", 302, `\{name}\end`, "/end"),
		leads("redirect-capitals", "a Location with a scheme in capitals", 302, "HTTP://{host}/{name}/end", "/end"),
		leads("redirect-wide-host", "a host in full-width digits (IDN)", 302, "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11:{port}/{name}/end", "/end"),
		leads("redirect-octal-host", "the same host as 0177.1", 302, "http://0177.1:{port}/{name}/end", "/end"),
		leads("redirect-lower-field", "location in small letters, without a space", 302, "{here}/end\r\nx:y", "/end"),
		elsewhere(leads("redirect-idn", "localhost in full-width letters (IDN)", 302, "http://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54:{port}/{name}/end", "/end")),
		leads("redirect-long", "a Location of 30 KB", 302, "{here}"+long, long),
		leads("redirect-twice", "the same Location twice", 302, "{here}/end\r\nLocation: {here}/end", "/end"),
		misleads("redirect-too-long", "a Location of 70 KB", "protocol", 302, "{here}/"+strings.Repeat("x", 70<<10)),
		misleads("redirect-300", "300 with a Location, which is no order", "protocol", 300, "{here}/end"),
		misleads("redirect-305", "305 Use Proxy, which nobody should", "protocol", 305, "{there}/end"),
		misleads("redirect-306", "306, which has no meaning", "protocol", 306, "{here}/end"),
		unmodified("redirect-304", "304 with a Location", "HTTP/1.1 304 Not Modified\r\nLocation: /redirect-304/end\r\n\r\n"),
		fetched("redirect-200", "200 with a Location", mark("redirect-200"), kept(ok5+"Location: /elsewhere\r\n\r\n"+mark("redirect-200"))),
		fails("redirect-nowhere", "302 without a Location", "protocol", kept("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")),
		misleads("redirect-empty", "302 with an empty Location", "protocol", 302, ""),
		misleads("redirect-javascript", "a Location of scheme javascript, which is no address", "protocol", 302, "javascript:alert(1)"),
		misleads("redirect-data", "a Location of scheme data", "protocol", 302, "data:text/html,hello"),
		misleads("redirect-file", "a Location of scheme file", "protocol", 302, "file:///etc/passwd"),
		misleads("redirect-ftp", "a Location of scheme ftp", "protocol", 302, "ftp://{host}/"),
		misleads("redirect-mailto", "a Location of scheme mailto", "protocol", 302, "mailto:a@b.example"),
		misleads("redirect-gopher", "a Location of scheme gopher", "protocol", 302, "gopher://{host}/1"),
		misleads("redirect-no-host", "a Location whose host is missing", "protocol", 302, "http://"),
		misleads("redirect-port-0", "a Location with port 0", "protocol", 302, "http://127.0.0.1:0/"),
		misleads("redirect-port-99999", "a Location with port 99999", "protocol", 302, "http://127.0.0.1:99999/"),
		misleads("redirect-host-space", "a Location with a space in its host", "protocol", 302, "http://127.0.0.1 evil/"),
		misleads("redirect-host-percent", "a Location with a NUL in its host", "protocol", 302, "http://127.0.0.1%00.example/"),
		misleads("redirect-nul", "a Location with a NUL", "protocol", 302, "{here}/a\x00b"),
		misleads("redirect-self", "a redirect to itself", "redirect_loop", 302, "{here}"),
	}...)
}

// redirectsThatEnd are chains, and redirects that bring more than a Location.
func redirectsThatEnd() []Case {
	chain := func(name, help, class string, hops int) Case {
		play := func(a *actor) {
			n := 0
			_, _ = fmt.Sscanf(a.step, "/%d", &n) // stays 0 at the first
			if n < hops {
				a.respond(302, "", fmt.Sprintf("Location: %s/%d", a.here(), n+1))
				return
			}
			a.respond(200, mark(name))
		}
		c := fails(name, help, class, play)
		if class == "" {
			c = fetched(name, help, mark(name), play)
		}
		c.MaxRequests = 11
		return c
	}
	const manyHops = 1 << 30
	loop := fails("redirect-loop", "two redirects to each other", "redirect_loop", func(a *actor) {
		if a.step == "" {
			a.respond(302, "", "Location: "+a.here()+"/back")
		} else {
			a.respond(302, "", "Location: "+a.here())
		}
	})
	loop.MaxRequests = 2
	heavy := leads("redirect-heavy", "a redirect with a body without end", 302, "{here}/end", "/end")
	heavy.play = heavyRedirect(heavy.play)
	heavy.MaxBytes = 8 << 20 // the sockets' buffers: nothing of it is read
	return []Case{
		chain("redirect-10", "ten redirects, as many as the limit", "", 10),
		chain("redirect-11", "eleven, one too many", "redirect_limit", 11),
		chain("redirect-endless", "redirects without end, each to another URL", "redirect_limit", manyHops),
		loop,
		heavy,
		cookieOnHop(),
	}
}

// heavyRedirect redirects with a body that never ends.
func heavyRedirect(end script) script {
	return func(a *actor) {
		if a.step != "" {
			end(a)
			return
		}
		endlessly("HTTP/1.1 302 Found\r\nLocation: "+a.here()+"/end\r\nTransfer-Encoding: chunked\r\n\r\n", helloChunk)(a)
	}
}

func cookieOnHop() Case {
	c := fetched("redirect-cookie", "a cookie set on a redirect, and wanted at its end", mark("redirect-cookie"), func(a *actor) {
		switch {
		case a.step == "":
			a.respond(302, "", "Location: "+a.here()+"/end", "Set-Cookie: hop=on; Path=/redirect-cookie")
		case strings.Contains(a.field("Cookie"), "hop=on"):
			a.respond(200, mark("redirect-cookie"))
		default:
			a.respond(403, "without the cookie")
		}
	})
	c.MaxRequests, c.Cookies = 2, true
	return c
}

// afterRedirect is a case that redirects to itself, with more after that answer
// than belongs to it, which must not pass for the next one.
func afterRedirect(name, help, more string) Case {
	c := fetched(name, help, mark(name), func(a *actor) {
		if a.step == "" {
			a.keep = a.send(fmt.Sprintf("HTTP/1.1 302 Found\r\nLocation: /%s/end\r\nContent-Length: 4\r\n\r\nbody%s", name, more))
			return
		}
		a.respond(200, mark(name))
	})
	c.alone, c.MaxRequests = true, 2
	return c
}

// thenGone has a connection that is used again end in that way, without an answer.
func (c Case) thenGone(leave script) Case {
	whole := c.play
	c.MaxRequests = 3 // the one that nobody answered is sent again
	c.play = func(a *actor) {
		if a.asked > 1 {
			leave(a)
			return
		}
		whole(a)
	}
	return c
}

// credentials are ways to get at what the client tells one origin only. The client
// has to send Authorization and Cookie to the first. The other origin refuses
// whoever brings any.
func credentials() []Case {
	closed := func(c Case) Case {
		answer := c.play
		c.play = func(a *actor) {
			if a.door.name == otherDoor && a.hasCredentials() {
				a.respond(403, "these are not for me")
				return
			}
			answer(a)
		}
		return c
	}
	withUser := closed(leads("leak-userinfo", "user and password in the URL, and a redirect to another origin", 302, "{there}/end", "/end"))
	withUser.user = "user:secret@"
	toOwn := leads("userinfo-redirect", "a redirect that brings user and password", 302, "http://user:secret@{host}/{name}/end", "/end")
	back := closed(leads("leak-back-and-forth", "a redirect to another origin, which leads back", 302, "{there}/back", "/end"))
	back.play = thereAndBack(back.play)
	back.MaxRequests = 3
	host := elsewhere(leads("leak-host", "a redirect to another host", 302, "{local}/end", "/end"))
	secure := closed(overTLS(leads("leak-downgrade", "a redirect from https to http", 302, "{there}/end", "/end")))
	return []Case{
		fetchedIf("userinfo", "user and password in the URL, which the server wants", "user:secret@", func(a *actor) bool {
			return a.field("Authorization") != ""
		}),
		fetchedIf("userinfo-encoded", "the same, percent-encoded", "us%65r:s%65cret@", func(a *actor) bool {
			sent, ok := strings.CutPrefix(a.field("Authorization"), "Basic ")
			plain, _ := base64.StdEncoding.DecodeString(sent) // wrong ones are not equal below
			return !ok || string(plain) == "user:secret"
		}),
		toOwn,
		withUser,
		closed(leads("leak-301", "301 to another origin", 301, "{there}/end", "/end")),
		closed(leads("leak-302", "302 to another origin", 302, "{there}/end", "/end")),
		closed(leads("leak-303", "303 to another origin", 303, "{there}/end", "/end")),
		closed(leads("leak-307", "307 to another origin", 307, "{there}/end", "/end")),
		closed(leads("leak-308", "308 to another origin", 308, "{there}/end", "/end")),
		back,
		closed(host),
		secure,
	}
}

// thereAndBack redirects from the other origin to the first.
func thereAndBack(whole script) script {
	return func(a *actor) {
		if a.step == "/back" && !a.hasCredentials() {
			a.respond(302, "", "Location: "+a.place("{plain}/end"))
			return
		}
		whole(a)
	}
}

// fetchedIf is fetched by a request that has what it must.
func fetchedIf(name, help, user string, right func(a *actor) bool) Case {
	c := fetched(name, help, mark(name), func(a *actor) {
		if right(a) {
			a.respond(200, mark(name))
		} else {
			a.respond(403, "not as it must be")
		}
	})
	c.user = user
	return c
}

// privateAddresses are addresses that a server has no business to lead a client
// to, and ways to write them.
func privateAddresses() []Case {
	targets := map[string]string{
		"loopback": "127.0.0.2", "loopback-short": "127.2", "loopback-hexadecimal": "0x7f000002", "loopback-number": "2130706434",
		"loopback-octal": "0177.0.0.02", "loopback-wide": "\uff11\uff12\uff17.\uff10.\uff10.\uff12", "loopback-mapped": "[::ffff:127.0.0.2]",
		"loopback-mapped-hexadecimal": "[::ffff:7f00:2]", "loopback-ipv6": "[::1]", "loopback-compatible": "[::127.0.0.2]",
		"loopback-nat64": "[64:ff9b::7f00:2]", "loopback-6to4": "[2002:7f00:2::]", "unspecified": "0.0.0.0", "unspecified-ipv6": "[::]",
		"localhost": "localhost", "metadata": "169.254.169.254", "metadata-number": "2852039166", "metadata-mapped": "[::ffff:a9fe:a9fe]",
		"metadata-ipv6": "[fd00:ec2::254]", "link-local": "169.254.1.1", "link-local-ipv6": "[fe80::1]", "private-10": "10.0.0.1",
		"private-172": "172.16.0.1", "private-192": "192.168.0.1", "private-ipv6": "[fc00::1]", "carrier": "100.64.0.1",
		"multicast": "224.0.0.1", "multicast-ipv6": "[ff02::1]", "broadcast": "255.255.255.255", "reserved": "240.0.0.1",
		"this-network": "0.1.2.3", "benchmark": "198.18.0.1", "documentation": "192.0.2.1",
	}
	var all []Case
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		target := targets[name]
		all = append(all, misleads("private-to-"+name, "a redirect to "+target, "private_address", 302, "http://"+target+":{port}/{name}/end"))
	}
	return all
}
