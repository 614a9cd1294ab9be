// Package fetch fetches URLs over HTTP/1.0 and HTTP/1.1 with everything that the
// real web sends kept in bounds: time, size, redirects, malformed framing and
// compressed bombs. A failure is never silent and always of one [Class].
//
// Start with [NewClient] and put around it what is wanted, outermost first:
//
//	client := fetch.NewClient(fetch.Options{})
//	defer client.Close()
//	fetcher := fetch.Stack(client, fetch.Redirect(0), fetch.Decode(0))
//	rec, err := fetcher.Fetch(ctx, &fetch.Request{URL: "https://example.com/"})
//
// Each [Layer] is one concern: [Retry] asks again, [Redirect] follows, [Decode]
// undoes content codings and limits sizes. The [Client] itself does none of that;
// it sends one request and streams one answer. A status such as 404 is an answer
// and no error, until the caller decides otherwise.
//
// The context given to Fetch ends it at any moment, from looking up the name to
// the body's last byte, and so does [Request.Deadline]. A [Record.Body] that ends
// with io.EOF came whole: a cut body, whichever way its end was to be told, is an
// error.
//
// The package keeps no cookies, obeys no robots.txt, stores nothing and sends no
// request bodies; it speaks no HTTP/2 and no WebSocket, and no proxy but those of
// HTTP. It judges no address: [ClassPrivateAddress] and the classes of statuses
// and disks are for its callers, so that there is one list.
package fetch
