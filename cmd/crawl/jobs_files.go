package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"crawl/files"
	"crawl/files/batch"
	"crawl/files/transform"
	"crawl/files/transform/steps"
	"crawl/pipeline"
	"crawl/pipeline/compare"
	"crawl/pipeline/stats"
)

// uringMode is the mode of a row whose files are read through io_uring.
const uringMode = "uring"

// fileSpec is what a child has to know to transform files as its parent would.
type fileSpec struct {
	Files  []fileName `json:"files"`
	Steps  string     `json:"steps"`            // that end in sha256, whose sums prove that all got the same
	Memory bool       `json:"memory,omitempty"` // what the files hold is read beforehand
	Out    string     `json:"out,omitempty"`    // folder for results; "" when there are none
	Width  int        `json:"width,omitempty"`
	Ring   bool       `json:"ring,omitempty"`
	Widen  bool       `json:"widen,omitempty"` // as transform does
}

// fileName is a file, and where its result goes.
type fileName struct {
	Folder string `json:"folder,omitempty"` // that the engine is for; "" for a file that was named itself
	Name   string `json:"name"`             // below it
	Shown  string `json:"shown"`
	Below  string `json:"below"`
	Type   string `json:"type,omitempty"` // as a crawl recorded it
	Size   int64  `json:"size"`
}

// filesIn are the files of a row, open to be read.
type filesIn struct {
	spec    fileSpec
	trees   trees
	readers map[string]batch.Reader // by folder
	memory  [][]byte
	output  files.Engine // nil when nothing is written
	workers *batch.Batch
}

// openFiles prepares what transform reads, computes and writes with.
func (p process) openFiles(ctx context.Context, spec fileSpec, cpu int) (_ *filesIn, err error) {
	tf := defaultTransformFlags()
	tf.concurrency = width(spec.Width)
	if spec.Ring {
		tf.engine.word = "uring"
	}
	in := &filesIn{spec: spec, readers: map[string]batch.Reader{"": files.Named{}}}
	in.trees.open = func(folder string) (files.Engine, error) { return openTree(folder, tf) }
	defer func() {
		if err != nil {
			err = errors.Join(err, in.close())
		}
	}()
	if spec.Widen {
		widen(cpu)
	}
	chain, err := steps.Parse(spec.Steps)
	if err != nil {
		return nil, err
	}
	in.workers = &batch.Batch{Chain: chain, CPU: cpu, Workers: spec.Width, MaxSize: int64(tf.maxSize), Journal: noLines{}, Stats: stats.New()}
	if spec.Out != "" {
		if in.output, err = openFolder(spec.Out); err != nil {
			return nil, err
		}
		in.workers.Output = in.output
	}
	for _, f := range spec.Files { // before the clock runs
		if err := in.prepare(f); err != nil {
			return nil, err
		}
		if spec.Memory {
			content, err := readAll(ctx, in.readers[f.Folder], f)
			if err != nil {
				return nil, err
			}
			in.memory = append(in.memory, content)
		}
	}
	return in, nil
}

// readAll reads a file whole.
func readAll(ctx context.Context, from batch.Reader, f fileName) ([]byte, error) {
	buf := make([]byte, f.Size+1)
	start, err := from.ReadStart(ctx, f.Name, buf)
	if err != nil || start.Rest == nil {
		return buf[:start.N], err
	}
	defer start.Rest.Close() // only read
	more, err := io.ReadAll(start.Rest)
	return append(buf[:start.N], more...), err
}

// prepare opens what a file is read with.
func (in *filesIn) prepare(f fileName) error {
	if in.readers[f.Folder] != nil {
		return nil
	}
	t := in.trees.below(f.Folder)
	if _, err := t.use(); err != nil {
		return err
	}
	t.release()
	in.readers[f.Folder] = t
	return nil
}

// item is piece n of the row. Each pass has a folder of its own for results, so that
// none replaces another's.
func (in *filesIn) item(n int) batch.Item {
	i := n % len(in.spec.Files)
	f := in.spec.Files[i]
	from := in.readers[f.Folder]
	if in.spec.Memory {
		from = content(in.memory[i])
	}
	return batch.Item{
		From:  &numbered{Reader: from, n: n},
		Name:  f.Name,
		Shown: f.Shown,
		Size:  f.Size,
		File:  transform.File{Name: path.Join(fmt.Sprint("pass", n/len(in.spec.Files)), f.Below), ContentType: f.Type},
	}
}

func (in *filesIn) close() error {
	all := []error{in.trees.close()}
	if in.output != nil {
		all = append(all, in.output.Close())
	}
	return errors.Join(all...)
}

// numbered knows which piece it is, and how long it took to be read.
type numbered struct {
	batch.Reader
	n    int
	took time.Duration // once it was read
}

