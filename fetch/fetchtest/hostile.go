package fetchtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"
)

// The limits to run a client with for the bounds of a [Case] to hold.
const (
	HostileTimeout = 4 * time.Second // for the whole of a fetch
	HostileIdle    = 2 * time.Second // without a byte
	HostileConnect = 2 * time.Second // for connecting, TLS included
	HostileMaxSize = 1 << 20         // bytes of a body, after decoding
)

// Case is one thing that an odd, a broken or a hostile server does, and what a
// client has to make of it. The server of a case is fixed by its URL; see
// [Hostile.URL].
type Case struct {
	Name  string // unique, and the first part of the URL's path
	Group string // which hazard it is
	Help  string // what the server does, in one line

	Outcome string // "fetched", "not_modified", "too_large" or "failed", as in a manifest
	Class   string // the class of the error, when there is one
	Size    int64  // of the body after decoding, when it is fetched
	SHA256  string // of the same, in hexadecimal

	MaxTime     time.Duration // for all of it: thrice the limit that ends it
	MaxBytes    int64         // that the server may get rid of: limits and the sockets' buffers
	MaxRequests int64         // that the server may see: nothing is asked for twice

	Trust   bool // the client has to trust [Hostile.CA]
	Private bool // leads to other loopback addresses, so the client has to allow these
	Cookies bool // the client has to keep cookies

	path  string // of the URL after the name: "" or "/..."
	user  string // userinfo of the URL with its "@"
	alone bool   // has a port of its own
	tls   string // which certificate its port shows; "" for none
	https bool   // the URL says https, though the port has no certificate
	first script // plays as soon as there is a connection, on a port of its own
	play  script // plays once a request has come
}

// Cases returns every case, in the order of their groups.
func Cases() []Case { return slices.Clone(cases()) }

var cases = sync.OnceValue(func() []Case {
	return slices.Concat(
		grouped("Framing: rare, and to be accepted", accepted()),
		grouped("Framing: ambiguous or broken, and to be refused", misframed()),
		grouped("Truncation", truncated()),
		grouped("Content codings", codings()),
		grouped("Sizes without end", oversized()),
		grouped("Time", slow()),
		grouped("Redirects", redirected()),
		grouped("Credentials", credentials()),
		grouped("Addresses that a redirect may not lead to", privateAddresses()),
		grouped("TLS", secured()),
		grouped("Connections", connections()),
		grouped("Status and Retry-After", statuses()),
		grouped("Names and control bytes", names()),
	)
})

// grouped names the group of cases and fills in the bounds that most of them share.
func grouped(name string, cases []Case) []Case {
	for i := range cases {
		c := &cases[i]
		c.Group = name
		setDefault(&c.MaxTime, 3*HostileIdle)
		setDefault(&c.MaxBytes, 1<<20)
		setDefault(&c.MaxRequests, 1)
	}
	return cases
}

func setDefault[T comparable](v *T, value T) {
	if zero := *new(T); *v == zero {
		*v = value
	}
}

// fetched is a case whose body must arrive whole.
func fetched(name, help, body string, play script) Case {
	sum := sha256.Sum256([]byte(body))
	return Case{
		Name: name, Help: help, play: play,
		Outcome: "fetched", Size: int64(len(body)), SHA256: hex.EncodeToString(sum[:]),
	}
}

// fails is a case that must end with an error of that class.
func fails(name, help, class string, play script) Case {
	c := Case{Name: name, Help: help, Outcome: "failed", Class: class, play: play}
	if class == "too_large" {
		c.Outcome = class
	}
	return c
}

// mark is the body of a case where nothing else is said: five bytes that differ
// from case to case, so that answers mixed up are seen.
func mark(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])[:5]
}

// URL returns what to fetch for the case c.
func (h *Hostile) URL(c Case) string {
	return h.base(&c) + "/" + c.Name + c.path
}

// base is scheme://host:port of the port that serves c.
func (h *Hostile) base(c *Case) string {
	scheme := "http"
	if c.https || c.tls != "" {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s%s", scheme, c.user, h.doors[c.door()].addr())
}

// Measure is what a client did to the server of a case.
type Measure struct {
	Connections int64
	Requests    int64
	Bytes       int64         // that the kernel took from the server
	Longest     time.Duration // that one of its connections was held
	Playing     int64         // connections that the client has not let go of
	Leaked      bool          // credentials came to an origin that they are not for
}

// Measured tells what has come to the case c so far.
func (h *Hostile) Measured(c Case) Measure {
	return h.ledgers[c.Name].measure()
}

// Settle waits until no case is under way any more: clients have let go of all
// that would never end.
func (h *Hostile) Settle(ctx context.Context) error {
	wake := context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.changed.Broadcast()
	})
	defer wake()
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.playing > 0 {
		if ctx.Err() != nil {
			return fmt.Errorf("%d connections are still held: %w", h.playing, ctx.Err())
		}
		h.changed.Wait()
	}
	return nil
}
