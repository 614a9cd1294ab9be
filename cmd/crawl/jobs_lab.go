package main

import (
	"context"
	"encoding/json"
	"errors"

	"crawl/fetch/fetchtest"
	"crawl/pipeline"
	"crawl/pipeline/compare"
)

// labAsk is what is asked of a lab in a process of its own.
type labAsk struct {
	Reset bool `json:"reset"` // begin all counts anew
}

// labTells is what it says.
type labTells struct {
	URL   string          `json:"url"` // of its first host, without a slash at the end
	Stats fetchtest.Stats `json:"stats"`
	CPU   float64         `json:"cpu_s"` // of its process, so far
}

// labWorker makes the lab: a worker that is an origin, for as long as it is there.
func labWorker(o fetchtest.Options) pipeline.Maker[labAsk, labTells] {
	return func(ctx context.Context, _ int) (pipeline.Func[labAsk, labTells], func() error, error) {
		lab, err := fetchtest.Start(context.WithoutCancel(ctx), o)
		if err != nil {
			return nil, nil, err
		}
		return func(_ context.Context, ask labAsk) (labTells, error) {
			if ask.Reset {
				lab.ResetStats()
			}
			used, _ := processorTime() // 0 where nobody knows
			return labTells{URL: lab.URL(0, ""), Stats: lab.Stats(), CPU: used.Seconds()}, nil
		}, lab.Close, nil
	}
}

// labOrigin is a lab in a process of its own, so that its work is not that of a row.
type labOrigin struct {
	url string
	ask pipeline.Func[labAsk, labTells]
	end func() error
	cpu float64 // of its process, before the row
}

func startOrigin(ctx context.Context, p process) (*labOrigin, error) {
	make := pipeline.Children[labAsk, labTells](labJob, fetchtest.Options{Hosts: 1}, pipeline.ChildOptions{Stderr: p.stderr})
	ask, end, err := make(ctx, 0)
	if err != nil {
		return nil, err
	}
	o := &labOrigin{ask: ask, end: end}
	told, err := ask(ctx, labAsk{})
	if err != nil {
		return nil, errors.Join(err, end())
	}
	o.url = told.URL
	return o, nil
}

// before begins the counts of a row.
func (o *labOrigin) before(ctx context.Context, _ compare.Row) error {
	told, err := o.ask(ctx, labAsk{Reset: true})
	o.cpu = told.CPU
	return err
}

// after adds them to its sample.
func (o *labOrigin) after(ctx context.Context, _ compare.Row, s *compare.Sample) error {
	told, err := o.ask(ctx, labAsk{})
	if err != nil {
		return err
	}
	s.Server = &compare.Server{
		CPU:      told.CPU - o.cpu,
		InFlight: int(told.Stats.MaxInFlight),
		Accepted: told.Stats.Connections,
		Requests: told.Stats.Requests,
		Service:  told.Stats.Busy / float64(max(told.Stats.Requests, 1)),
	}
	return nil
}

// asJSON is for what is known to be fit for it.
func asJSON(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
