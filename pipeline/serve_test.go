package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// parent is the other side of a serve in this process.
type parent struct {
	*testing.T
	to     *io.PipeWriter
	from   *io.PipeReader
	served chan error
}

func serveHere(t *testing.T, jobs Jobs, job string) *parent {
	in, to := io.Pipe()
	from, out := io.Pipe()
	p := &parent{t, to, from, make(chan error, 1)}
	go func() {
		err := serve(t.Context(), jobs, in, out)
		in.Close()
		out.Close()
		p.served <- err
	}()
	p.say(request{Setup: &setup{Job: job, Spec: json.RawMessage("1")}})
	return p
}

func (p *parent) say(r request) {
	p.Helper()
	if err := writeFrame(p.to, r); err != nil {
		p.Fatal(err)
	}
}

func (p *parent) hear() (r reply) {
	p.Helper()
	if err := readFrame(p.from, &r); err != nil {
		p.Fatal(err)
	}
	return r
}

// listeners is a job that adds its spec, after an hour or at its context's end; deaf
// is one that only free ends.
func listeners(free <-chan struct{}) Jobs {
	return Jobs{
		"slow": NewJob(func(spec int) Maker[int, int] {
			return Shared(func(ctx context.Context, in int) (int, error) {
				select {
				case <-time.After(time.Hour):
					return in + spec, nil
				case <-ctx.Done():
					return in, ctx.Err()
				}
			})
		}),
		"deaf": NewJob(func(int) Maker[int, int] {
			return Shared(func(context.Context, int) (int, error) { <-free; return 0, nil })
		}),
		"unreleased": NewJob(func(int) Maker[int, int] {
			return func(context.Context, int) (Func[int, int], func() error, error) {
				return nil, func() error { return errors.New("stuck") }, nil
			}
		}),
	}
}

func TestServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serveHere(t, listeners(nil), "slow")
		if r := p.hear(); r.Err != nil {
			t.Fatalf("setup: %s", *r.Err)
		}
		p.say(request{Cancel: true}) // of nothing
		p.say(request{In: json.RawMessage("41")})
		if r := p.hear(); r.Err != nil || string(r.Out) != "42" {
			t.Errorf("got %+v", r)
		}
		p.say(request{In: json.RawMessage("7")})
		p.say(request{Cancel: true})
		if r := p.hear(); r.Kind != kindCanceled || string(r.Out) != "7" {
			t.Errorf("got %+v", r)
		}
		p.say(request{In: json.RawMessage(`"seven"`)})
		if r := p.hear(); r.Err == nil || !strings.Contains(*r.Err, "item for slow") {
			t.Errorf("got %+v", r)
		}
		p.to.Close()
		if r := p.hear(); r.Err != nil {
			t.Errorf("release: %s", *r.Err)
		}
		if err := <-p.served; err != nil {
			t.Error(err)
		}
	})
}

func TestServeWhenTheParentIsGone(t *testing.T) {
	for job, want := range map[string]error{"slow": nil, "deaf": errOrphan} {
		synctest.Test(t, func(t *testing.T) {
			free := make(chan struct{})
			defer close(free)
			p := serveHere(t, listeners(free), job)
			p.hear()
			p.say(request{In: json.RawMessage("1")})
			synctest.Wait()
			start := time.Now()
			p.to.Close()
			go io.Copy(io.Discard, p.from)
			if err := <-p.served; !errors.Is(err, want) {
				t.Errorf("%s: %v", job, err)
			}
			if took := time.Since(start); want == nil && took > 0 || took > grace {
				t.Errorf("%s: ended after %v", job, took)
			}
		})
	}
}

func TestServeRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serveHere(t, listeners(nil), "dance")
		if r := p.hear(); r.Err == nil || *r.Err != `no job has the name "dance"` {
			t.Errorf("got %+v", r)
		}
		if err := <-p.served; err == nil {
			t.Error("no error")
		}
		p = serveHere(t, listeners(nil), "unreleased")
		p.hear()
		p.to.Close()
		if r := p.hear(); r.Err == nil || *r.Err != "stuck" {
			t.Errorf("got %+v", r)
		}
		if err := <-p.served; err == nil {
			t.Error("no error")
		}
	})
	for _, said := range []string{"", "\x00\x00\x00\x02{}", "\x00\x00\x00\x02{", "\xff\xff\xff\xff", "\x00\x00\x00\x01x"} {
		if err := serve(t.Context(), nil, strings.NewReader(said), io.Discard); err == nil {
			t.Errorf("served %q", said)
		}
	}
}

func TestFrameTooLarge(t *testing.T) {
	if err := sendFrame(io.Discard, make([]byte, maxFrame+1)); err == nil {
		t.Error("written")
	}
	var w bytes.Buffer
	if err := answer(&w, make([]byte, maxFrame/2+1), nil); err != nil {
		t.Fatal(err)
	}
	var r reply
	if err := readFrame(&w, &r); err != nil || r.Err == nil {
		t.Errorf("got %v, %+v", err, r)
	}
}

// Whatever comes out of a pipe, reading it ends with a frame or an error, and with
// no more memory than came.
func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x02{}"))
	f.Add([]byte("\x00\x00\x00\x0f{\"cancel\":true}\x00"))
	f.Add([]byte("\x03\xff\xff\xff{"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		for {
			var got request
			before := r.Len()
			if readFrame(r, &got) != nil {
				return
			}
			if before-r.Len() < 4 {
				t.Fatal("a frame of nothing")
			}
			var w bytes.Buffer
			var again request
			if err := writeFrame(&w, got); err != nil {
				t.Fatal(err)
			}
			if err := readFrame(&w, &again); err != nil || again.Cancel != got.Cancel {
				t.Fatalf("%+v became %+v, %v", got, again, err)
			}
		}
	})
}
