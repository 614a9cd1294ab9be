// Package fetch fetches URLs over HTTP/1.0 and HTTP/1.1 with everything that the
// real web sends kept in bounds: time, size, redirects, malformed framing and
// compressed bombs. A failure is never silent and always of one [Class].
//
// Start with [NewSession], which has around a client what most callers want:
//
//	session, err := fetch.NewSession(fetch.SessionOptions{BaseURL: "https://example.com/api/"})
//	...
//	defer session.Close()
//	rec, err := session.Post(ctx, "items", fetch.JSON(item))
//	...
//	err = rec.JSON(&answer)
//
// Or build the stack yourself, with [NewClient] innermost:
//
//	client := fetch.NewClient(fetch.Options{})
//	defer client.Close()
//	fetcher := fetch.Stack(client, fetch.Redirect(0), fetch.Decode(0))
//	rec, err := fetcher.Fetch(ctx, &fetch.Request{URL: "https://example.com/"})
//
// Each [Layer] is one concern: [Retry] asks again, [Redirect] follows, [Decode]
// undoes content codings and limits sizes, [Check] judges statuses, [Meter] counts;
// more are in the folders below. The [Client] itself does none of that; it sends one
// request and streams one answer. A status such as 404 is an answer and no error,
// until the caller decides otherwise.
//
// The context given to Fetch ends it at any moment, from looking up the name to
// the body's last byte, and so does [Request.Deadline]. A [Record.Body] that ends
// with io.EOF came whole: a cut body, whichever way its end was to be told, is an
// error. It must be closed; the methods of [Record] that read it whole close it.
//
// # Errors
//
// Every error is an [*Error] of one [Class], which errors.Is tells, and unwraps to
// its cause. Who comes from aiohttp finds its exceptions here:
//
//	asyncio.CancelledError                context.Canceled, ClassCancelled
//	ServerTimeoutError, TimeoutError      context.DeadlineExceeded, Error.Timeout
//	ConnectionTimeoutError                ClassTimeoutConnect
//	SocketTimeoutError                    ClassTimeoutIdle, os.ErrDeadlineExceeded
//	ClientConnectorDNSError               ClassDNS, *net.DNSError
//	ClientConnectorError, ClientOSError   ClassRefused, syscall.ECONNREFUSED and others
//	ClientProxyConnectionError            ClassRefused
//	ClientHttpProxyError                  ClassRefused: "the proxy answered 407 to CONNECT"
//	ClientConnectorSSLError               ClassTLS
//	ClientConnectorCertificateError       ClassTLS, *tls.CertificateVerificationError, x509 errors
//	ServerFingerprintMismatch             ClassTLS
//	ServerDisconnectedError               ClassReset, io.EOF
//	ClientConnectionResetError            ClassReset, syscall.ECONNRESET or EPIPE
//	ClientResponseError (raise_for_status) ClassHTTP4xx, ClassHTTP5xx: see Record.Err and Error.Answer
//	ClientResponseError (bad answer)      ClassProtocol
//	ClientPayloadError                    ClassTruncated, ClassEncoding; of the request's body ClassProtocol
//	ContentTypeError                      ClassEncoding: see Record.JSON
//	TooManyRedirects                      ClassRedirectLimit, ClassRedirectLoop; Error.Redirects
//	InvalidURL, NonHttpUrlClientError     ClassBadURL, *urls.Error
//	InvalidUrlRedirectClientError         ClassProtocol with Error.Redirects
//	RuntimeError: Session is closed       ClassCancelled, net.ErrClosed
//
// [ClassTooLarge] and [ClassPrivateAddress] stand for limits that aiohttp lacks.
// [ClassDisk] is of files: those that bodies are read from and saved to.
//
// # What it does not do
//
// It speaks no HTTP/2, and HTTP/1.0 only where a server does. What obeys
// robots.txt is a layer of its own, [crawl/fetch/robots/gate].
// It has no functions without a client or session, since a global one would keep
// connections that nobody closes; sends no trailers, which servers drop as a rule;
// and does not tell where the chunks of a body began, which proxies change on their
// way. It refuses addresses that are not of the public Internet, but only to a
// [Request.Discovered].
package fetch
