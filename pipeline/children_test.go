package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "crawl/pipeline"
)

// childJobs are what this test binary does as a child; see TestMain.
var childJobs = Jobs{
	"double": NewJob(func(by int) Maker[int, int] {
		return Shared(func(_ context.Context, in int) (int, error) {
			if in%2 == 1 {
				return -1, errors.New("odd")
			}
			return by * in, nil
		})
	}),
	"power": NewJob(func(int) Maker[int, int] { // of ExampleChildren, whose jobs TestMain does not see
		return Shared(func(_ context.Context, in int) (int, error) { return in * in * in, nil })
	}),
	"self": NewJob(func(string) Maker[string, self] { return Shared(beOneself) }),
	"hang": NewJob(func(addr string) Maker[bool, int] {
		return Shared(func(ctx context.Context, hears bool) (int, error) {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
			if err != nil {
				return 0, err
			}
			defer conn.Close() // whose end says that we are gone
			fmt.Fprintln(conn, os.Getpid())
			if hears {
				<-ctx.Done()
				return 0, fmt.Errorf("wait: %w", ctx.Err())
			}
			_, err = conn.Read(make([]byte, 1))
			return 0, err
		})
	}),
	"broken": NewJob(func(string) Maker[int, int] {
		return func(context.Context, int) (Func[int, int], func() error, error) {
			return nil, nil, errors.New("no such spoon")
		}
	}),
	"stuck": NewJob(func(string) Maker[int, int] {
		return func(context.Context, int) (Func[int, int], func() error, error) {
			return noop, func() error { return errors.New("stuck") }, nil
		}
	}),
}

type self struct {
	PID, Procs int
	Variable   string
	Text       string
}

// beOneself does what its item says.
func beOneself(_ context.Context, what string) (self, error) {
	switch what {
	case "exit":
		fmt.Fprint(os.Stderr, "bye\x1b[2J") // and no end of line
		os.Exit(7)
	case "panic":
		panic("fell over")
	case "kill":
		p, err := os.FindProcess(os.Getpid())
		if err != nil {
			return self{}, err
		}
		if err := p.Kill(); err != nil {
			return self{}, err
		}
		select {}
	case "close":
		os.NewFile(4, "").Close()
	case "print":
		fmt.Println("to stdout")
		fmt.Fprintln(os.Stderr, "to stderr")
	}
	return self{os.Getpid(), runtime.GOMAXPROCS(0), os.Getenv("PIPELINE_TEST_VARIABLE"), what}, nil
}

func TestChildrenSettleEveryItemOnce(t *testing.T) {
	for _, m := range Modes() { // the worker is a child, whoever turns the loop
		for _, workers := range []int{2, 16} {
			if m != Processes && workers > 2 {
				continue
			}
			t.Run(fmt.Sprint(m, " ", workers), func(t *testing.T) {
				items := make([]int, 1000)
				for i := range items {
					items[i] = i
				}
				var mu sync.Mutex
				seen := map[int]bool{}
				err := Run(t.Context(), m, workers, Slice(items), Children[int, int]("double", 2, ChildOptions{}),
					func(_ context.Context, r Result[int, int]) error {
						mu.Lock()
						defer mu.Unlock()
						if seen[r.In] {
							t.Errorf("%d was settled twice", r.In)
						}
						seen[r.In] = true
						failed, isJob := errors.AsType[*JobError](r.Err)
						switch {
						case r.In%2 == 0 && (r.Err != nil || r.Out != 2*r.In):
							t.Errorf("wrong result: %+v", r)
						case r.In%2 == 1 && (!isJob || failed.Text != "odd" || failed.Job != "double"):
							t.Errorf("wrong error: %+v", r)
						}
						return nil
					})
				if err != nil || len(seen) != len(items) {
					t.Errorf("%d settled, %v", len(seen), err)
				}
			})
		}
	}
}

