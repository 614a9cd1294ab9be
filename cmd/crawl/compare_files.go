package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"crawl/files"
	"crawl/files/batch"
	"crawl/files/uring"
	"crawl/pipeline"
	"crawl/pipeline/compare"
)

const (
	mostFiles  = 10_000    // that are measured unless --sample says so
	mostMemory = 512 << 20 // bytes that --step write holds
	mostOutput = 1 << 30   // bytes of results that may be there before they are removed
)

// compareFiles compares on a list.
func (c *comparing) compareFiles(ctx context.Context, list *fileList, budget float64) (err error) {
	f := c.flags
	s := &fileRun{comparing: c, list: list, reads: f.step != writeStep}
	if s.writes() {
		if s.out, err = os.MkdirTemp(f.output, "crawl-compare-"); err != nil {
			return outputError("a place for results: %w", bare(err))
		}
		defer func() { err = errors.Join(err, diskError(s.out, os.RemoveAll(s.out))) }()
		list.notes = append(list.notes, "what is written is not waited for to reach the device, in no row; that is done between rows, as is removing it")
	}
	plan := compare.Plan{
		Title:  fmt.Sprintf("%s: %s", f.step, list.title),
		Work:   compare.Files,
		Noun:   "files",
		Items:  len(list.files),
		Budget: budget,
		Least:  leastOf(budget),
	}
	widths := f.widths.within(widths{batch.DefaultWorkers}, 0)
	plan.Rows = s.rows(widths)
	dir := filepath.Dir(list.files[0].Shown)
	r, err := c.measure(ctx, plan, compare.Options{Before: s.before, After: s.after, Dir: dir}, list.notes...)
	if r != nil {
		if e := r.Environment; e.FileSystem != "" {
			r.Notes = append(r.Notes, strings.TrimSuffix("the files are on "+e.FileSystem+", device "+e.Device, ", device "))
		}
		c.tell(r)
	}
	return err
}

// fileRun is a list, and what is needed besides to measure it.
type fileRun struct {
	*comparing
	list    *fileList
	reads   bool
	out     string // folder for results; "" when there are none
	rounds  int    // rows that have left results there
	written int64  // by these
}

func (s *fileRun) writes() bool { return s.flags.writes() }

// rows are all ways at the cached files, then at files that have to come from the
// device.
func (s *fileRun) rows(widths widths) []compare.Row {
	spec := fileSpec{Files: s.list.files, Steps: s.flags.steps(), Memory: !s.reads}
	if s.writes() {
		spec.Out = filepath.Join(s.out, "row")
	}
	narrow := asJSON(spec)
	spec.Widen = true
	wide := asJSON(spec)
	widest := widths.widest()

	rows := s.flags.ways(fileJob, wide, widths, widths.widest())
	if s.reads {
		rows = append(rows, s.ring(spec, widest))
	}
	for i := range rows {
		if rows[i].GIL {
			rows[i].Data = narrow // transform would raise what shall be one
		}
		rows[i].Processors = runtime.NumCPU()
		if rows[i].GIL {
			rows[i].Processors = 1
		}
	}
	if s.reads {
		rows = append(rows, s.cold(rows, widest)...)
	}
	return append(rows, s.pythonRows(widest)...)
}

// whyWarm is why files cannot be taken out of the cache; "" when they can.
func (s *fileRun) whyWarm() string {
	if err := dropCaches(s.list.files[:min(len(s.list.files), 16)]); err != nil {
		return err.Error()
	}
	return ""
}

// ring is the row of io_uring.
func (s *fileRun) ring(spec fileSpec, width int) compare.Row {
	spec.Ring = true
	spec.Files = slices.Clone(spec.Files)
	tried := map[string]bool{}
	err := uring.Probe()
	for i := range spec.Files {
		f := &spec.Files[i]
		if f.Folder == "" { // the ring reads below folders only
			f.Folder, f.Name = filepath.Dir(f.Name), filepath.Base(f.Name)
		}
		if err == nil && !tried[f.Folder] {
			tried[f.Folder] = true
			err = tryRing(f.Folder)
		}
	}
	row := compare.Row{Name: fmt.Sprint(uringMode, " ", width), Mode: uringMode, Width: width, Job: fileJob}
	if err != nil {
		row.Skip = err.Error()
		return row
	}
	row.Data = asJSON(spec)
	return row
}

