package pipeline

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Workers lists who does what at this moment, and since when: what Python has
// threading.enumerate and asyncio.all_tasks for. The zero value is ready. [Run] keeps
// it when it is given a [Watch], for some 100 ns an item. It is safe for concurrent use.
type Workers struct {
	mu   sync.Mutex // guards runs
	runs []lister
}

// lister is a run that goes on.
type lister interface {
	list(to []Worker) []Worker
}

// Watch has a run keep a list of its workers.
type Watch[In any] struct {
	Workers *Workers
	Name    string          // of this run's workers
	Item    func(In) string // a short text, fit to be printed; nil: none
}

// Worker is one line of the list.
type Worker struct {
	Name  string
	ID    int // from 0
	State WorkerState
	Item  string // while there is one
	Since time.Time
}

// WorkerState is what a worker does.
type WorkerState string

// The states.
const (
	Starting  WorkerState = "starting"  // its Maker makes it
	Idle      WorkerState = "idle"      // it waits for its turn, under Async
	Taking    WorkerState = "taking"    // it waits in the Source
	Working   WorkerState = "working"   // it is in its Func
	Settling  WorkerState = "settling"  // it hands over the Result
	Releasing WorkerState = "releasing" // it has no more to do
)

// List returns the workers of all runs that go on, by run and number.
func (w *Workers) List() []Worker {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Worker
	for _, r := range w.runs {
		all = r.list(all)
	}
	return all
}

func (w *Workers) add(r lister) {
	w.mu.Lock()
	w.runs = append(w.runs, r)
	w.mu.Unlock()
}

func (w *Workers) remove(r lister) {
	w.mu.Lock()
	w.runs = slices.DeleteFunc(w.runs, func(other lister) bool { return other == r })
	w.mu.Unlock()
}

// maxListed is how many lines are enough for people.
const maxListed = 50

// WriteWorkers writes a list for people: how many are in each state, and who has an
// item, the longest first and at most 50 of them. now is when the list was made.
func WriteWorkers(out io.Writer, list []Worker, now time.Time) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%d workers%s\n", len(list), inStates(list))
	busy := slices.DeleteFunc(slices.Clone(list), func(w Worker) bool { return w.Item == "" })
	slices.SortStableFunc(busy, func(a, b Worker) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
	})
	for _, w := range busy[:min(len(busy), maxListed)] {
		fmt.Fprintf(&text, "  %s %-4d %-9s %7.1fs  %s\n", w.Name, w.ID, w.State, now.Sub(w.Since).Seconds(), w.Item)
	}
	if more := len(busy) - maxListed; more > 0 {
		fmt.Fprintf(&text, "  and %d more\n", more)
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// inStates counts.
func inStates(list []Worker) string {
	var counts []string
	for _, s := range []WorkerState{Working, Settling, Taking, Idle, Starting, Releasing} {
		n := 0
		for _, w := range list {
			if w.State == s {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(counts) == 0 {
		return ""
	}
	return ": " + strings.Join(counts, ", ")
}

// roster is one run in the list. A nil roster has no posts.
type roster[In any] struct {
	watch Watch[In]

	mu    sync.Mutex // guards posts
	posts []*post[In]
}

// newRoster enters a run into the list that it was given, if any.
func newRoster[In any](watch []Watch[In]) *roster[In] {
	if len(watch) == 0 || watch[0].Workers == nil {
		return nil
	}
	r := &roster[In]{watch: watch[0]}
	r.watch.Workers.add(r)
	return r
}

func (r *roster[In]) close() {
	if r != nil {
		r.watch.Workers.remove(r)
	}
}

// enter makes the post of a worker that starts.
func (r *roster[In]) enter(id int) *post[In] {
	if r == nil {
		return nil
	}
	p := &post[In]{id: id, state: Starting, since: time.Now()}
	r.mu.Lock()
	r.posts = append(r.posts, p)
	r.mu.Unlock()
	return p
}

func (r *roster[In]) leave(p *post[In]) {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.posts = slices.DeleteFunc(r.posts, func(other *post[In]) bool { return other == p })
	r.mu.Unlock()
}

func (r *roster[In]) list(to []Worker) []Worker {
	r.mu.Lock()
	posts := slices.Clone(r.posts)
	r.mu.Unlock()
	slices.SortFunc(posts, func(a, b *post[In]) int { return cmp.Compare(a.id, b.id) })
	for _, p := range posts {
		w := Worker{Name: r.watch.Name, ID: p.id}
		var item In
		p.mu.Lock()
		w.State, w.Since, item = p.state, p.since, p.item
		p.mu.Unlock()
		if r.watch.Item != nil && (w.State == Working || w.State == Settling) {
			w.Item = r.watch.Item(item)
		}
		to = append(to, w)
	}
	return to
}

// post is where a worker says what it does, which costs it an uncontended lock. A nil
// post takes note of nothing.
type post[In any] struct {
	id int

	mu    sync.Mutex // guards what follows
	state WorkerState
	since time.Time
	item  In
}

// is notes a state without an item. The last item is forgotten, however large.
func (p *post[In]) is(s WorkerState) {
	if p == nil {
		return
	}
	var none In
	p.note(s, none, time.Now())
}

// has notes a state with an item.
func (p *post[In]) has(s WorkerState, item In, since time.Time) {
	if p != nil {
		p.note(s, item, since)
	}
}

func (p *post[In]) note(s WorkerState, item In, since time.Time) {
	p.mu.Lock()
	p.state, p.item, p.since = s, item, since
	p.mu.Unlock()
}
