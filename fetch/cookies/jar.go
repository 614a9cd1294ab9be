package cookies

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"crawl/fetch"
	"crawl/fetch/urls"
)

// What a jar holds at most: RFC 6265 section 6.1 asks for at least as much.
const (
	maxPerDomain = 50
	maxCookies   = 3000
)

// Options adjust a jar. The zero value takes and sends cookies as RFC 6265 says,
// but none of hosts that are IP addresses.
type Options struct {
	// Unsafe lets hosts that are IP addresses have cookies, for themselves only.
	// An address belongs to whoever has it today; browsers and curl take them.
	Unsafe bool

	// SecureOrigins are served Secure cookies as if they were https. Only scheme,
	// host and port of each count. Loopback addresses and localhost always are.
	SecureOrigins []urls.URL
}

// Jar holds cookies, at most 50 of a domain and 3,000 in all: what was not sent for
// longest makes room. It is safe for concurrent use.
type Jar struct {
	unsafe bool
	secure []urls.URL

	size atomic.Int64 // cookies held, so that an empty jar costs nothing

	mu      sync.Mutex // guards what is below
	domains map[string][]entry
	clock   uint64 // counts additions and uses
}

// entry is a cookie in its jar.
type entry struct {
	Cookie
	created, used uint64 // by Jar.clock
}

// New makes an empty jar.
func New(opt Options) *Jar {
	return &Jar{unsafe: opt.Unsafe, secure: slices.Clone(opt.SecureOrigins), domains: make(map[string][]entry)}
}

// SetCookies takes the cookies of every Set-Cookie field that url answered with.
// What is malformed or not that host's to set is left out, as RFC 6265 section 5.3
// says; a cookie that ends in the past deletes the one that it replaces.
func (j *Jar) SetCookies(url string, header fetch.Header) {
	if !header.Has("Set-Cookie") {
		return
	}
	from, ok := j.origin(url)
	if !ok {
		return
	}
	for _, f := range header {
		if !strings.EqualFold(f.Name, "Set-Cookie") {
			continue
		}
		c, err := Parse(f.Value)
		if err != nil || from.admit(&c) != nil {
			continue
		}
		j.mu.Lock()
		if from.secure || !j.wouldShadow(from, &c) {
			j.put(c, time.Now())
		}
		j.mu.Unlock()
	}
}

// wouldShadow reports whether c, from an insecure origin, would stand in place or
// in front of a Secure cookie (RFC 6265bis, "leave secure cookies alone").
func (j *Jar) wouldShadow(from origin, c *Cookie) bool {
	for domain := range from.domains() {
		for _, old := range j.domains[domain] {
			if old.Secure && old.Name == c.Name && pathMatches(c.Path, old.Path) {
				return true
			}
		}
	}
	return false
}

// Add puts cookies into the jar on the caller's own authority. Each needs a Name
// and a Domain; Path defaults to "/". Refused are cookies that could not be sent as
// they are, and those for all hosts below a public suffix such as co.uk or, unless
// [Options.Unsafe] says otherwise, for an IP address. The first one refused ends it.
func (j *Jar) Add(cookies ...Cookie) error {
	now := time.Now()
	for _, c := range cookies {
		if err := j.admit(&c); err != nil {
			return fmt.Errorf("cookie %q of %q: %w", c.Name, c.Domain, err)
		}
		j.mu.Lock()
		j.put(c, now)
		j.mu.Unlock()
	}
	return nil
}

// admit completes c, and refuses what no site may have, whoever says so.
func (j *Jar) admit(c *Cookie) error {
	domain, ok := canonicalDomain(strings.TrimPrefix(c.Domain, "."))
	if !ok {
		return errors.New("no host has that name")
	}
	c.Domain, c.Path = domain, cmp.Or(c.Path, "/")
	if err := c.check(); err != nil {
		return err
	}
	ip := isIP(c.Domain)
	switch {
	case ip && !j.unsafe:
		return errors.New("an IP address: see Options.Unsafe")
	case ip:
		c.HostOnly = true
	case !c.HostOnly && isPublicSuffix(c.Domain):
		if strings.Contains(c.Domain, ".") {
			return errors.New("a public suffix, below which anybody gets a name")
		}
		c.HostOnly = true // localhost and the like: there is nothing below that is not theirs
	}
	return nil
}

