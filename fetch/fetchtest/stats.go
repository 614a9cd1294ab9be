package fetchtest

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
)

// Stats counts what a lab was asked; its own pages, / and /stats, do not count.
type Stats struct {
	Requests    int64   `json:"requests"`
	Connections int64   `json:"connections"` // that carried a request
	Distinct    int64   `json:"distinct"`    // different targets, by host
	Bytes       int64   `json:"bytes"`       // of bodies, as coded
	InFlight    int64   `json:"in_flight"`   // requests being answered now
	MaxInFlight int64   `json:"max_in_flight"`
	Busy        float64 `json:"busy_s"` // seconds that answers took, in all

	// MaxInFlightByHost has the Host fields that were asked for.
	MaxInFlightByHost map[string]int64 `json:"max_in_flight_by_host"`
}

const shards = 64

// counters is Stats while it grows. Counting takes one short lock on one of many
// shards, and none of the atomics is read but for a snapshot.
type counters struct {
	requests, connections, bytes atomic.Int64
	busy                         atomic.Int64 // nanoseconds
	inFlight                     gauge

	seed   maphash.Seed
	shards [shards]struct {
		sync.Mutex
		seen map[uint64]struct{} // hashes of targets
	}

	mu    sync.Mutex
	hosts map[string]*host // never shrinks, for connections hold on to theirs
}

// host is one value of the Host field.
type host struct {
	name     string
	hash     uint64
	inFlight gauge
}

func newCounters() *counters {
	c := &counters{seed: maphash.MakeSeed(), hosts: map[string]*host{}}
	c.reset()
	return c
}

// enter counts a request when its answer begins.
func (c *counters) enter(conn *conn, name, target []byte) *host {
	if !conn.used {
		conn.used = true
		c.connections.Add(1)
	}
	if conn.host == nil || conn.host.name != string(name) {
		conn.host = c.host(string(name))
	}
	h := conn.host
	c.requests.Add(1)
	c.inFlight.up()
	h.inFlight.up()
	c.see(h.hash ^ maphash.Bytes(c.seed, target))
	return h
}

// leave counts the end of an answer.
func (c *counters) leave(h *host, bytes int64, took time.Duration) {
	c.bytes.Add(bytes)
	c.busy.Add(int64(took))
	c.inFlight.down()
	h.inFlight.down()
}

func (c *counters) host(name string) *host {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.hosts[name]
	if h == nil {
		h = &host{name: name, hash: maphash.String(c.seed, "host "+name)}
		c.hosts[name] = h
	}
	return h
}

func (c *counters) see(target uint64) {
	s := &c.shards[target%shards]
	s.Lock()
	s.seen[target] = struct{}{}
	s.Unlock()
}

func (c *counters) snapshot() Stats {
	s := Stats{
		Requests:          c.requests.Load(),
		Connections:       c.connections.Load(),
		Bytes:             c.bytes.Load(),
		InFlight:          c.inFlight.now.Load(),
		MaxInFlight:       c.inFlight.max.Load(),
		Busy:              time.Duration(c.busy.Load()).Seconds(),
		MaxInFlightByHost: map[string]int64{},
	}
	for i := range c.shards {
		shard := &c.shards[i]
		shard.Lock()
		s.Distinct += int64(len(shard.seen))
		shard.Unlock()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, h := range c.hosts {
		if most := h.inFlight.max.Load(); most > 0 {
			s.MaxInFlightByHost[name] = most
		}
	}
	return s
}

// reset zeroes all but what is in flight.
func (c *counters) reset() {
	c.requests.Store(0)
	c.connections.Store(0)
	c.bytes.Store(0)
	c.busy.Store(0)
	c.inFlight.forget()
	for i := range c.shards {
		shard := &c.shards[i]
		shard.Lock()
		shard.seen = map[uint64]struct{}{}
		shard.Unlock()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.hosts {
		h.inFlight.forget()
	}
}

// gauge knows its level and its highest level.
type gauge struct{ now, max atomic.Int64 }

func (g *gauge) up() {
	n := g.now.Add(1)
	for m := g.max.Load(); n > m && !g.max.CompareAndSwap(m, n); m = g.max.Load() {
	}
}

func (g *gauge) down() { g.now.Add(-1) }

func (g *gauge) forget() { g.max.Store(g.now.Load()) }
