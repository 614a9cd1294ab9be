package main

import (
	"math/rand/v2"
	"net/netip"
	"sync"

	"crawl/fetch/fetchtest"
	"crawl/fetch/frontier/seen"
)

// listedHosts are the hosts that the user named himself, so far: those may have private
// addresses, and redirects may lead there. It takes some 20 bytes a host.
type listedHosts struct {
	mu    sync.Mutex // guards hosts
	hosts *seen.Table
	lab   bool // its hosts count as well
}

func newListed(lab bool) *listedHosts { return &listedHosts{hosts: seen.New(rand.Uint64()), lab: lab} }

// add takes note of a host, as host:port.
func (l *listedHosts) add(host string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hosts.Visit(host)
}

// has is what the guard asks.
func (l *listedHosts) has(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hosts.Has(host) || l.lab && isOfLab(host)
}

func isOfLab(host string) bool {
	addr, err := netip.ParseAddrPort(host)
	return err == nil && addr.Addr().IsLoopback() && addr.Port() == fetchtest.DefaultPort
}
