package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// maxSpans bounds what a sample may bring along.
const maxSpans = 10_000

// ParseSample reads a sample as a child writes it, one JSON object, and sees that
// its numbers can be reckoned with: none negative, a wall clock that has moved.
// Fields that it does not know are left out.
func ParseSample(line []byte) (Sample, error) {
	var s Sample
	d := json.NewDecoder(bytes.NewReader(line))
	if err := d.Decode(&s); err != nil {
		return Sample{}, jsonError(err)
	}
	if d.More() {
		return Sample{}, errors.New("more than one JSON value")
	}
	return s, s.check()
}

// jsonError leaves out what package json says of Go.
func jsonError(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return fmt.Errorf("%q is a %s", wrong.Field, wrong.Value)
	}
	return errors.New("no JSON object")
}

func (s Sample) check() error {
	if s.Wall < 1e-9 { // which a ratio could not be made of
		return errors.New("wall_s is not above 0")
	}
	p := s.Phases
	for _, n := range []float64{
		s.Wall, s.User, s.System, s.RunDelay, s.Heartbeat, s.StartUp, s.Life,
		p.Queue, p.DNS, p.Connect, p.TLS, p.FirstByte, p.Body, p.Disk, p.CPU,
	} {
		if n < 0 || math.IsInf(n, 0) {
			return fmt.Errorf("a time of %g s", n)
		}
	}
	for _, n := range []int64{s.Items, s.Failed, s.Bytes, s.New, s.Reused, s.Voluntary, s.Involuntary, s.RSS, int64(s.Threads)} {
		if n < 0 {
			return fmt.Errorf("a count of %d", n)
		}
	}
	if s.Failed > s.Items {
		return fmt.Errorf("%d of %d items failed", s.Failed, s.Items)
	}
	if len(s.Spans) > maxSpans {
		return fmt.Errorf("%d spans", len(s.Spans))
	}
	for _, span := range s.Spans {
		if err := span.check(); err != nil {
			return err
		}
	}
	return nil
}

func (s Span) check() error {
	if s.Item < 0 || s.Worker < 0 || s.End < s.Start {
		return fmt.Errorf("span of item %d is upside down", s.Item)
	}
	at := s.Start
	for _, p := range s.Parts {
		if p.Start < at || p.End < p.Start || p.End > s.End {
			return fmt.Errorf("span of item %d: its parts are not in order", s.Item)
		}
		at = p.End
	}
	return nil
}
