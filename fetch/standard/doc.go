// Package standard fetches over HTTP/2 and HTTP/1.1 with Go's own net/http. It is the
// twin of [fetch.Client], which speaks HTTP/1.1 only: the same options, look-ups,
// proxies, TLS and guard, the same Records, errors and classes, so that every
// [fetch.Layer] goes around either.
//
// Start with [New] where HTTP/2 is wanted always, or with [Fallback] to use it for
// servers that speak nothing else:
//
//	h1, h2 := fetch.NewClient(opt), standard.New(opt)
//	fetcher := fetch.Stack(standard.Fallback(h1, h2), fetch.Redirect(0), fetch.Decode(0))
//
// HTTP/2 is what the server chooses by ALPN over TLS (RFC 9113 section 3.2); plain
// http has HTTP/1.1. What net/http can't do, the twin does not:
//
//   - The fields of an answer come in the order of their names, which are written
//     canonically; Record.RawHead is empty, and Transfer-Encoding is not among them.
//   - Options.MaxConns does not count. net/http keeps its idle connections to itself and
//     tells nobody when one becomes idle: who waits for a place could wait for
//     connections that wait for him. MaxConnsPerHost does count, once for requests that
//     are [fetch.Request.Discovered] and once for the others, who share no connections.
//   - Options.MaxAge does not count either: there is no saying which connection a
//     request gets, and to close one that is old would end what others have on it.
//   - A request whose connection was lost before it had any effect is sent again,
//     as net/http sees fit, and not once only.
//   - Of an answer's head, IdleTimeout limits the first byte and the rest together.
//
// It also takes some malformed answers for good which the other does not, and the
// other way round: fetch's conformance test lists them.
package standard
