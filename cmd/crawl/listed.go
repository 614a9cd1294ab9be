package main

import (
	"math/rand/v2"
	"net/netip"
	"sync"

	"crawl/fetch/crawl"
	"crawl/fetch/fetchtest"
	"crawl/fetch/frontier/seen"
)

// listedHosts are the hosts that the user named himself, as far as the lists were read:
// those may have private addresses, and redirects may lead there. It takes some 20
// bytes a host.
type listedHosts struct {
	mu    sync.Mutex // guards hosts
	hosts *seen.Table
	lab   bool // its hosts count as well
}

var _ crawl.Hosts = (*listedHosts)(nil)

func newListed(lab bool) *listedHosts { return &listedHosts{hosts: seen.New(rand.Uint64()), lab: lab} }

// Add takes note of a host, as host:port.
func (l *listedHosts) Add(host string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hosts.Visit(host)
}

// Has is what the guard asks.
func (l *listedHosts) Has(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hosts.Has(host) || l.lab && isOfLab(host)
}

func isOfLab(host string) bool {
	addr, err := netip.ParseAddrPort(host)
	return err == nil && addr.Addr().IsLoopback() && addr.Port() == fetchtest.DefaultPort
}
