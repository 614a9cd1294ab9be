package jsonl

import (
	"bufio"
	"bytes"
	"context"

	"fmt"
	"io"
	"os"

	"crawl/fetch/sink"
	"crawl/files"
)

// Verify looks at what of the files below the engine's root no manifest names, which must
// be nothing but blanks, and at the first line of each. known is what one names, by file;
// that its digests hold is for [crawl/fetch/manifest.Verify]. Problems go to report and
// are no error.
func Verify(ctx context.Context, eng files.Engine, known map[string]sink.Spans, report func(file, problem string)) error {
	return eachOfOurs(ctx, eng, func(_ int, name string) error {
		f, err := eng.Open(ctx, name, os.O_RDONLY)
		if err != nil {
			return err
		}
		defer f.Close() // only read
		problem := func(format string, args ...any) { report(name, fmt.Sprintf(format, args...)) }
		if err := verifySchema(f, problem); err != nil {
			return err
		}
		info, err := f.Stat()
		if err != nil {
			return err
		}
		gaps, err := known[name].Gaps(info.Size())
		if err != nil {
			problem("%v", err)
			return nil
		}
		for _, gap := range gaps {
			blank, err := isBlank(ctx, f, gap)
			if err != nil {
				return err
			}
			if !blank {
				problem("no record names the %d bytes at byte %d", gap.Length, gap.Offset)
			}
		}
		return nil
	})
}

// verifySchema looks at the first line.
func verifySchema(f files.File, problem func(string, ...any)) error {
	line, err := bufio.NewReader(io.NewSectionReader(f, 0, 1<<62)).ReadSlice('\n')
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return err
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return nil // it had no record, and was blanked
	}
	if want := fmt.Appendf(nil, `{"schema":%d,`, Schema); !bytes.HasPrefix(line, want) {
		problem("its first line does not say its schema")
	}
	return nil
}