// carry runs items through one child after the other.
func carry(t *testing.T, o ChildOptions, items ...string) []Result[string, self] {
	t.Helper()
	var all []Result[string, self]
	err := Run(t.Context(), Processes, 1, Slice(items), Children[string, self]("self", "", o),
		func(_ context.Context, r Result[string, self]) error { all = append(all, r); return nil })
	if err != nil {
		t.Error(err)
	}
	return all
}

func TestChildDiesAndIsReplaced(t *testing.T) {
	for how, want := range map[string]string{
		"exit":  `exit status 7: "bye\x1b[2J"`,
		"panic": `exit status 2: "panic: fell over`,
		"kill":  "killed",
	} {
		t.Run(how, func(t *testing.T) {
			all := carry(t, ChildOptions{}, "a", "b", how, "c", "d")
			if len(all) != 5 {
				t.Fatalf("%d settled", len(all))
			}
			for i, r := range all {
				if (r.Err != nil) != (i == 2) {
					t.Errorf("%s: %v", r.In, r.Err)
				}
			}
			if a, b, c, d := all[0].Out.PID, all[1].Out.PID, all[3].Out.PID, all[4].Out.PID; a != b || b == c || c != d || a == os.Getpid() {
				t.Errorf("processes %d %d, then %d %d", a, b, c, d)
			}
			died, is := errors.AsType[*ChildError](all[2].Err)
			if !is || died.PID != all[0].Out.PID || died.Job != "self" || died.State == nil {
				t.Fatalf("got %#v", all[2].Err)
			}
			if runtime.GOOS != "windows" && !strings.Contains(died.Error(), want) {
				t.Errorf("it says %q, want %q", died, want)
			}
		})
	}
}

func TestChildClosesItsPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the pipe has another number")
	}
	all := carry(t, ChildOptions{}, "close", "a")
	if _, is := errors.AsType[*ChildError](all[0].Err); !is || all[1].Err != nil {
		t.Errorf("got %v, then %v", all[0].Err, all[1].Err)
	}
}

func TestChildOptions(t *testing.T) {
	var said lines
	const large = 1 << 17 // bytes: twice what a pipe holds
	all := carry(t, ChildOptions{Procs: 3, Env: []string{"PIPELINE_TEST_VARIABLE=kept"}, Stderr: &said}, "print", strings.Repeat("x", large), "exit", "")
	if got := all[0].Out; got.Procs != 3 || got.Variable != "kept" {
		t.Errorf("got %+v", got)
	}
	if len(all[1].Out.Text) != large {
		t.Errorf("%d bytes of a large item came back", len(all[1].Out.Text))
	}
	want := "worker 0: to stdout\nworker 0: to stderr\nworker 0: bye\x1b[2J\n"
	if runtime.GOOS != "windows" && said.String() != want {
		t.Errorf("they said %q, want %q", &said, want)
	}
}

// lines is a buffer that several may write to.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// witness hears from jobs that hang, and of their end.
type witness struct{ net.Listener }

func newWitness(t *testing.T) witness {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return witness{l}
}

func (w witness) hanging(t *testing.T) net.Conn {
	conn, err := w.Accept()
	if err != nil {
		t.Error(err)
		return nil
	}
	_, _ = fmt.Fscanln(conn, new(int))
	return conn
}

// gone returns when the process at the other end has ended.
func gone(t *testing.T, conn net.Conn) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute)) // against a hang
	_, err := io.Copy(io.Discard, conn)
	if e, timed := errors.AsType[net.Error](err); timed && e.Timeout() {
		t.Error("the child lives on")
	}
	conn.Close()
}

