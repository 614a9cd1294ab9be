package fetchtest

import (
	"fmt"
	"strings"
)

// secured are certificates and handshakes of every kind.
func secured() []Case {
	with := func(cert string, c Case) Case {
		c.tls, c.Trust = cert, true
		return c
	}
	refused := func(name, help, cert string) Case {
		return with(cert, fails(name, help, "tls", kept(ok5+"\r\nhello")))
	}
	// raw is what a port that speaks no TLS says at once.
	raw := func(name, help string, first script) Case {
		c := fails(name, help, "tls", nil)
		c.https, c.first = true, first
		return c
	}
	downgrade := overTLS(leads("tls-redirect", "a redirect within https", 302, "{here}/end", "/end"))
	return []Case{
		with(goodCert, works("tls-good", "a good certificate", ok5+"\r\nhello")),
		with(goodCert, worksAtEnd("tls-until-close", "a body until close_notify", okClose+"hello")),
		with(goodCert, works("tls-chunked", "chunks over TLS", okChunked+helloChunks)),
		downgrade,
		refused("tls-expired", "a certificate that has expired", expiredCert),
		refused("tls-early", "a certificate that is not yet valid", earlyCert),
		refused("tls-wrong-host", "a certificate for another host", wrongHostCert),
		refused("tls-self-signed", "a certificate that vouches for itself", selfSignedCert),
		refused("tls-unknown", "a certificate of an authority that nobody knows", unknownCert),
		refused("tls-10", "TLS 1.0 and nothing newer", tls10Cert),
		refused("tls-11", "TLS 1.1 and nothing newer", tls11Cert),
		refused("tls-client-certificate", "a client certificate is wanted", clientCert),
		raw("tls-garbage", "garbage instead of TLS", hanging("this is no TLS, and long enough to be seen as such\r\n")),
		raw("tls-plain", "plain HTTP on a port for https", func(a *actor) {
			a.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nThis is a plain port.")
			a.hang()
		}),
		raw("tls-closed", "the end instead of a handshake", func(*actor) {}),
		raw("tls-cut", "the end within the handshake", func(a *actor) { a.send("\x16\x03\x03\x40\x00\x02") }),
		raw("tls-alert", "an alert instead of a handshake", hanging("\x15\x03\x01\x00\x02\x02\x28")),
		raw("tls-endless", "a handshake without end", endlessly("\x16\x03\x03\x40\x00", "\x16\x03\x03\x40\x00\x02")),
	}
}

// connections are ways to treat one.
func connections() []Case {
	atOnce := func(name, help, class string, first script) Case {
		c := fails(name, help, class, nil)
		c.first = first
		return c
	}
	return []Case{
		atOnce("closed-at-once", "the end as soon as there is a connection", "reset", func(*actor) {}),
		atOnce("reset-on-connect", "an RST as soon as there is a connection", "reset", (*actor).reset),
		atOnce("silent-on-connect", "a request that is never read", "timeout_idle", func(a *actor) { a.hang() }),
		atOnce("closed-unread", "the end once the request has come", "reset", func(a *actor) { a.next() }),
		atOnce("greeting", "the greeting of a mail server", "protocol", hanging("220 mail.example ESMTP\r\n")),
	}
}

// statuses are answers that are no success, and what they ask the client to wait.
// Each Retry-After is a port's own, for it is the whole host that has to be left alone.
func statuses() []Case {
	status := func(name, class string, code int) Case {
		return fails(name, fmt.Sprintf("status %d", code), class, func(a *actor) { a.respond(code, "no") })
	}
	after := func(name, help string, code int, value string) Case {
		class := fmt.Sprintf("http_%dxx", code/100)
		c := fails("retry-after-"+name, help, class, func(a *actor) { a.respond(code, "later", "Retry-After: "+value) })
		c.alone = true
		return c
	}
	return []Case{
		status("status-400", "http_4xx", 400),
		status("status-403", "http_4xx", 403),
		status("status-404", "http_4xx", 404),
		status("status-410", "http_4xx", 410),
		status("status-418", "http_4xx", 418),
		status("status-500", "http_5xx", 500),
		status("status-502", "http_5xx", 502),
		status("status-599", "http_5xx", 599),
		status("status-600", "protocol", 600),
		status("status-999", "protocol", 999),
		after("seconds", "503 with Retry-After in seconds", 503, "3600"),
		after("date", "503 with Retry-After as a date", 503, "Fri, 31 Dec 2100 23:59:59 GMT"),
		after("past", "429 with Retry-After in the past", 429, "Fri, 31 Dec 1999 23:59:59 GMT"),
		after("huge", "429 with a Retry-After of ages", 429, "99999999999999999999"),
		after("negative", "429 with Retry-After: -1", 429, "-1"),
		after("garbage", "503 with a Retry-After that is none", 503, "soon"),
	}
}

// names are paths that make bad file names, and bytes that a terminal would obey.
// Bodies that end in the same file would be found to be another's.
func names() []Case {
	path := func(name, help, path string) Case {
		c := fetched("name-"+name, help, mark(name), func(a *actor) { a.respond(200, mark(name)) })
		c.path = path
		return c
	}
	bytes := func(name, help, class, raw string) Case { return fails(name, help, class, kept(raw)) }
	return []Case{
		path("up", "encoded dots and slashes in a path", "/..%2f..%2f..%2fetc%2fpasswd"),
		path("up-backslash", "encoded backslashes in a path", "/..%5c..%5cwindows%5csystem.ini"),
		path("nul", "an encoded NUL in a path", "/a%00b"),
		path("newline", "encoded line breaks in a path", "/a%0d%0ab"),
		path("escape", "an encoded escape sequence in a path", "/%1b%5b31m"),
		path("rtl", "an encoded right-to-left mark in a path", "/%e2%80%aegnp.exe"),
		path("device", "a device of Windows in a path", "/con"),
		path("dot-end", "a path that ends in a dot", "/a."),
		path("space-end", "a path that ends in a space", "/a%20"),
		path("colon", "a colon, as for a stream of NTFS", "/a:b"),
		path("long", "a path with a component of 300 bytes", "/"+strings.Repeat("l", 300)),
		path("very-long", "a path of 6,000 bytes", strings.Repeat("/"+strings.Repeat("v", 59), 100)),
		path("twin", "a path that differs from another in its case only", "/a"),
		path("TWIN", "the other", "/a"),
		path("nfc", "a path in normal form C", "/caf%c3%a9"),
		path("nfd", "the same in normal form D", "/cafe%cc%81"),
		path("file", "a path that is a file", "/x"),
		path("folder", "a path that needs a folder", "/x/y/"),
		path("query", "a query with separators", "/?a=/../b&c=%00"),
		path("slashes", "empty components", "//a//b//"),
		bytes("reason-escape", "an escape sequence in the reason of a 404", "http_4xx", "HTTP/1.1 404 \x1b[31mred\x07\r\nContent-Length: 0\r\n\r\n"),
		bytes("reason-rtl", "a right-to-left mark in the reason of a 404", "http_4xx", "HTTP/1.1 404 \u202egnp\r\nContent-Length: 0\r\n\r\n"),
	}
}
