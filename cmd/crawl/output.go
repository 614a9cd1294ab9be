package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"crawl/fetch"
	"crawl/fetch/crawl"
	"crawl/fetch/frontier/disk"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/manifest"
	"crawl/fetch/sink"
	"crawl/fetch/sink/dir"
	"crawl/fetch/sink/firsts"
	"crawl/fetch/sink/joined"
	"crawl/fetch/sink/jsonl"
	"crawl/fetch/sink/transformed"
	"crawl/fetch/sink/warc"
	"crawl/files"
)

// output is the folder of a crawl, open and locked.
type output struct {
	dir      string
	eng      files.Engine
	manifest *manifest.Manifest
	bodies   *dir.Sink
	shared   map[string]sink.Extent // what is recorded of files that many records share
	firsts   *firsts.Table          // the bodies that there are (--dedupe); nil when nobody asks
	archive  *warc.Sink             // nil unless --format says so
	pages    *jsonl.Sink            // the same
}

// openOutput opens the folder, makes it whether new or not ready for records, and
// locks it. Bodies get names with the suffix.
func openOutput(ctx context.Context, folder, suffix string, opt manifest.Options) (*output, error) {
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		return nil, outputError("-o %s: is a file, not a folder", folder)
	}
	eng, err := openFolder(folder)
	if err != nil {
		return nil, err
	}
	m, err := manifest.Open(ctx, eng, opt)
	if err != nil {
		_ = eng.Close() // nothing was written
		return nil, diskError(folder, err)
	}
	o := &output{dir: folder, eng: eng, manifest: m, bodies: dir.NewSuffixed(eng, suffix), shared: map[string]sink.Extent{}}
	if opt.Fresh && !opt.Keep {
		err = errors.Join(warc.RemoveAll(ctx, eng), jsonl.RemoveAll(ctx, eng))
	}
	if err != nil {
		return nil, errors.Join(diskError(folder, err), m.Close(context.WithoutCancel(ctx)), eng.Close())
	}
	return o, nil
}