func TestChildrenCancelled(t *testing.T) {
	t.Parallel() // it waits
	stop := errors.New("second interrupt")
	for _, hears := range []bool{true, false} {
		t.Run(fmt.Sprint("hears ", hears), func(t *testing.T) {
			w := newWitness(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			var conns [2]net.Conn
			go func() {
				for i := range conns {
					conns[i] = w.hanging(t)
				}
				cancel(stop)
			}()
			var settled atomic.Int64
			err := Run(ctx, Processes, len(conns), Slice([]bool{hears, hears, hears, hears}), Children[bool, int]("hang", w.Addr().String(), ChildOptions{}),
				func(_ context.Context, r Result[bool, int]) error {
					if !errors.Is(r.Err, stop) {
						t.Errorf("settled with %v", r.Err)
					}
					settled.Add(1)
					return nil
				})
			if !errors.Is(err, stop) || settled.Load() != int64(len(conns)) {
				t.Errorf("%d settled, %v", settled.Load(), err)
			}
			for _, c := range conns {
				gone(t, c)
			}
		})
	}
}

// The end of one item's context is no reason for a child that hears it to go.
func TestChildItemCancelled(t *testing.T) {
	t.Parallel() // it waits
	w := newWitness(t)
	do, release, err := Children[bool, int]("hang", w.Addr().String(), ChildOptions{})(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var pids [3]int
	for i, hears := range []bool{true, false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			conn, err := w.Accept()
			if err == nil {
				_, _ = fmt.Fscanln(conn, &pids[i])
				cancel()
				gone(t, conn) // the job lets go, or its process
			}
		}()
		if _, err := do(ctx, hears); !errors.Is(err, context.Canceled) {
			t.Errorf("item %d: %v", i, err)
		}
		cancel()
		if _, err := do(ctx, hears); !errors.Is(err, context.Canceled) {
			t.Errorf("after its end, item %d: %v", i, err)
		}
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	if pids[0] != pids[1] || pids[1] == pids[2] {
		t.Errorf("processes %v, want a new one after the deaf item", pids)
	}
}

func TestChildrenThatCannotStart(t *testing.T) {
	nothing := func(context.Context, Result[int, int]) error { return nil }
	for job, want := range map[string]string{"broken": "no such spoon", "dance": `no job has the name "dance"`} {
		err := Run(t.Context(), Processes, 2, Slice([]int{1}), Children[int, int](job, "", ChildOptions{}), nothing)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", job, err)
		}
	}
	if err := Run(t.Context(), Processes, 1, Slice([]int{1}), Children[int, int]("stuck", "", ChildOptions{}), nothing); err == nil || err.Error() != "stop worker 0: stuck" {
		t.Errorf("got %v", err)
	}
	if err := Run(t.Context(), Processes, 1, Slice([]int{1}), Children[int, int]("stuck", make(chan int), ChildOptions{}), nothing); err == nil {
		t.Error("a channel was sent")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Run(ctx, Processes, 1, Slice([]int{1}), Children[int, int]("double", 2, ChildOptions{}), nothing); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// orphanMode makes this binary a parent that is killed while its child hangs.
const orphanMode = "PIPELINE_TEST_ORPHAN"

func runOrphaning(addr string) {
	_ = Run(context.Background(), Processes, 2, Slice([]bool{true, false}), Children[bool, int]("hang", addr, ChildOptions{}),
		func(context.Context, Result[bool, int]) error { return nil })
}

func TestNoOrphans(t *testing.T) {
	w := newWitness(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), orphanMode+"="+w.Addr().String())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	conns := []net.Conn{w.hanging(t), w.hanging(t)}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait()
	for _, c := range conns {
		gone(t, c)
	}
}

// A program that does not call Serve must not start itself over and over.
func TestChildThatDoesNotServe(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "--pipeline-child")
	cmd.Env = append(os.Environ(), forgetfulMode+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "has to call Serve before anything else") {
		t.Errorf("%v:\n%s", err, out)
	}
	out, err = exec.CommandContext(t.Context(), os.Args[0], "--pipeline-child").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "parent") {
		t.Errorf("%v:\n%s", err, out)
	}
}

const forgetfulMode = "PIPELINE_TEST_FORGETFUL"

func runForgetful() {
	_, _, err := Children[int, int]("double", 2, ChildOptions{})(context.Background(), 0)
	fmt.Fprintln(os.Stderr, err)
}

func BenchmarkChild(b *testing.B) {
	do, release, err := Children[int, int]("double", 2, ChildOptions{})(b.Context(), 0)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := do(b.Context(), 2); err != nil {
			b.Fatal(err)
		}
	}
	if err := release(); err != nil {
		b.Error(err)
	}
}
