package plaintext

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"crawl/files/transform"
)

// maxLine is how long a line may be. What works on lines holds one at a time.
const maxLine = 64 << 20

// Lines is the step that works on lines. Its option is one of
//
//	grep:REGEX    those that match (RE2 syntax)
//	drop:REGEX    those that do not
//	dedupe        each once, where it came first
//	sort          in the order of their bytes
//	unique        sorted, each once
//
// A line ends with LF; the last may end with the file, and whether it does stays as it was.
// A CR before the LF belongs to the line, but is not shown to a REGEX. Lines of more than
// 64 MiB are [transform.Unsupported].
//
// grep and drop need memory for a line. sort and unique hold 64 MiB, dedupe 32 bytes for
// each of up to 2^21 different lines; beyond that they use temporary files, see
// [crawl/files/sorting], as large as the file or for dedupe twice that.
func Lines(option string) (transform.Step, error) {
	op, pattern, given := strings.Cut(option, ":")
	op = strings.TrimSpace(op)
	name := "lines=" + op
	var work func(context.Context, *lineReader, *lineWriter) error
	temporary, held := 0, int64(0) // files and bytes
	switch {
	case op == "grep", op == "drop":
		if pattern == "" {
			return transform.Step{}, fmt.Errorf("%s needs a regular expression, as in %s:^#", op, op)
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return transform.Step{}, err
		}
		work = matching(re, op == "grep")
		name += ":" + pattern
	case given:
		return transform.Step{}, errors.New("only grep and drop take an option")
	case op == "dedupe":
		work, temporary, held = dedupe(maxKnown), 3, 2*transform.MaxHeld
	case op == "sort", op == "unique":
		work, temporary, held = sortLines(op == "unique"), 2, transform.MaxHeld
	default:
		return transform.Step{}, errors.New("it is one of grep:REGEX, drop:REGEX, dedupe, sort and unique")
	}
	return transform.Step{
		Name:   name,
		Files:  temporary,
		Memory: held,
		Run: func(ctx context.Context, _ transform.File, in io.Reader, out io.Writer) error {
			r := newLineReader(in)
			w := newLineWriter(out)
			if err := work(ctx, r, w); err != nil {
				return err
			}
			return w.end(r.ended)
		},
	}, nil
}

func matching(re *regexp.Regexp, keep bool) func(context.Context, *lineReader, *lineWriter) error {
	return func(_ context.Context, r *lineReader, w *lineWriter) error {
		for {
			line, err := r.next()
			if err != nil {
				return notEOF(err)
			}
			if shown, _ := cutCR(line); re.Match(shown) == keep {
				if err := w.add(line); err != nil {
					return err
				}
			}
		}
	}
}

func notEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// cutCR takes the carriage return off a line that has one at its end.
func cutCR(line []byte) (text, cr []byte) {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1], line[n-1:]
	}
	return line, nil
}

// lineReader reads lines of any length up to maxLine.
type lineReader struct {
	in    *bufio.Reader
	long  []byte // one that is longer than the buffer
	count int64
	ended bool // the last line read had its LF
}

func newLineReader(in io.Reader) *lineReader {
	return &lineReader{in: bufio.NewReaderSize(in, 64<<10)}
}

// next returns a line without its LF, valid until the next; [io.EOF] behind the last.
func (r *lineReader) next() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		line, err = r.rest(line)
	}
	if err != nil && (err != io.EOF || len(line) == 0) {
		return nil, err
	}
	r.count++
	if r.ended = err == nil; r.ended {
		line = line[:len(line)-1]
	}
	return line, nil
}

// rest reads a line on that has filled the buffer.
func (r *lineReader) rest(begun []byte) ([]byte, error) {
	r.long = append(r.long[:0], begun...)
	for {
		more, err := r.in.ReadSlice('\n')
		if len(r.long)+len(more) > maxLine+1 {
			return nil, &transform.Error{Kind: transform.Unsupported, Err: fmt.Errorf("line %d is longer than %d MiB", r.count+1, maxLine>>20)}
		}
		r.long = append(r.long, more...)
		if err != bufio.ErrBufferFull {
			return r.long, err
		}
	}
}

// lineWriter writes lines and leaves the last LF to the end.
type lineWriter struct {
	out *bufio.Writer
	any bool
}

func newLineWriter(out io.Writer) *lineWriter {
	return &lineWriter{out: bufio.NewWriterSize(out, 64<<10)}
}

// begin ends the line before.
func (w *lineWriter) begin() error {
	if !w.any {
		w.any = true
		return nil
	}
	return w.out.WriteByte('\n')
}

func (w *lineWriter) add(line []byte) error {
	_ = w.begin() // an error comes back from the next
	_, err := w.out.Write(line)
	return err
}

// end writes what is left, with a LF if the lines read ended in one.
func (w *lineWriter) end(ended bool) error {
	if ended && w.any {
		_ = w.out.WriteByte('\n') // an error comes back from Flush
	}
	return w.out.Flush()
}
