package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"crawl/fetch/crawl"
	"crawl/fetch/frontier/disk"
	"crawl/fetch/frontier/seen"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/fetch/sink/dir"
	"crawl/fetch/urls"
	"crawl/pipeline/stats"
)

// plan is what a crawl would do (--dry-run), from the lists and what the folder holds. It
// asks nobody and changes nothing.
type plan struct {
	*crawling
	out     *bufio.Writer // whose errors are for Flush
	bodies  *dir.Sink     // nil unless there are files to be skipped
	waiting *disk.Glance  // nil when nothing waits
	met     *seen.Table   // of this list
	fetches int64
	skips   int64
}

// dryRun prints a line for each URL: fetch or skip, the URL, and why.
func (r *crawling) dryRun(ctx context.Context) (err error) {
	p := &plan{crawling: r, out: bufio.NewWriter(r.stdout), met: seen.New(rand.Uint64())}
	if err := p.lookAround(ctx); err != nil {
		return err
	}
	if p.waiting != nil {
		defer p.waiting.Close()
	}
	for _, in := range r.inputs {
		if err := p.list(ctx, in); err != nil {
			return r.stopped(err)
		}
	}
	if err := p.queued(ctx); err != nil {
		return diskError(r.flags.output, err)
	}
	if err := p.out.Flush(); err != nil && !isGone(err) {
		return outputError("write the plan: %w", err)
	}
	links := ""
	if f := &r.flags.following; f.follows() {
		settings := f.settings()
		links = ", and what they link to by " + settings.String()
	}
	r.console.say("%s URLs to fetch%s, %s to skip: nothing was asked for (--dry-run)", stats.Count(p.fetches), links, stats.Count(p.skips))
	return nil
}

// lookAround reads what the folder holds, unless that is to be forgotten.
func (p *plan) lookAround(ctx context.Context) error {
	f := p.flags
	if _, err := os.Stat(filepath.Join(f.output, manifest.Name)); err != nil || f.fresh && !f.skipExisting {
		return nil
	}
	eng, err := openFolder(f.output)
	if err != nil {
		return err
	}
	o := &output{dir: f.output, eng: eng}
	if f.skipExisting {
		p.bodies = dir.NewSuffixed(eng, "")
	}
	if f.fresh {
		return nil
	}
	records := 0
	for line, err := range manifest.Lines(ctx, eng) {
		if _, malformed := errors.AsType[*manifest.LineError](err); malformed {
			continue
		}
		if err != nil {
			return diskError(o.dir, err)
		}
		records++
		p.known.record(line)
	}
	if records == 0 {
		return nil
	}
	if _, err := f.following.checkSettings(ctx, o, true); err != nil || !f.following.follows() {
		return err
	}
	if p.waiting, err = disk.Look(filepath.Join(f.output, filepath.FromSlash(frontierName))); err != nil {
		p.console.say("what waits in %s can't be told while somebody crawls there", f.output)
	}
	return nil
}

// list says what would become of the lines of an input.
func (p *plan) list(ctx context.Context, in *input) error {
	for {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.line(ctx, line); err != nil {
			return err
		}
	}
}

func (p *plan) line(ctx context.Context, line list.Line) error {
	u, err := urls.Parse(line.Text)
	if line.Err() != nil {
		err = line.Err()
	}
	if err != nil {
		reason := plainError(err).Error()
		if e, ok := errors.AsType[*urls.Error](err); ok {
			reason = e.Reason
		}
		p.skip(urls.Mask(line.Text), "it is no URL: "+reason)
		return nil
	}
	name := crawl.Name(u.String())
	verdict := p.met.Visit(name)
	switch {
	case verdict == seen.Duplicate:
		p.skip(name, "listed before")
		return nil
	case p.known.Has(name):
		p.skip(name, "recorded in "+p.flags.output)
		return nil
	}
	if p.bodies != nil {
		if _, stored, err := p.bodies.Exists(ctx, u.String()); err != nil {
			return diskError(p.flags.output, err)
		} else if stored {
			p.skip(name, "stored already")
			return nil
		}
	}
	p.fetch(name, "listed")
	return nil
}

// queued says what an earlier run has left.
func (p *plan) queued(ctx context.Context) error {
	if p.waiting == nil {
		return nil
	}
	for e, err := range p.waiting.All(ctx) {
		if err != nil {
			return err
		}
		name := crawl.Name(e.URL)
		name, _, _ = strings.Cut(name, "#")
		if p.known.Has(name) || p.met.Visit(name) != seen.Fresh { // recorded, or listed
			continue
		}
		p.fetch(name, fmt.Sprintf("queued, found on %s", e.Parent))
	}
	return nil
}

func (p *plan) fetch(url, why string) {
	p.fetches++
	p.say("fetch", url, why)
}

func (p *plan) skip(url, why string) {
	p.skips++
	p.say("skip", url, why)
}

func (p *plan) say(what, url, why string) {
	_, _ = fmt.Fprintf(p.out, "%s\t%s\t%s\n", what, stats.Printable(url), stats.Printable(why))
}
