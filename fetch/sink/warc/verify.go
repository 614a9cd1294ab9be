package warc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"crawl/fetch/sink"
	"crawl/files"
	"crawl/files/warc"
	"crawl/files/warc/cdxj"
)

// Verify looks at what of the archives below the engine's root no manifest names: the
// records about the files themselves and about what no list names, and the indexes. known
// is what one names, by file; that its digests hold is for [crawl/fetch/manifest.Verify].
// Problems go to report and are no error.
func Verify(ctx context.Context, eng files.Engine, known map[string]sink.Spans, report func(file, problem string)) error {
	names, err := ours(ctx, eng)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasSuffix(name, indexExtension) {
			continue
		}
		problem := func(format string, args ...any) { report(name, fmt.Sprintf(format, args...)) }
		if err := verifyFile(ctx, eng, name, known[name], problem); err != nil {
			return err
		}
	}
	return nil
}

func verifyFile(ctx context.Context, eng files.Engine, name string, known sink.Spans, problem func(string, ...any)) error {
	f, err := eng.Open(ctx, name, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close() // only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	gaps, err := known.Gaps(info.Size())
	if err != nil {
		problem("%v", err)
		return nil
	}
	if len(known) > 0 && (len(gaps) == 0 || gaps[0].Offset > 0) {
		problem("it does not begin with a warcinfo")
	}
	for _, gap := range gaps {
		if err := verifyGap(ctx, f, gap, problem); err != nil {
			return err
		}
	}
	return verifyIndex(ctx, eng, name, known, info.Size(), problem)
}

// verifyGap reads records that nobody names.
func verifyGap(ctx context.Context, f files.File, gap sink.Span, problem func(string, ...any)) error {
	section := io.NewSectionReader(f, gap.Offset, gap.Length)
	records := warc.NewReader(section, warc.ReaderOptions{Verify: true, Offset: gap.Offset})
	for first := gap.Offset == 0; ; first = false {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rec, err := records.Next()
		damage := (*warc.Error)(nil)
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &damage):
			problem("%v", err)
			if damage.Kind == warc.Unsupported {
				return nil
			}
		case err != nil:
			return err
		case first && rec.Type != warc.Warcinfo:
			problem("it begins with a %s, and not with a warcinfo", rec.Type)
		}
	}
}

// verifyIndex holds the index of a file, if it has one, against what is known of it: each
// answer that a manifest names stands in a line, the lines are in order, and lead into the
// file.
func verifyIndex(ctx context.Context, eng files.Engine, name string, known sink.Spans, size int64, problem func(string, ...any)) error {
	indexed := map[int64]bool{}
	var last []byte
	number := 0
	for text, err := range files.Lines(ctx, eng, indexName(name)) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it is being written, or the run broke off
		}
		if err != nil {
			return err
		}
		number++
		l, err := cdxj.Parse(text)
		switch {
		case err != nil:
			problem("line %d of its index: %v", number, err)
		case bytes.Compare(text, last) < 0:
			problem("line %d of its index is out of order", number)
		case l.Filename != path.Base(name):
			problem("line %d of its index is about %s", number, l.Filename)
		case l.Offset < 0 || l.Length <= 0 || l.Offset+l.Length > size:
			problem("line %d of its index leads out of the file", number)
		}
		indexed[l.Offset] = true
		last = append(last[:0], text...)
	}
	for _, s := range known {
		if !indexed[s.Offset] {
			problem("its index lacks what stands at byte %d", s.Offset)
		}
	}
	return nil
}
