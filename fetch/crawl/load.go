package crawl

import (
	"errors"
	"time"

	"crawl/fetch"
	"crawl/pipeline"
)

// load is what a fetch says of the load on its server and on all that lies between: it
// was carried, or it was too much, or it failed for other reasons, as most answers with
// an error and all faults of our own do.
func load(rec *fetch.Record, err error) pipeline.Outcome {
	if err != nil {
		e, ok := errors.AsType[*fetch.Error](err)
		if ok && (e.Timeout() || e.Class == fetch.ClassRefused) {
			return pipeline.Dropped
		}
		return pipeline.Ignored
	}
	switch {
	case overloaded(rec.Status):
		return pipeline.Dropped
	case good(rec.Status) || unchanged(rec):
		return pipeline.Success
	}
	return pipeline.Ignored
}

// pageSize is up to where a body counts as a page.
const pageSize = 64 << 10

// latency is how long a fetch took as far as load counts: to the head of the answer,
// and for a page to its end, which shows a link or a disk that is full before a head
// does. Of a longer body it is the time that a page of it took, as a film that takes
// long is no sign of a crowd.
func latency(head, whole time.Duration, body int64) time.Duration {
	if body <= pageSize {
		return whole
	}
	return head + time.Duration(float64(whole-head)*pageSize/float64(body))
}
