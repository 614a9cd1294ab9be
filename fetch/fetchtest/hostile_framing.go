package fetchtest

import "strings"

const (
	ok5         = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
	okChunked   = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	okUntilEnd  = "HTTP/1.1 200 OK\r\n\r\n"
	okClose     = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
	lastChunk   = "0\r\n\r\n"
	helloChunk  = "5\r\nhello\r\n"
	helloChunks = helloChunk + lastChunk
)

// works is an answer that must be taken. "hello" in it stands for the case's mark.
func works(name, help, raw string) Case {
	return fetched(name, help, mark(name), kept(strings.ReplaceAll(raw, "hello", mark(name))))
}

// worksAtEnd is such an answer whose body ends with the connection.
func worksAtEnd(name, help, raw string) Case {
	return fetched(name, help, mark(name), closing(strings.ReplaceAll(raw, "hello", mark(name))))
}

// accepted are answers that RFC 9112 allows, or that every browser takes.
func accepted() []Case {
	const ok = ok5 + "\r\nhello"
	return []Case{
		works("plain", "an answer with nothing odd about it", ok),
		works("continue-first", "100 Continue, unasked, before the answer", "HTTP/1.1 100 Continue\r\n\r\n"+ok),
		works("processing-first", "102 Processing three times before the answer", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 3)+ok),
		works("early-hints-first", "103 Early Hints with fields before the answer", "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"+ok),
		works("informational-mixed", "100, 102 and 103 before the answer", "HTTP/1.1 100 \r\n\r\nHTTP/1.1 102 P\r\nX: y\r\n\r\nHTTP/1.1 103 E\r\n\r\n"+ok),
		works("informational-unknown", "a 1xx that nobody knows before the answer", "HTTP/1.1 199 What\r\n\r\n"+ok),
		works("informational-twenty", "20 informational answers before the answer", strings.Repeat("HTTP/1.1 100 C\r\n\r\n", 20)+ok),
		works("informational-length", "100 Continue with Content-Length: 0", "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n"+ok),
		worksAtEnd("http10", "HTTP/1.0 with a length", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
		works("http10-keep-alive", "HTTP/1.0 that keeps the connection", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 5\r\n\r\nhello"),
		worksAtEnd("http10-until-close", "HTTP/1.0 whose body ends with the connection", "HTTP/1.0 200 OK\r\n\r\nhello"),
		worksAtEnd("http10-keep-alive-until-close", "HTTP/1.0 that says keep-alive, and closes to end its body", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello"),
		worksAtEnd("until-close", "HTTP/1.1 whose body ends with the connection", okClose+"hello"),
		worksAtEnd("until-close-unsaid", "the same without Connection: close", okUntilEnd+"hello"),
		fetched("until-close-empty", "a head, no body and the end of the connection", "", closing(okClose)),
		works("close-said", "Connection: close beside a length", ok5+"Connection: close\r\n\r\nhello"),
		works("close-in-list", "Connection: x, Close in a list", ok5+"Connection: x, Close\r\n\r\nhello"),
		works("reason-empty", "a status line without a reason", "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello"),
		works("reason-missing", "a status line that ends after the status", "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello"),
		works("reason-long", "a reason of 8 KiB", "HTTP/1.1 200 "+strings.Repeat("y", 8<<10)+"\r\nContent-Length: 5\r\n\r\nhello"),
		works("reason-foreign", "a reason in Latin-1", "HTTP/1.1 200 d\xe9j\xe0\r\nContent-Length: 5\r\n\r\nhello"),
		worksAtEnd("no-fields", "a head without a single field", "HTTP/1.1 200 OK\r\n\r\nhello"),
		works("status-299", "a status that nobody knows", "HTTP/1.1 299 Odd\r\nContent-Length: 5\r\n\r\nhello"),
		works("lf-only", "a head whose lines end in LF", "HTTP/1.1 200 OK\nContent-Length: 5\nX: y\n\nhello"),
		works("lf-mixed", "a head that mixes LF and CRLF", "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 5\r\n\nhello"),
		fetched("lf-body-of-lines", "an LF head before a body of empty lines", "\r\n\r\n", kept("HTTP/1.1 200 OK\nContent-Length: 4\n\n\r\n\r\n")),
		works("empty-line-first", "an empty line before the status line", "\r\n"+ok),
		works("empty-lines-first", "three empty lines before the status line", "\r\n\n\r\n"+ok),
		works("folded", "a field folded over three lines", ok5+"X: a\r\n b\r\n\tc\r\n\r\nhello"),
		works("folded-length", "a folded Content-Length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nhello"),
		works("head-60k", "one field of 60 KiB", ok5+"X: "+strings.Repeat("x", 60<<10)+"\r\n\r\nhello"),
		works("head-200k", "200 fields of a kilobyte", ok5+strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 200)+"\r\nhello"),
		works("fields-200", "200 fields", ok5+strings.Repeat("X: y\r\n", 200)+"\r\nhello"),
		works("fields-non-ascii", "bytes in fields that are not ASCII", ok5+"X: \xff\xfe \xc3\xa4\r\n\r\nhello"),
		works("field-empty", "a field without a value", "HTTP/1.1 200 OK\r\nX:\r\nContent-Length:5\r\n\r\nhello"),
		works("field-names-odd", "names in odd case and of odd letters", "HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh: 5\r\nX_y!#$%&'*+-.^`|~: z\r\n\r\nhello"),
		works("field-space-before-colon", "a space before a colon", ok5+"Server \t: x\r\n\r\nhello"),
		works("length-twice", "Content-Length twice, equal", ok5+"content-length: 5\r\n\r\nhello"),
		works("length-list", "Content-Length: 5, 5", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello"),
		works("length-zeros", "Content-Length with leading zeros", "HTTP/1.1 200 OK\r\nContent-Length: 0000005\r\n\r\nhello"),
		works("length-many-zeros", "Content-Length with 40 leading zeros", "HTTP/1.1 200 OK\r\nContent-Length: "+strings.Repeat("0", 40)+"5\r\n\r\nhello"),
		works("length-spaces", "Content-Length between spaces", "HTTP/1.1 200 OK\r\nContent-Length:  \t 5 \t\r\n\r\nhello"),
		fetched("length-0", "Content-Length: 0", "", kept("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
		fetched("chunked", "chunks", "hello", kept(okChunked+"2\r\nhe\r\n3\r\nllo\r\n"+lastChunk)),
		works("chunked-one", "one chunk", okChunked+helloChunks),
		fetched("chunked-empty", "no chunk but the last", "", kept(okChunked+lastChunk)),
		works("chunk-extensions", "chunk extensions", okChunked+"5;a=b;c=\"d\"\r\nhello\r\n0;last\r\n\r\n"),
		works("chunk-extension-long", "a chunk extension of 2,000 bytes", okChunked+"5;"+strings.Repeat("x", 2000)+"\r\nhello\r\n"+lastChunk),
		works("chunk-zeros", "chunk sizes with leading zeros", okChunked+"00005\r\nhello\r\n000\r\n\r\n"),
		fetched("chunk-capitals", "a chunk size in capitals", "0123456789", kept(okChunked+"A\r\n0123456789\r\n"+lastChunk)),
		works("chunk-space", "a space after a chunk size", okChunked+"5 \r\nhello\r\n"+lastChunk),
		works("trailer", "trailer fields", okChunked+helloChunk+"0\r\nX: y\r\nZ: w\r\n\r\n"),
		works("trailer-long", "a trailer field of 16 KiB", okChunked+helloChunk+"0\r\nX: "+strings.Repeat("y", 16<<10)+"\r\n\r\n"),
		works("trailer-length", "a Content-Length in the trailer, which means nothing", okChunked+helloChunk+"0\r\nContent-Length: 99\r\n\r\n"),
		works("chunked-mixed-case", "Transfer-Encoding: ChunKed", "HTTP/1.1 200 OK\r\ntransfer-ENCODING: ChunKed\r\n\r\n"+helloChunks),
		works("chunked-and-length", "chunked beside a Content-Length, which it overrides", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"+helloChunks),
		worksAtEnd("transfer-identity", "Transfer-Encoding: identity, which means none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello"),
		works("transfer-empty", "an empty Transfer-Encoding beside a Content-Length", "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\nContent-Length: 5\r\n\r\nhello"),
		fetched("chunked-bytewise", "5,000 chunks of a byte", strings.Repeat("z", 5000), kept(okChunked+strings.Repeat("1\r\nz\r\n", 5000)+lastChunk)),
		fetched("status-204", "204, which has no body", "", kept("HTTP/1.1 204 No Content\r\n\r\n")),
		fetched("status-204-length", "204 with a Content-Length that is not true", "", kept("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n")),
		fetched("status-205", "205 with Content-Length: 0", "", kept("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n")),
		unmodified("status-304", "304, unasked", "HTTP/1.1 304 Not Modified\r\n\r\n"),
		unmodified("status-304-length", "304 with the Content-Length of a 200", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
		unmodified("status-304-chunked", "304 that says chunked", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"),
		works("type-missing", "no Content-Type", ok),
		works("type-odd", "a Content-Type that is none", ok5+"Content-Type: ;;=\"\r\n\r\nhello"),
		works("answer-in-pieces", "a byte in each packet", ok).inPieces(),
		works("lf-in-pieces", "an LF head, a byte in each packet", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello").inPieces(),
		works("chunks-in-pieces", "chunks, a byte in each packet", okChunked+helloChunks).inPieces(),
		works("answer-before-request", "an answer before the request is read", ok).beforeTheRequest(),
		afterRedirect("leftover-bytes", "bytes that nobody asked for after a redirect", "rest"),
		afterRedirect("leftover-answer", "an answer that nobody asked for after a redirect", ok5+"\r\nsmuggled"),
		afterRedirect("stale-closed", "a kept connection that is closed after a redirect", "").thenGone(func(*actor) {}),
		afterRedirect("stale-dropped", "a kept connection that is dropped after a redirect", "").thenGone((*actor).reset),
	}
}

func unmodified(name, help, raw string) Case {
	return Case{Name: name, Help: help, Outcome: "not_modified", play: kept(raw)}
}

// misframed are answers that two readers may take for different things, and those
// that are no HTTP at all. None may pass for a body.
func misframed() []Case {
	refused := func(name, help, raw string) Case { return fails(name, help, "protocol", closing(raw)) }
	return []Case{
		refused("lengths-differ", "two different Content-Lengths", ok5+"Content-Length: 6\r\n\r\nhello!"),
		refused("lengths-differ-in-list", "Content-Length: 5, 6", "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello!"),
		refused("lengths-differ-space", "another length in a field with a space before the colon", ok5+"Content-Length : 6\r\n\r\nhello!"),
		refused("length-negative", "Content-Length: -5", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"),
		refused("length-signed", "Content-Length: +5", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello"),
		refused("length-hexadecimal", "Content-Length: 0x5", "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello"),
		refused("length-fraction", "Content-Length: 5.0", "HTTP/1.1 200 OK\r\nContent-Length: 5.0\r\n\r\nhello"),
		refused("length-words", "Content-Length: 5 bytes", "HTTP/1.1 200 OK\r\nContent-Length: 5 bytes\r\n\r\nhello"),
		refused("length-empty", "Content-Length without a value", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello"),
		refused("length-empty-part", "Content-Length: 5,", "HTTP/1.1 200 OK\r\nContent-Length: 5,\r\n\r\nhello"),
		refused("length-over-64-bits", "a Content-Length over 64 bits", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551621\r\n\r\nhello"),
		refused("length-space-before-colon", "Content-Length : 5", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello"),
		refused("length-foreign-digits", "a Content-Length in full-width digits", "HTTP/1.1 200 OK\r\nContent-Length: \uff15\r\n\r\nhello"),
		refused("length-broken-and-chunked", "an invalid Content-Length beside chunked", "HTTP/1.1 200 OK\r\nContent-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n"+helloChunks),
		refused("http10-chunked", "chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+helloChunks),
		refused("http20-chunked", "chunks under HTTP/2.0", "HTTP/2.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+helloChunks),
		refused("chunked-space-before-colon", "Transfer-Encoding : chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n"+helloChunks),
		refused("transfer-unknown", "a transfer coding that nobody knows", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n"+helloChunks),
		refused("transfer-gzip", "Transfer-Encoding: gzip, chunked, unasked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"+helloChunks),
		refused("transfer-twice", "Transfer-Encoding: chunked twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"+helloChunks),
		refused("chunk-no-number", "a chunk size that is no number", okChunked+"x\r\nhello\r\n"+lastChunk),
		refused("chunk-0x", "a chunk size with 0x", okChunked+"0x5\r\nhello\r\n"+lastChunk),
		refused("chunk-negative", "a negative chunk size", okChunked+"-5\r\nhello\r\n"+lastChunk),
		refused("chunk-signed", "a chunk size with a plus", okChunked+"+5\r\nhello\r\n"+lastChunk),
		refused("chunk-no-size", "no chunk size", okChunked+"\r\nhello\r\n"+lastChunk),
		refused("chunk-over-64-bits", "a chunk size over 64 bits", okChunked+"10000000000000005\r\nhello\r\n"+lastChunk),
		refused("chunk-wraps", "a chunk size that wraps around to 5", okChunked+"ffffffff00000000000000005\r\nhello\r\n"+lastChunk),
		refused("chunk-longer", "a chunk longer than its size", okChunked+"5\r\nhello, world\r\n"+lastChunk),
		refused("chunk-shorter", "a chunk shorter than its size", okChunked+"6\r\nhello\r\n"+lastChunk+"xxxxxx"),
		refused("chunks-raw", "a body that is not in the chunks it promised", okChunked+"<html>\nhello\n</html>\n"),
		refused("garbage", "garbage", "garbage\r\n\r\n"),
		refused("garbage-binary", "binary garbage", "\x00\x01\x02\xff\xfe\r\n\r\n"),
		fails("garbage-hanging", "the greeting of an SSH server, which then waits", "protocol", hanging("SSH-2.0-OpenSSH_9.6\r\n")),
		refused("protocol-icy", "ICY 200 OK", "ICY 200 OK\r\n\r\nhello"),
		refused("protocol-lower-case", "http/1.1 in small letters", "http/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
		refused("html-without-head", "HTML without a head (HTTP/0.9)", "<html>\n\n</html>"),
		refused("status-letters", "a status of letters", "HTTP/1.1 abc OK\r\n\r\n"),
		refused("status-missing", "no status", "HTTP/1.1\r\n\r\n"),
		refused("status-two-digits", "a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"),
		refused("status-four-digits", "a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"),
		refused("status-000", "status 000", "HTTP/1.1 000 OK\r\n\r\n"),
		refused("status-negative", "a negative status", "HTTP/1.1 -20 No\r\n\r\n"),
		refused("status-101", "101 Switching Protocols, unasked", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
		refused("field-no-colon", "a field without a colon", ok5+"nonsense\r\n\r\nhello"),
		refused("field-no-name", "a field without a name", ok5+": x\r\n\r\nhello"),
		refused("fold-first", "a folded line before any field", "HTTP/1.1 200 OK\r\n x: y\r\n\r\nhello"),
		refused("nul-in-field", "NUL in a field", ok5+"X: a\x00b\r\n\r\nhello"),
		refused("cr-in-field", "a lone CR in a field, before another length", "HTTP/1.1 200 OK\r\nX: a\rContent-Length: 6\r\nContent-Length: 5\r\n\r\nhello"),
		refused("escape-in-location", "an escape sequence in a Location", "HTTP/1.1 302 Found\r\nLocation: /\x1b[31m\r\nContent-Length: 0\r\n\r\n"),
		refused("escape-in-type", "an escape sequence in a Content-Type", ok5+"Content-Type: text/\x1b]0;title\x07\r\n\r\nhello"),
		refused("empty-lines-only", "empty lines and nothing else", strings.Repeat("\r\n", 100)),
		refused("fields-2000", "2,000 fields", "HTTP/1.1 200 OK\r\n"+strings.Repeat("X: y\r\n", 2000)+"\r\n"),
	}
}
