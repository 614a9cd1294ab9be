package fetch

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"crawl/fetch/urls"
	"crawl/pipeline/stats"
)

// Meter counts what goes through its Layer: requests and bodies, bytes, failures by
// class and host, and how long each took to the end of its body. Make one with
// [NewMeter]. It is safe for concurrent use.
type Meter struct {
	stats    *stats.Stats
	inFlight atomic.Int64
}

// NewMeter returns a Meter whose clock starts now.
func NewMeter() *Meter { return &Meter{stats: stats.New()} }

// InFlight is the number of requests whose body has not been closed yet.
func (m *Meter) InFlight() int64 { return m.inFlight.Load() }

// Snapshot is what was counted so far. A request counts when its body is closed, as
// "failed" when there was an error or a status from 400 up and else as "fetched".
// Bytes are of bodies as the caller reads them, WireBytes before decoding.
func (m *Meter) Snapshot() stats.Snapshot { return m.stats.Snapshot() }

// Layer is the [Layer] that counts. Outermost it counts requests as callers see
// them, innermost each hop and attempt.
func (m *Meter) Layer(next Fetcher) Fetcher {
	return FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
		m.inFlight.Add(1)
		b := &metered{meter: m, url: req.URL, started: time.Now()}
		rec, err := next.Fetch(ctx, req)
		if err != nil {
			b.settle(err)
			return nil, err
		}
		b.ReadCloser, b.rec = rec.Body, rec
		rec.Body = b
		return rec, nil
	})
}

// metered is a body that is counted.
type metered struct {
	io.ReadCloser
	meter   *Meter
	url     string
	rec     *Record // nil when there is no answer
	started time.Time
	bytes   int64
	err     error // of reading
	settled bool
}

func (b *metered) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes += int64(n)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

func (b *metered) Close() error {
	err := b.ReadCloser.Close()
	if !b.settled {
		b.settle(b.err)
	}
	return err
}

func (b *metered) settle(err error) {
	b.settled = true
	it := stats.Item{Outcome: "fetched", Bytes: b.bytes, Took: time.Since(b.started)}
	if b.rec != nil {
		it.Status, it.Wire = b.rec.Status, b.rec.Wire.Bytes
		if err == nil {
			err = b.rec.Err()
		}
	}
	if err != nil {
		it.Outcome, it.Class = "failed", string(ClassOf(err))
		if u, e := urls.Parse(b.url); e == nil {
			it.Host, it.Example = u.Hostname(), u.Redacted()
		}
	}
	b.meter.stats.Add(it)
	b.meter.inFlight.Add(-1)
}
