package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
)

// Jobs are what a child process can do, by name: functions cannot be sent. A
// program has one such table, which its plain commands may use too.
type Jobs map[string]Job

// Job makes workers from a spec that came as JSON. [NewJob] makes one.
type Job struct {
	start func(ctx context.Context, s *setup) (do rawFunc, release func() error, err error)
}

type rawFunc = Func[json.RawMessage, json.RawMessage]

// NewJob turns a Maker that depends on a spec into a Job. Spec, In and Out go
// through encoding/json. What an error has to say beyond its text belongs into Out,
// which is sent along with it.
func NewJob[Spec, In, Out any](mk func(Spec) Maker[In, Out]) Job {
	return Job{start: func(ctx context.Context, s *setup) (rawFunc, func() error, error) {
		var spec Spec
		if err := json.Unmarshal(s.Spec, &spec); err != nil {
			return nil, nil, fmt.Errorf("spec of %s: %w", s.Job, err)
		}
		do, release, err := mk(spec)(ctx, s.Worker)
		if err != nil {
			return nil, nil, err
		}
		return func(ctx context.Context, data json.RawMessage) (json.RawMessage, error) {
			var in In
			if err := json.Unmarshal(data, &in); err != nil {
				return nil, fmt.Errorf("item for %s: %w", s.Job, err)
			}
			out, err := do(ctx, in)
			result, unsent := json.Marshal(out)
			if err == nil && unsent != nil {
				err = fmt.Errorf("result of %s: %w", s.Job, unsent)
			}
			return result, err
		}, release, nil
	}}
}

// start makes the worker that the parent asks for.
func (j Jobs) start(ctx context.Context, s *setup) (rawFunc, func() error, error) {
	job, known := j[s.Job]
	if !known {
		return nil, nil, fmt.Errorf("no job has the name %q", s.Job)
	}
	return job.start(ctx, s)
}