func (c *numbered) ReadStart(ctx context.Context, name string, buf []byte) (files.Start, error) {
	began := time.Now()
	start, err := c.Reader.ReadStart(ctx, name, buf)
	c.took = time.Since(began)
	return start, err
}

// content is a file that is in memory.
type content []byte

func (c content) ReadStart(_ context.Context, _ string, buf []byte) (files.Start, error) {
	start := files.Start{N: copy(buf, c), Mode: 0o644}
	if start.N == len(buf) {
		start.Rest = contentRest{content: bytes.NewReader(c[start.N:])}
	}
	return start, nil
}

// contentRest is what did not fit. It is read, and nothing else is done with it.
type contentRest struct {
	files.File // nil
	content    *bytes.Reader
}

func (r contentRest) Read(p []byte) (int, error) { return r.content.Read(p) }
func (r contentRest) Close() error               { return nil }

// noLines keeps no records.
type noLines struct{}

// Append implements [batch.Journal].
func (noLines) Append(context.Context, *batch.Line) error { return nil }

// fileDone is what comes back from a child process.
type fileDone struct {
	Done batch.Done
	Read time.Duration
}

// fileWorker makes workers that transform single files for a parent process.
func (p process) fileWorker(spec fileSpec) pipeline.Maker[int, fileDone] {
	return func(ctx context.Context, worker int) (pipeline.Func[int, fileDone], func() error, error) {
		in, err := p.openFiles(ctx, spec, 1)
		if err != nil {
			return nil, nil, err
		}
		do, _, err := in.workers.Worker()(ctx, worker)
		return func(ctx context.Context, n int) (fileDone, error) {
			it := in.item(n)
			done, err := do(ctx, it)
			return fileDone{done, it.From.(*numbered).took}, err
		}, in.close, err
	}
}

// elsewhere are workers whose files are transformed by mk's, in child processes.
func elsewhere(mk pipeline.Maker[int, fileDone]) pipeline.Maker[batch.Item, batch.Done] {
	return func(ctx context.Context, worker int) (pipeline.Func[batch.Item, batch.Done], func() error, error) {
		do, release, err := mk(ctx, worker)
		return func(ctx context.Context, it batch.Item) (batch.Done, error) {
			from := it.From.(*numbered)
			there, err := do(ctx, from.n)
			from.took = there.Read
			return there.Done, err
		}, release, err
	}
}

// measureFiles is a row of files.
func (p process) measureFiles(ctx context.Context, spec compare.Spec, clock *compare.Clock) (compare.Sample, error) {
	var data fileSpec
	if err := json.Unmarshal(spec.Data, &data); err != nil {
		return compare.Sample{}, err
	}
	if err := checkData(len(data.Files), spec.Items); err != nil {
		return compare.Sample{}, err
	}
	data.Width = spec.Width
	cpu := defaultTransformFlags().cpu()
	in, err := p.openFiles(ctx, data, cpu)
	if err != nil {
		return compare.Sample{}, err
	}
	var all []batch.Item
	for _, n := range pieces(spec) {
		all = append(all, in.item(n))
	}
	t := newTally(spec, clock)
	b := in.workers
	b.Mode = modeOf(spec)
	b.Source = behind(newGate(spec, clock), pipeline.Slice(all))
	make := b.Worker()
	if b.Mode == pipeline.Processes {
		make = elsewhere(pipeline.Children[int, fileDone](fileJob, data, p.childOptions()))
	}
	b.Make = t.files(make)
	if err := errors.Join(b.Run(ctx, nil), in.close()); err != nil {
		return compare.Sample{}, err
	}
	return t.result()
}

// files has a tally taken of what workers do.
func (t *tally) files(mk pipeline.Maker[batch.Item, batch.Done]) pipeline.Maker[batch.Item, batch.Done] {
	return func(ctx context.Context, worker int) (pipeline.Func[batch.Item, batch.Done], func() error, error) {
		do, release, err := mk(ctx, worker)
		return func(ctx context.Context, it batch.Item) (batch.Done, error) {
			from := it.From.(*numbered)
			p := piece{n: from.n, name: it.Shown, worker: worker, start: time.Now()}
			done, err := do(ctx, it)
			p.took = time.Since(p.start)
			p.waits = []wait{{diskPhase, from.took}}
			switch line := done.Line; {
			case err != nil:
				p.failure = err.Error()
			case line == nil:
				p.failure = "it was stopped"
			case line.Outcome != batch.Transformed:
				p.failure = fmt.Sprintf("%s: %s", line.Input, line.Reason)
			default:
				p.bytes = line.InputBytes
				// It is hexadecimal, for the batch has just written it so.
				_, _ = hex.Decode(p.sum[:], []byte(line.Sums["sha256"]))
			}
			t.add(p)
			return done, err
		}, release, err
	}
}
