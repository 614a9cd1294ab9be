package jsonl

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"

	"crawl/fetch/manifest"
	"crawl/fetch/sink"
	"crawl/files"
)

// Files are named prefix, number, extension.
const (
	prefix    = "pages-"
	extension = ".jsonl"
)

const defaultMaxSize = 1_000_000_000

// output is the files, of which the last grows.
type output struct {
	eng     files.Engine
	maxSize int64

	mu     sync.Mutex // guards what follows
	number int        // of the last file
	file   files.File // nil until there is something to write
	name   string
	end    int64
	err    error // sticky: the file does not end where end is
}

// openOutput repairs what there is.
func openOutput(ctx context.Context, eng files.Engine, opt Options) (*output, error) {
	o := &output{eng: eng, maxSize: cmp.Or(opt.MaxSize, defaultMaxSize)}
	err := eachOfOurs(ctx, eng, func(number int, name string) error {
		known := opt.Known[name]
		if known.End == 0 { // nothing in it has a record
			return eng.Remove(ctx, name)
		}
		if number > o.number {
			o.number, o.name, o.end = number, name, known.End
		}
		if err := cutBack(ctx, eng, name, known.End); err != nil || known.Sum == known.End {
			return err
		}
		spans, err := opt.Spans(ctx, name)
		if err != nil {
			return err
		}
		return blank(ctx, eng, name, spans, known.End)
	})
	return o, err
}

// RemoveAll removes the files of pages below the engine's root.
func RemoveAll(ctx context.Context, eng files.Engine) error {
	return eachOfOurs(ctx, eng, func(_ int, name string) error { return eng.Remove(ctx, name) })
}

// eachOfOurs calls do with the files of this package that there are.
func eachOfOurs(ctx context.Context, eng files.Engine, do func(number int, name string) error) error {
	entries, err := eng.ReadDir(ctx, Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		var number int
		n, err := fmt.Sscanf(e.Name(), prefix+"%d"+extension, &number)
		if n != 1 || err != nil || e.Name() != fileName(number) || !e.Type().IsRegular() {
			continue // somebody else's
		}
		if err := do(number, path.Join(Folder, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func fileName(number int) string { return fmt.Sprintf("%s%05d%s", prefix, number, extension) }

// cutBack leaves the first size bytes of a file.
func cutBack(ctx context.Context, eng files.Engine, name string, size int64) error {
	info, err := eng.Stat(ctx, name)
	if err != nil || info.Size() == size {
		return err
	}
	if info.Size() < size {
		return &fs.PathError{Op: "resume", Path: name, Err: fmt.Errorf("it has lost what stood behind byte %d", info.Size())}
	}
	return files.Truncate(ctx, eng, name, size)
}

// append writes p as a line, with buf to put it together, and says where it stands. The
// operating system has it when append returns.
func (o *output) append(ctx context.Context, buf *bytes.Buffer, p *Page) (sink.Section, error) {
	buf.Reset()
	if err := p.appendTo(buf); err != nil {
		return sink.Section{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return sink.Section{}, o.err
	}
	if err := o.ready(ctx, int64(buf.Len())); err != nil {
		return sink.Section{}, err
	}
	if o.end == 0 {
		buf.Reset()
		p.Schema = Schema
		if err := p.appendTo(buf); err != nil {
			return sink.Section{}, err
		}
	}
	return o.write(buf.Bytes())
}

// ready opens a file that a line of size bytes fits into, which an empty one always does.
func (o *output) ready(ctx context.Context, size int64) error {
	if o.name != "" && o.end > 0 && o.end+size > o.maxSize {
		err := o.endFile()
		if err != nil {
			return err
		}
		o.name, o.end = "", 0
	}
	if o.file != nil {
		return nil
	}
	if o.name == "" {
		o.number++
		o.name = path.Join(Folder, fileName(o.number))
	}
	var err error
	o.file, err = o.eng.Open(ctx, o.name, os.O_RDWR|os.O_CREATE)
	return err
}

// write appends a line to the file, whole or not at all.
func (o *output) write(line []byte) (sink.Section, error) {
	n, err := o.file.WriteAt(line, o.end)
	if err == nil && n < len(line) {
		err = io.ErrShortWrite
	}
	if err != nil {
		if failed := o.file.Truncate(o.end); failed != nil {
			o.err = errors.Join(err, failed)
		}
		return sink.Section{}, err
	}
	digest, err := manifest.XXH3(bytes.NewReader(line))
	at := sink.Section{Path: o.name, Offset: o.end, Length: int64(len(line)), Digest: digest}
	o.end += at.Length
	return at, err
}

func (o *output) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.endFile()
}

// endFile closes the file that grows. The caller holds mu.
func (o *output) endFile() error {
	if o.file == nil {
		return nil
	}
	file := o.file
	o.file = nil
	return file.Close()
}