// put stores c in place of the cookie of the same name, domain and path, whose age
// it takes over (RFC 6265 section 5.3).
func (j *Jar) put(c Cookie, now time.Time) {
	list := j.domains[c.Domain]
	same := slices.IndexFunc(list, func(e entry) bool { return e.Name == c.Name && e.Path == c.Path })
	j.clock++
	switch {
	case c.expired(now) && same >= 0:
		j.keep(c.Domain, slices.Delete(list, same, same+1))
	case c.expired(now):
	case same >= 0:
		list[same].Cookie, list[same].used = c, j.clock
	default:
		if len(list) >= maxPerDomain {
			list = evict(list, now)
		}
		j.keep(c.Domain, append(list, entry{c, j.clock, j.clock}))
		if j.size.Load() > maxCookies {
			j.makeRoom(now)
		}
	}
}

// keep makes list that of domain.
func (j *Jar) keep(domain string, list []entry) {
	j.size.Add(int64(len(list) - len(j.domains[domain])))
	if len(list) == 0 {
		delete(j.domains, domain)
		return
	}
	j.domains[domain] = list
}

// Cookies returns the value of the Cookie field that a request for url is sent
// with, "" for none: the longest path first, then the oldest cookie (RFC 6265
// section 5.4).
func (j *Jar) Cookies(url string) string {
	if j.size.Load() == 0 {
		return ""
	}
	to, ok := j.origin(url)
	if !ok {
		return ""
	}
	return j.field(to, nil)
}

// field is the Cookie field for an origin, without the cookies of some names.
func (j *Jar) field(to origin, without []string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var few [16]*entry
	found := j.match(few[:0], to)
	if len(found) == 0 {
		return ""
	}
	slices.SortFunc(found, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(len(b.Path), len(a.Path)), cmp.Compare(a.created, b.created))
	})
	j.clock++
	var field strings.Builder
	for _, e := range found {
		e.used = j.clock
		if slices.Contains(without, e.Name) {
			continue
		}
		if field.Len() > 0 {
			field.WriteString("; ")
		}
		field.WriteString(e.Name)
		field.WriteByte('=')
		field.WriteString(e.Value)
	}
	return field.String()
}

// match appends the cookies that go to an origin. They are good until the jar changes.
func (j *Jar) match(found []*entry, to origin) []*entry {
	now := time.Now()
	for domain := range to.domains() {
		list := j.domains[domain]
		for i := range list {
			e := &list[i]
			if (!e.HostOnly || domain == to.host) && (!e.Secure || to.secure) && pathMatches(to.path, e.Path) && !e.expired(now) {
				found = append(found, e)
			}
		}
	}
	return found
}

// All yields the cookies that have not ended, oldest first. The jar may change
// meanwhile; what is yielded is from the moment of the call.
func (j *Jar) All() iter.Seq[Cookie] {
	j.mu.Lock()
	all := make([]entry, 0, j.size.Load())
	now := time.Now()
	for _, list := range j.domains {
		for _, e := range list {
			if !e.expired(now) {
				all = append(all, e)
			}
		}
	}
	j.mu.Unlock()
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.created, b.created) })
	return func(yield func(Cookie) bool) {
		for _, e := range all {
			if !yield(e.Cookie) {
				return
			}
		}
	}
}

// Len is how many cookies have not ended.
func (j *Jar) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	now, n := time.Now(), 0
	for _, list := range j.domains {
		for i := range list {
			if !list[i].expired(now) {
				n++
			}
		}
	}
	return n
}

// Clear removes the cookies that drop is true of, or all when it is nil. drop must
// not use the jar.
func (j *Jar) Clear(drop func(Cookie) bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for domain, list := range j.domains {
		j.keep(domain, slices.DeleteFunc(list, func(e entry) bool { return drop == nil || drop(e.Cookie) }))
	}
}

// ClearDomain removes the cookies of a domain and of all below it.
func (j *Jar) ClearDomain(domain string) {
	domain, ok := canonicalDomain(strings.TrimPrefix(domain, "."))
	if !ok {
		return
	}
	j.Clear(func(c Cookie) bool { return c.Domain == domain || strings.HasSuffix(c.Domain, "."+domain) })
}
