// Package auth answers for the user where a server wants to know who asks: Basic
// (RFC 7617), Bearer (RFC 6750) and Digest (RFC 7616, and RFC 2617 before it).
//
// Make [Credentials] with [Login], [Basic], [Digest] or [Bearer], say with [Static]
// to which origin they belong, and put [Layer] inside of redirects, so that it sees
// where each hop leads:
//
//	c, err := auth.Login("user", "secret")
//	...
//	mine, err := auth.Static("https://example.com", c)
//	...
//	fetcher := fetch.Stack(client, fetch.Redirect(0), auth.Layer(mine), fetch.Decode(0))
//
// [ParseNetrc] reads credentials from a netrc file. Whatever a server or a redirect
// says, credentials go to no scheme, host or port but those that a [Lookup] gives
// them for.
//
// The package asks nobody for a password and finds no files, answers no proxy (407:
// a proxy's credentials are in its URL), speaks neither NTLM nor Negotiate, and does
// not check the rspauth by which a server may prove itself: TLS does that better.
package auth

import (
	"context"
	"errors"
	"strings"

	"crawl/fetch"
	"crawl/fetch/urls"
)

// Lookup returns the credentials for u, if there are any. It is asked for each
// request, and must be safe for concurrent use.
type Lookup func(u urls.URL) (Credentials, bool)

// Static gives c to the origin of rawURL, which is its scheme, host and port, and
// to no other. The path does not count. The error is an [*urls.Error].
func Static(rawURL string, c Credentials) (Lookup, error) {
	origin, err := urls.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	return func(u urls.URL) (Credentials, bool) {
		return c, u.Scheme() == origin.Scheme() && u.Host() == origin.Host()
	}, nil
}

// Layer adds an Authorization field with what the first of lookups that knows the
// URL says, and answers challenges of Digest by asking again. It remembers the
// challenge of an origin, so that as a rule one request costs one. It is safe for
// concurrent use.
//
// A request's own Authorization field is sent as it is. User and password within
// its URL come before lookups and are a [Login]; beside an Authorization field they
// are an error of class bad_url, since it is in doubt who asks.
//
// A 401 is returned as it came when there is nothing better to answer: credentials
// are missing or wrong, no scheme that is offered is known, or the request's body was
// sent and can't be read again.
func Layer(lookups ...Lookup) fetch.Layer {
	return func(next fetch.Fetcher) fetch.Fetcher {
		l := &layer{next: next, lookups: lookups}
		return fetch.FetcherFunc(l.fetch)
	}
}

type layer struct {
	next     fetch.Fetcher
	lookups  []Lookup
	sessions sessions
}

// maxAnswers bounds how often one request answers a challenge: a nonce may get
// stale between the challenge and its answer, but not for ever.
const maxAnswers = 2

func (l *layer) fetch(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	if len(l.lookups) == 0 && !strings.Contains(req.URL, "@") {
		return l.next.Fetch(ctx, req) // as most do
	}
	u, err := urls.Parse(req.URL)
	if err != nil {
		return l.next.Fetch(ctx, req) // which knows what to say about it
	}
	c, ok, err := l.credentials(u, req)
	if err != nil {
		return nil, &fetch.Error{Class: fetch.ClassBadURL, URL: u.Redacted(), Reason: err.Error(), Err: err}
	}
	if !ok {
		return l.next.Fetch(ctx, req)
	}
	at := space{scheme: u.Scheme(), host: u.Host(), credentials: c}
	s := l.sessions.get(at, u, req.Body)
	for answers := 0; ; answers++ {
		value := c.atOnce
		if s != nil {
			value = s.answer(method(req), u.RequestURI(), s.bodyHash(ctx, req.Body))
		}
		rec, err := l.next.Fetch(ctx, authorized(req, value))
		if err != nil || !c.digest {
			return rec, err
		}
		if rec.Status != 401 {
			l.sessions.renew(at, s, rec.Header)
			return rec, nil
		}
		offer := challenged(c, rec.Header)
		if offer == nil || answers == maxAnswers || answers > 0 && !offer.stale || !offer.fits(req.Body) {
			l.sessions.drop(at, s)
			return rec, nil
		}
		if req.Body != nil && !fetch.Replayable(req.Body) {
			return rec, nil
		}
		rec.Body.Close()
		l.sessions.put(at, offer)
		s = offer
	}
}

var errTwoUsers = errors.New("the URL names a user, and so does the Authorization field")

// credentials finds out who asks for u.
func (l *layer) credentials(u urls.URL, req *fetch.Request) (Credentials, bool, error) {
	own := req.Header.Has("Authorization")
	if user, password, ok := u.Userinfo(); ok {
		if own {
			return Credentials{}, false, errTwoUsers
		}
		c, err := Login(user, password)
		return c, true, err
	}
	if !own {
		for _, lookup := range l.lookups {
			if c, ok := lookup(u); ok {
				return c, true, nil
			}
		}
	}
	return Credentials{}, false, nil
}

// authorized is req with an Authorization field, when there is a value for it.
func authorized(req *fetch.Request, value string) *fetch.Request {
	if value == "" {
		return req
	}
	asked := *req
	n := len(req.Header)
	asked.Header = append(req.Header[:n:n], fetch.Field{Name: "Authorization", Value: value})
	return &asked
}

func method(req *fetch.Request) string {
	if req.Method == "" {
		return "GET"
	}
	return req.Method
}
