package compare

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is the main of the tests and of the children that they measure.
//
// The pool library starts two goroutines of its own at init; IgnoreCurrent leaves
// them out, and nothing else.
func TestMain(m *testing.M) {
	if IsChild() {
		if err := Serve(context.Background(), testJobs); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getenv(orphanFile) != "" {
		runOrphaning()
		os.Exit(0)
	}
	// Else each child of a test under -race waits for a second at its end.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

// testJobs do little and tell what they were asked for, or misbehave.
var testJobs = Jobs{
	"good":          goodJob,
	"tell and hang": tellAndHang,
	"unready":       func(context.Context, Spec, *Clock) (Sample, error) { return Sample{}, nil },
	"refuse": func(context.Context, Spec, *Clock) (Sample, error) {
		return Sample{}, errors.New("no such origin")
	},
	"panic": func(ctx context.Context, _ Spec, c *Clock) (Sample, error) {
		if err := c.Ready(ctx); err != nil {
			return Sample{}, err
		}
		panic("out of luck")
	},
	"hang": func(ctx context.Context, _ Spec, c *Clock) (Sample, error) {
		if err := c.Ready(ctx); err != nil {
			return Sample{}, err
		}
		select {}
	},
	"garbage": func(ctx context.Context, _ Spec, c *Clock) (Sample, error) {
		if err := c.Ready(ctx); err != nil {
			return Sample{}, err
		}
		_, _ = fmt.Fprintln(c.out, "50 %")
		return Sample{}, nil
	},
	"chatter": func(ctx context.Context, spec Spec, c *Clock) (Sample, error) {
		s, err := goodJob(ctx, spec, c)
		if err == nil {
			_, err = fmt.Fprintf(c.out, `{"wall_s":1}`+"\nbye\n")
		}
		return s, err
	},
	"cut": func(ctx context.Context, _ Spec, c *Clock) (Sample, error) {
		if err := c.Ready(ctx); err != nil {
			return Sample{}, err
		}
		_, _ = fmt.Fprint(c.out, `{"wall_s":1`)
		os.Exit(0)
		return Sample{}, nil
	},
	"failing": func(ctx context.Context, spec Spec, c *Clock) (Sample, error) {
		s, err := goodJob(ctx, spec, c)
		s.Failed, s.Error = 1, "http://a.example/: refused"
		return s, err
	},
	"short": func(ctx context.Context, spec Spec, c *Clock) (Sample, error) {
		s, err := goodJob(ctx, spec, c)
		s.Items--
		return s, err
	},
	"other": func(ctx context.Context, spec Spec, c *Clock) (Sample, error) {
		s, err := goodJob(ctx, spec, c)
		s.Digest = strings.Repeat("f", 64)
		return s, err
	},
}

// testData is what goodJob is told.
type testData struct {
	Wait time.Duration
	Env  string // a variable whose value becomes the first span's name
}

func goodJob(ctx context.Context, spec Spec, c *Clock) (Sample, error) {
	var data testData
	if len(spec.Data) > 0 {
		if err := json.Unmarshal(spec.Data, &data); err != nil {
			return Sample{}, err
		}
	}
	if err := c.Ready(ctx); err != nil {
		return Sample{}, err
	}
	start := time.Now()
	d := NewDigest(spec.Items, spec.Repeats)
	for n := range spec.Items * spec.Repeats {
		d.Add(n, []byte("content"))
	}
	timer := time.NewTimer(data.Wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return Sample{}, context.Cause(ctx)
	}
	c.Stop()
	sum, err := d.Sum()
	return Sample{
		Items: int64(spec.Items * spec.Repeats), Digest: sum,
		Spans: []Span{{Name: os.Getenv(data.Env), End: c.At(time.Now()), Start: c.At(start)}},
	}, err
}

func data(d testData) json.RawMessage {
	raw, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return raw
}
