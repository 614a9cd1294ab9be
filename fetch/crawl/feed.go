package crawl

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/seen"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/fetch/urls"
)

// Seen knows which URLs this run has met and which are recorded; [seen.Table] is one.
type Seen interface {
	Visit(url string) seen.Verdict
}

// feed gives the frontier what the inputs list, until their end or the drain. The
// two errors are of an input that breaks off, and of all else.
func (c *Crawl) feed(ctx context.Context, drain <-chan struct{}) (broken, err error) {
	ctx, closed := c.closeInputs(ctx, drain)
	f := feeder{crawl: c}
	if c.Follow != nil { // they were loaded
		f.input = len(c.Inputs)
	}
	err = c.Frontier.Feed(ctx, f.next)
	stopped := ctx.Err() != nil
	closed()
	switch input, ok := errors.AsType[*list.Error](err); {
	case stopped:
		return nil, nil // by the drain, or by an error that others return
	case ok:
		return input, nil
	}
	return nil, err
}

// closeInputs has the inputs closed at the drain, at the end of ctx and by closed: one
// may wait for a terminal. The context that it returns ends at the same time.
func (c *Crawl) closeInputs(ctx context.Context, drain <-chan struct{}) (_ context.Context, closed func()) {
	ctx, cancel := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	watcher.Go(func() {
		select {
		case <-drain:
			cancel()
		case <-ctx.Done():
		}
		for _, input := range c.Inputs {
			input.Close()
		}
	})
	return ctx, func() {
		cancel()
		watcher.Wait()
	}
}

// feeder turns the lines of the inputs into entries for the frontier. What needs
// no fetch it records at once: bad lines, duplicates, what is stored already.
type feeder struct {
	crawl *Crawl
	input int
}

// next returns the next entry that has to be fetched, or io.EOF after the last
// line of the last input.
func (f *feeder) next(ctx context.Context) (frontier.Entry, error) {
	for f.input < len(f.crawl.Inputs) {
		line, err := f.crawl.Inputs[f.input].Next()
		if errors.Is(err, io.EOF) {
			f.input++
			continue
		}
		if err != nil {
			return frontier.Entry{}, err
		}
		entry, fetch, err := f.admit(ctx, line)
		if err != nil || fetch {
			return entry, err
		}
	}
	return f.judge(ctx)
}

// admit decides what becomes of a line; fetch says that it is the frontier's.
func (f *feeder) admit(ctx context.Context, line list.Line) (entry frontier.Entry, fetch bool, err error) {
	c := f.crawl
	u, err := parse(line)
	if err != nil {
		return entry, false, f.bad(ctx, line, err)
	}
	host := u.Host()
	if c.Listed != nil {
		c.Listed.Add(host) // also when there is nothing to fetch of it any more
	}
	if c.Follow != nil {
		c.Follow.Scope.Add(u)
		return frontier.Entry{URL: u.String(), Host: host, Input: int32(f.input), Line: line.Number}, true, nil
	}
	url := u.String()
	key := shown(url)
	switch c.Seen.Visit(key) {
	case seen.Done:
		return entry, false, nil
	case seen.Duplicate:
		return entry, false, f.record(ctx, line, &manifest.Line{URL: key, Outcome: manifest.Duplicate, Reason: "listed before"})
	}
	if c.Existing != nil {
		stored, ok, err := c.Existing(ctx, url)
		if err != nil && !isLocal(err) { // else storing it will tell
			return entry, false, err
		}
		if ok {
			return entry, false, f.record(ctx, line, existing(key, stored))
		}
	}
	return frontier.Entry{URL: url, Host: host, Input: int32(f.input), Line: line.Number}, true, nil
}

func parse(line list.Line) (urls.URL, error) {
	if err := line.Err(); err != nil {
		return urls.URL{}, err
	}
	return urls.Parse(line.Text)
}

// bad records a line that is no URL. It is known again by what its record says,
// which is without the password that may be in it.
func (f *feeder) bad(ctx context.Context, line list.Line, err error) error {
	text := urls.Mask(strings.ToValidUTF8(line.Text, "\uFFFD"))
	if f.crawl.Seen.Visit(text) == seen.Done {
		return nil
	}
	return f.record(ctx, line, &manifest.Line{
		URL:        text,
		Outcome:    manifest.Failed,
		ErrorClass: string(fetch.ClassBadURL),
		Reason:     reason(err),
	})
}

func reason(err error) string {
	if e, ok := errors.AsType[*urls.Error](err); ok {
		return e.Reason
	}
	return err.Error()
}

func (f *feeder) record(ctx context.Context, line list.Line, l *manifest.Line) error {
	l.Input, l.Line = f.crawl.inputName(int32(f.input)), line.Number
	l.Started = time.Now()
	return f.crawl.record(ctx, l, 0)
}

// inputName is what the user calls an input; there may have been more in an earlier run.
func (c *Crawl) inputName(i int32) string {
	if int(i) >= len(c.Inputs) {
		return ""
	}
	return c.Inputs[i].Name
}
