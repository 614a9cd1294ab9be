package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"crawl/fetch/crawl"
	"crawl/pipeline/compare"
)

// The built-in work is measured within two minutes, of which each part has its share.
const (
	labNetworkTime = 54 * time.Second
	labFilesTime   = 30 * time.Second
	labCPUTime     = 30 * time.Second

	labURLs   = 32
	labDelay  = 20 // milliseconds: what a server not far away takes
	labBytes  = 4096
	labFiles  = 200
	labKilos  = 256 // KiB of each
	labCounts = 20_000
)

// onLab compares on the built-in work.
func (c *comparing) onLab(ctx context.Context) error {
	share := func(of time.Duration) float64 {
		whole := labNetworkTime + labFilesTime + labCPUTime
		return math.Ceil(c.flags.spend(whole) * of.Seconds() / whole.Seconds())
	}
	if err := c.onLabURLs(ctx, share(labNetworkTime)); err != nil {
		return err
	}
	if err := c.onLabFiles(ctx, share(labFilesTime)); err != nil {
		return err
	}
	if err := c.onCPU(ctx, share(labCPUTime)); err != nil {
		return err
	}
	return c.onUpdates(ctx, c.results[len(c.results)-1])
}

// onLabURLs compares on an origin in a process of its own, whose answers take a
// while that costs nobody anything.
func (c *comparing) onLabURLs(ctx context.Context, budget float64) error {
	o, err := startOrigin(ctx, c.process)
	if err != nil {
		return fmt.Errorf("start the lab: %w", err)
	}
	defer o.end() // which has nothing to lose
	ceiling, err := c.ceiling(ctx, o)
	if err != nil {
		return err
	}
	spec := fetchSpec{Args: c.given, Lab: true, URLs: labPages(o.url, labDelay)}
	widths := c.flags.widths.within(widths{2, 8, 32}, 0)
	plan := compare.Plan{
		Title:   fmt.Sprintf("%d URLs of the lab, each of which takes %d ms", labURLs, labDelay),
		Work:    compare.Network,
		Noun:    "URLs",
		Items:   labURLs,
		Budget:  budget,
		Least:   leastOf(budget),
		Ceiling: ceiling,
	}
	plan.Rows = append(c.flags.ways(fetchJob, asJSON(spec), widths, widths.widest()), c.pythonFetches(spec, widths.widest(), false)...)
	r, err := c.measure(ctx, plan, compare.Options{Before: o.before, After: o.after})
	if r != nil {
		c.tell(r)
	}
	return err
}

func labPages(origin string, delay int) []string {
	var all []string
	for n := range labURLs {
		all = append(all, fmt.Sprintf("%s/d/%d/s/%d/%d", origin, delay, labBytes, n))
	}
	return all
}

// ceiling is how many requests a second the origin answers when it need not wait, as
// far as this process can ask: it may be able to do more.
func (c *comparing) ceiling(ctx context.Context, o *labOrigin) (float64, error) {
	const times, width = 60, 32
	best := 0.0
	for range 3 {
		f, err := c.newFetching(fetchSpec{Args: c.given, Lab: true}, width)
		if err != nil {
			return 0, err
		}
		f.Inputs = []crawl.NamedInput{{Input: &repeated{urls: labPages(o.url, 0), left: times}}}
		start := time.Now()
		if err := errors.Join(f.Run(ctx, nil), f.close()); err != nil {
			return 0, err
		}
		best = max(best, times*labURLs/time.Since(start).Seconds())
	}
	return best, nil
}

// onLabFiles compares on files that are made for it.
func (c *comparing) onLabFiles(ctx context.Context, budget float64) (err error) {
	folder, err := os.MkdirTemp(c.flags.output, "crawl-compare-")
	if err != nil {
		return outputError("a place for files: %w", bare(err))
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	dice := rand.NewChaCha8([32]byte{})
	content := make([]byte, labKilos<<10)
	for n := range labFiles {
		_, _ = dice.Read(content) // never fails
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%03d", n)), content, 0o600); err != nil {
			return diskError(folder, err)
		}
	}
	list, err := c.listFiles(ctx, []string{folder})
	if err != nil {
		return err
	}
	list.title = fmt.Sprintf("%d files of %d KiB", labFiles, labKilos)
	return c.compareFiles(ctx, list, budget)
}

// onUpdates shows what no lock of an interpreter prevents, and adds it to the result
// about computing.
func (c *comparing) onUpdates(ctx context.Context, to *compare.Result) error {
	own, err := c.process.lostUpdates(ctx, labCounts)
	if err != nil {
		return err
	}
	theirs, err := c.python.lostUpdates(ctx, lostWorkers, labCounts/10)
	if err != nil {
		return err
	}
	to.Updates = append(own, theirs...)
	c.tellLost(to.Updates)
	return nil
}