// forgetLinks removes what an earlier run knew of links.
func forgetLinks(ctx context.Context, eng files.Engine) error {
	for _, name := range []string{frontierName, settingsName} {
		if err := eng.RemoveAll(ctx, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// openFolder opens a folder for writing, and makes it when it is missing.
func openFolder(folder string) (*files.Direct, error) {
	eng, err := files.NewDirect(folder, files.Options{})
	if err != nil {
		_, cause := blame(err)
		return nil, outputError("cannot write %s: %w", folder, cmp.Or(cause, err))
	}
	return eng, nil
}

// remember goes through what earlier runs recorded. It returns how many lines of the
// manifest are no records.
func (o *output) remember(ctx context.Context, record func(*manifest.Line)) (malformed int64, err error) {
	for line, err := range manifest.Lines(ctx, o.eng) {
		if _, ok := errors.AsType[*manifest.LineError](err); ok {
			malformed++
			continue
		}
		if err != nil {
			return malformed, diskError(o.dir, err)
		}
		if err := o.note(ctx, line); err != nil {
			return malformed, diskError(o.dir, err)
		}
		record(line)
	}
	return malformed, nil
}

// note takes from a record what the sinks have to know.
func (o *output) note(ctx context.Context, line *manifest.Line) error {
	for _, s := range []manifest.Section{line.WARC, line.JSONL} {
		if s.Path == "" {
			continue
		}
		known, ok := o.shared[s.Path]
		if !ok {
			s.Path = strings.Clone(s.Path) // it keeps its whole line in memory
		}
		o.shared[s.Path] = known.Add(sink.Span{Offset: s.Offset, Length: s.Length})
	}
	if o.firsts == nil || line.Path == "" || line.Bytes == 0 {
		return nil
	}
	sum, err := hex.DecodeString(line.SHA256)
	if err != nil {
		return nil // no sum that a body could have
	}
	return o.firsts.Add(ctx, sum, line.Path, false)
}

// spansOf is all that is recorded of one shared file.
func (o *output) spansOf(ctx context.Context, file string) (sink.Spans, error) {
	spans, err := sharedSpans(ctx, o.eng, func(path string) bool { return path == file })
	return spans[file], err
}

// sharedSpans is what the manifest records of files that many records share, of those
// that are wanted; 16 bytes of memory for each.
func sharedSpans(ctx context.Context, eng files.Engine, wanted func(path string) bool) (map[string]sink.Spans, error) {
	spans := map[string]sink.Spans{}
	for line, err := range manifest.Lines(ctx, eng) {
		if _, ok := errors.AsType[*manifest.LineError](err); ok {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, s := range []manifest.Section{line.WARC, line.JSONL} {
			if s.Path == "" || !wanted(s.Path) {
				continue
			}
			if _, ok := spans[s.Path]; !ok {
				s.Path = strings.Clone(s.Path)
			}
			spans[s.Path] = append(spans[s.Path], sink.Span{Offset: s.Offset, Length: s.Length})
		}
	}
	return spans, nil
}

// open makes the sink that the flags want, once the records are known.
func (o *output) open(ctx context.Context, f *flags) (crawl.Sink, error) {
	var all []joined.Inner
	if f.keepsBodies() {
		all = append(all, o.filed(f))
	}
	if f.keepsPages() {
		var err error
		if o.pages, err = jsonl.Open(ctx, o.eng, jsonl.Options{Known: o.shared, Spans: o.spansOf}); err != nil {
			return nil, err
		}
		all = append(all, o.pages)
	}
	if f.keepsExchanges() {
		var err error
		if o.archive, err = warc.Open(ctx, o.eng, warc.Options{Info: madeBy(f), Dedupe: f.dedupe, Known: o.shared, Spans: o.spansOf}); err != nil {
			return nil, err
		}
	}
	switch {
	case o.archive == nil && len(all) == 0:
		return crawl.Discard{}, nil
	case o.archive == nil && len(all) == 1:
		return all[0], nil
	case o.archive == nil:
		return joined.New(o.eng, nil, all...), nil
	case len(all) == 0 && f.asking.method() != http.MethodHead:
		return o.archive, nil
	case len(all) == 0: // HEAD
		all = append(all, crawl.Discard{})
	}
	return joined.New(o.eng, o.archive, all...), nil
}

// filed is the sink of bodies as files.
func (o *output) filed(f *flags) joined.Inner {
	if o.firsts != nil {
		o.bodies.LinkEqual(o.firsts)
	}
	if !f.transform.chain.Writes() {
		return o.bodies
	}
	return transformed.New(o.bodies, f.transform.chain, dir.Name, int64(f.maxSize))
}

// archived has what client answers kept in the web archive, if there is one.
func (o *output) archived(client fetch.Fetcher) fetch.Fetcher {
	if o.archive == nil {
		return client
	}
	return o.archive.Layer()(client)
}

// madeBy is what a web archive says of who made it.
func madeBy(f *flags) []fetch.Field {
	return []fetch.Field{
		{Name: "software", Value: version()},
		{Name: "http-header-user-agent", Value: f.userAgent},
	}
}

// close ends the sinks and makes the records durable.
func (o *output) close(ctx context.Context) error {
	var err error
	if o.pages != nil {
		err = o.pages.Close(ctx)
	}
	if o.archive != nil {
		err = errors.Join(err, o.archive.Close(ctx))
	}
	if o.firsts != nil {
		err = errors.Join(err, o.firsts.Close())
	}
	return errors.Join(err, o.manifest.Close(ctx))
}

// scratch is where a long list waits, a file without a name.
func (o *output) scratch(ctx context.Context) (memory.Scratch, error) {
	const name = manifest.State + "/waiting"
	file, err := o.eng.Open(ctx, name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err == nil {
		_ = o.eng.Remove(ctx, name) // the open file stays; systems that can't do that keep it for the next run
	}
	return file, err
}

// openFrontier opens the frontier of a crawl that follows links. begun says that URLs are
// recorded, which it must have known.
func (o *output) openFrontier(ctx context.Context, opt disk.Options, begun bool) (*disk.Frontier, error) {
	opt.Key = crawl.Name
	opt.Position = o.manifest.Position
	opt.Recorded = func(from int64) iter.Seq2[string, error] { return o.visited(ctx, from) }
	f, err := disk.Open(ctx, filepath.Join(o.dir, filepath.FromSlash(frontierName)), opt)
	if err != nil {
		return nil, diskError(o.dir, err)
	}
	if begun && f.Added() == 0 {
		return nil, errors.Join(lostQueue(filepath.Join(o.dir, filepath.FromSlash(frontierName))), f.Close())
	}
	if err := o.manifest.Join(ctx, f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// frontierName is its folder.
const frontierName = manifest.State + "/frontier"

// visited are the URLs of the records from a position on, as the frontier knows them.
func (o *output) visited(ctx context.Context, from int64) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		file, err := o.eng.Open(ctx, manifest.Name, os.O_RDONLY)
		if err != nil {
			yield("", err)
			return
		}
		defer file.Close() // only read
		for line, err := range manifest.Read(io.NewSectionReader(file, from, math.MaxInt64-from)) {
			if _, malformed := errors.AsType[*manifest.LineError](err); malformed {
				continue
			}
			if err != nil {
				yield("", err)
				return
			}
			for _, url := range crawl.Visited(line) {
				if !yield(url, nil) {
					return
				}
			}
		}
	}
}

// outputError ends the command because the output cannot be written.
func outputError(format string, args ...any) error {
	return &exitError{code: exitOutput, err: fmt.Errorf(format, args...)}
}

// diskError says what is wrong with the folder, and what to do, without the words
// of Go. Other errors stay as they are.
func diskError(folder string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*exitError](err); ok {
		return err
	}
	if e, ok := errors.AsType[*files.LockedError](err); ok {
		if e.PID == 0 {
			return outputError("%s is in use by another crawl", folder)
		}
		return outputError("%s is in use by another crawl (pid %d)", folder, e.PID)
	}
	if e, ok := errors.AsType[*manifest.ForeignError](err); ok {
		return outputError("%s %w", folder, e)
	}
	if e, ok := errors.AsType[*manifest.SchemaError](err); ok {
		return outputError("%s was written by a newer crawl: %w", folder, e)
	}
	if e, ok := errors.AsType[*manifest.KindError](err); ok {
		return outputError("%s holds what a %s made, not a %s: choose another folder", folder, e.Kind, e.Want)
	}
	if e, ok := errors.AsType[*disk.SchemaError](err); ok {
		return outputError("%s has a frontier of %w", folder, e)
	}
	where, cause := blame(err)
	if where == "" && cause == nil {
		return err
	}
	if e, ok := errors.AsType[*disk.Error](err); ok {
		switch _, ofSystem := errors.AsType[syscall.Errno](err); {
		case !ofSystem:
			return lostQueue(e.Dir)
		case errors.Is(err, syscall.EAGAIN): // crawl why looks at it, or --dry-run
			return outputError("%s is in use by another process: try again when that has ended", e.Dir)
		}
		where = e.Dir
	} else {
		where = filepath.Join(folder, filepath.FromSlash(where))
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return outputError("disk full: cannot write %s: resume with the same command when there is space", where)
	}
	return outputError("cannot write %s: %w", where, cause)
}

// lostQueue says that a frontier is not what it was.
func lostQueue(dir string) error {
	return inputError("%s is damaged or gone, and with it what waits to be fetched: choose another folder, or start over with --fresh", dir)
}

// blame finds the file that a disk error is about, and the bare cause.
func blame(err error) (name string, cause error) {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		name, cause = e.Path, e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok && cause == nil {
		name, cause = e.New, e.Err
	}
	if e, ok := errors.AsType[*sink.Error](err); ok {
		name = e.Path
		if cause == nil {
			cause = e.Err
		}
	}
	if e, ok := errors.AsType[*disk.Error](err); ok && cause == nil {
		name, cause = e.Dir, e.Err
	}
	if e, ok := errors.AsType[*manifest.WriteError](err); ok {
		name = manifest.Name
		if cause == nil {
			cause = e.Err
		}
	}
	return name, cause
}

// bare is the cause of an error of os, without the name that the message has already.
func bare(err error) error {
	_, cause := blame(err)
	return cmp.Or(cause, err)
}
