package compare

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"crawl/pipeline"
)

// dialogue is a child without a process.
type dialogue struct {
	in   *io.PipeWriter
	out  *bufio.Reader
	done chan error
}

func talkTo(t *testing.T, jobs Jobs) *dialogue {
	t.Helper()
	theirIn, in := io.Pipe()
	out, theirOut := io.Pipe()
	d := &dialogue{in: in, out: bufio.NewReader(out), done: make(chan error, 1)}
	go func() {
		err := serve(context.Background(), jobs, theirIn, theirOut)
		theirOut.Close()
		theirIn.Close()
		d.done <- err
	}()
	t.Cleanup(func() { in.Close(); out.Close() })
	return d
}

func (d *dialogue) say(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(d.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func (d *dialogue) hear(t *testing.T) string {
	t.Helper()
	line, err := d.out.ReadString('\n')
	if err != nil {
		t.Fatalf("%q, %v", line, err)
	}
	return strings.TrimSuffix(line, "\n")
}

func TestServe(t *testing.T) {
	d := talkTo(t, testJobs)
	d.say(t, `{"row":"a","job":"good","items":5,"repeats":2}`)
	if got := d.hear(t); got != "ready" {
		t.Fatal(got)
	}
	d.say(t, "go")
	s, err := ParseSample([]byte(d.hear(t)))
	if err != nil {
		t.Fatal(err)
	}
	if s.Items != 10 || s.Repeats != 2 || s.Digest == "" || s.Wall <= 0 {
		t.Errorf("%+v", s)
	}
	select {
	case err := <-d.done:
		t.Fatal("it ended before it was let go:", err)
	default:
	}
	d.in.Close()
	if err := <-d.done; err != nil {
		t.Error(err)
	}
}

func TestServeRefuses(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{`{"job":"none"}`, `no job is called "none"`},
		{`{`, "read the spec: "},
		{`{"job":"refuse"}`, "no such origin"},
		{`{"job":"unready"}`, "ended before it was ready"},
	} {
		d := talkTo(t, testJobs)
		d.say(t, test.line)
		if err := <-d.done; err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.line, err)
		}
	}
}

// A parent that is gone ends the wait for "go", the job, and in the end the process.
func TestServeWithoutParent(t *testing.T) {
	for _, told := range []bool{false, true} {
		d := talkTo(t, Jobs{"waits": func(ctx context.Context, _ Spec, c *Clock) (Sample, error) {
			if err := c.Ready(ctx); err != nil {
				return Sample{}, err
			}
			<-ctx.Done()
			return Sample{}, context.Cause(ctx)
		}})
		d.say(t, `{"job":"waits"}`)
		d.hear(t)
		if told {
			d.say(t, "go")
		}
		d.in.Close()
		if err := <-d.done; !errors.Is(err, errOrphan) {
			t.Errorf("told %v: %v", told, err)
		}
	}
}

func TestClockStartsOnce(t *testing.T) {
	d := talkTo(t, Jobs{"twice": func(ctx context.Context, _ Spec, c *Clock) (Sample, error) {
		if err := c.Ready(ctx); err != nil {
			return Sample{}, err
		}
		return Sample{}, c.Ready(ctx)
	}})
	d.say(t, `{"job":"twice"}`)
	d.hear(t)
	d.say(t, "go")
	d.hear(t)
	if err := <-d.done; err == nil || !strings.Contains(err.Error(), "started twice") {
		t.Error(err)
	}
}

// Where nobody keeps others from running, as in a bubble, no beat is late.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := startHeartbeat()
		<-time.After(10*beatEvery + beatEvery/2)
		h.stop()
		if h.worst != 0 {
			t.Errorf("late by %v", h.worst)
		}
	})
}

func TestUsageAddsUp(t *testing.T) {
	a := usage{user: 3 * time.Second, system: 2 * time.Second, voluntary: 5, involuntary: 4}
	b := usage{user: time.Second, system: time.Second, voluntary: 1, involuntary: 1}
	if got := a.since(b).plus(b); got != a {
		t.Errorf("%+v", got)
	}
}

const orphanFile = "COMPARE_TEST_ORPHAN"

// runOrphaning measures a row that tells its number and hangs, until it is killed.
func runOrphaning() {
	row := Row{Name: "row", Job: "tell and hang"}
	_, _ = measure(context.Background(), row, Spec{Job: row.Job, Items: 1, Repeats: 1}, time.Hour)
}

func tellAndHang(ctx context.Context, _ Spec, c *Clock) (Sample, error) {
	name := os.Getenv(orphanFile)
	if err := os.WriteFile(name+".new", []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return Sample{}, err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return Sample{}, err
	}
	if err := c.Ready(ctx); err != nil {
		return Sample{}, err
	}
	select {}
}

// No row outlives a parent that was killed.
func TestOrphans(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // nobody tells there whether a process is gone
	}
	program, err := pipeline.Program()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "pid")
	parent := exec.Command(program)
	parent.Env = append(os.Environ(), orphanFile+"="+name)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	for deadline := time.Now().Add(time.Minute); pid == 0; runtime.Gosched() {
		text, err := os.ReadFile(name)
		if err == nil {
			pid, err = strconv.Atoi(string(text))
		}
		if err != nil && time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	waitGone(t, pid)
}

func FuzzReadSpec(f *testing.F) {
	f.Add([]byte(`{"row":"a","job":"good","items":5,"repeats":2}` + "\n"))
	f.Add([]byte("{}\n"))
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, line []byte) {
		spec, err := readSpec(bufio.NewReader(strings.NewReader(string(line))))
		if err != nil {
			return
		}
		if spec.Repeats < 1 {
			t.Errorf("%d repeats", spec.Repeats)
		}
		if _, err := json.Marshal(spec); err != nil {
			t.Error(err)
		}
	})
}