func tryRing(folder string) error {
	eng, err := uring.New(folder, uring.Options{})
	if err != nil {
		return err
	}
	return eng.Close()
}

// cold repeats rows for files that are not cached, if files can be taken out of the
// cache: those of the widest width and of the modes that sweep.
func (s *fileRun) cold(warm []compare.Row, widest int) []compare.Row {
	skip := s.whyWarm()
	var rows []compare.Row
	for _, row := range warm {
		sweeps := row.Mode == uringMode || row.Mode == string(pipeline.Blocking) || s.flags.sweeps(pipeline.Mode(row.Mode))
		if row.Twin || !sweeps || row.Width != widest && row.Width != 1 {
			continue
		}
		rows = append(rows, coldRow(row, skip))
	}
	return rows
}

// coldRow is a row for files that are not cached, or skipped for why.
func coldRow(row compare.Row, why string) compare.Row {
	row.Name += " cold"
	row.Cold = true
	row.Skip = cmp.Or(row.Skip, why)
	return row
}

// pythonRows are Python's, of the steps that it has.
func (s *fileRun) pythonRows(width int) []compare.Row {
	why := ""
	if !slices.Contains([]string{readStep, writeStep, copyStep}, s.flags.step) {
		why = "no such step: " + s.flags.step
	}
	var list []map[string]string
	for _, f := range s.list.files {
		list = append(list, map[string]string{"path": f.Shown, "below": f.Below})
	}
	data := map[string]any{"files": list, "step": s.flags.step}
	if s.writes() {
		data["out"] = filepath.Join(s.out, "row")
	}
	rows := s.python.rows(pythonFiles, width, asJSON(data), why)
	if s.reads && why == "" {
		skip := s.whyWarm()
		for _, row := range rows {
			rows = append(rows, coldRow(row, skip))
		}
	}
	return rows
}

// before puts the cache into the state that the row is about, and makes room for
// what it writes, all outside of the clock.
func (s *fileRun) before(ctx context.Context, row compare.Row) error {
	if s.writes() {
		if err := s.clear(ctx); err != nil {
			return err
		}
	}
	switch {
	case row.Cold:
		return dropCaches(s.list.files)
	case s.reads:
		return s.warm(ctx)
	}
	return nil
}

// warm reads all files, as another row may have had them dropped.
func (s *fileRun) warm(ctx context.Context) error {
	for _, f := range s.list.files {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		file, err := os.Open(f.Shown)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, file)
		file.Close() // only read
		if err != nil {
			return err
		}
	}
	return nil
}

// clear makes an empty folder for results. Those of the rows before stay for a while
// under other names: ext4 creates files many times more slowly for minutes after many
// were removed.
func (s *fileRun) clear(ctx context.Context) error {
	row := filepath.Join(s.out, "row")
	err := os.Rename(row, filepath.Join(s.out, fmt.Sprint("row", s.rounds)))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if s.written > mostOutput {
		for n := range s.rounds + 1 {
			if err := os.RemoveAll(filepath.Join(s.out, fmt.Sprint("row", n))); err != nil {
				return err
			}
		}
		s.written = 0
	}
	s.rounds++
	if err := os.Mkdir(row, 0o700); err != nil {
		return err
	}
	eng, err := files.NewDirect(row, files.Options{Existing: true})
	if err != nil {
		return err
	}
	return errors.Join(eng.Sync(ctx), eng.Close())
}

// after counts what a row has written.
func (s *fileRun) after(_ context.Context, _ compare.Row, sample *compare.Sample) error {
	if s.writes() {
		s.written += sample.Bytes
	}
	return nil
}
