package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"

	"crawl/fetch/crawl"
	"crawl/fetch/list"
	"crawl/fetch/urls"
)

// inputs are what is to be fetched, in the order of the arguments.
type inputs []*input

// input is one argument: a list, or a URL that is a list of one.
type input struct {
	name  string       // of a list; "" for a URL, which is no place to look something up
	list  *list.Reader // nil for a URL
	url   string
	lines atomic.Int64 // handed out
	bytes atomic.Int64 // in these, line ends included
	ended atomic.Bool
}

var _ crawl.Input = (*input)(nil)

// openInputs opens every argument before anything is fetched, so that a wrong name
// is found at once. commands are what an argument may have been meant as.
func openInputs(ctx context.Context, args []string, stdin io.Reader, commands []string) (_ inputs, err error) {
	var all inputs
	defer func() {
		if err != nil {
			all.close()
		}
	}()
	usedStdin := false
	for _, arg := range args {
		if arg == "-" && usedStdin {
			return nil, usageError("standard input (-) can be read once only")
		}
		in, err := openInput(ctx, arg, stdin)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, noSuchFile(arg, len(args) == 1, commands)
		}
		if err != nil {
			return nil, err
		}
		usedStdin = usedStdin || arg == "-"
		all = append(all, in)
	}
	return all, nil
}

func openInput(ctx context.Context, arg string, stdin io.Reader) (*input, error) {
	if isURL(arg) {
		if _, err := urls.Parse(arg); err != nil {
			return nil, inputError("%w", err)
		}
		return &input{url: arg}, nil
	}
	if arg == "-" {
		stdin = interruptible(stdin)
	}
	r, err := list.Open(ctx, arg, stdin)
	if e, ok := errors.AsType[*list.Error](err); ok {
		return nil, inputError("%s: %w", arg, e.Err)
	}
	if err != nil {
		return nil, err
	}
	return &input{name: arg, list: r}, nil
}

func isURL(arg string) bool {
	scheme, _, found := strings.Cut(strings.ToLower(arg), "://")
	return found && (scheme == "http" || scheme == "https")
}

func noSuchFile(arg string, alone bool, commands []string) error {
	u, err := urls.Parse(arg)
	if err == nil {
		return usageError("no such file %q: did you mean %s?", arg, u.Redacted())
	}
	if strings.Contains(arg, "://") {
		return inputError("%w", err)
	}
	if near := nearest(arg, commands); alone && near != "" {
		return usageError("no such file %q: did you mean the command %q?", arg, near)
	}
	if u, err := urls.Parse("https://" + arg); err == nil && strings.Contains(u.Hostname(), ".") && !strings.HasSuffix(arg, ".txt") {
		return usageError("no such file %q: did you mean %s?", arg, u)
	}
	return usageError("no such file %q", arg)
}

// brokenList says where a list could not be read on.
func brokenList(e *list.Error) error {
	if errors.Is(e, io.ErrUnexpectedEOF) {
		return inputError("%s: cut short at line %d: what comes after it is missing", e.Name, e.Line)
	}
	return inputError("%s: cannot read on at line %d: %w", e.Name, e.Line, e.Err)
}

// interruptible lets Close end a Read that stdin blocks, which a terminal or a
// pipe may do for ever. The goroutine that reads on is the one that nobody can
// wait for: it ends with stdin, or with the process.
func interruptible(stdin io.Reader) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, stdin)
		w.CloseWithError(err)
	}()
	return r
}

// Next implements [crawl.Input].
func (in *input) Next() (list.Line, error) {
	if in.list == nil {
		if in.ended.Swap(true) {
			return list.Line{}, io.EOF
		}
		in.lines.Add(1)
		return list.Line{Text: in.url}, nil
	}
	line, err := in.list.Next()
	if err != nil {
		in.ended.Store(true)
		return line, err
	}
	in.lines.Add(1)
	in.bytes.Add(int64(len(line.Text)) + 1)
	return line, nil
}

// Close implements [crawl.Input]: it also ends a Next that waits.
func (in *input) Close() error {
	if in.list == nil {
		return nil
	}
	return in.list.Close()
}

// named is all inputs as a crawl takes them.
func (all inputs) named() []crawl.NamedInput {
	list := make([]crawl.NamedInput, len(all))
	for i, in := range all {
		list[i] = crawl.NamedInput{Name: in.name, Input: in}
	}
	return list
}

// total estimates how many lines there are; 0 when there is no telling.
func (all inputs) total() (lines int64, approx bool) {
	for _, in := range all {
		n, exact := in.total()
		if n == 0 && !exact {
			return 0, true
		}
		lines += n
		approx = approx || !exact
	}
	return lines, approx
}

// total takes the lines to come for as long as those that were. Of a packed list
// the bytes read count, of a plain one those handed out, as the reader is a block
// ahead of them: that is, in both cases, the fewer.
func (in *input) total() (lines int64, exact bool) {
	lines = in.lines.Load()
	switch {
	case in.list == nil:
		return 1, true
	case in.ended.Load():
		return lines, true
	}
	done := min(in.bytes.Load(), in.list.Read())
	if done == 0 || in.list.Size() == 0 {
		return 0, false
	}
	return max(lines, int64(float64(lines)*float64(in.list.Size())/float64(done))), false
}

func (all inputs) close() {
	for _, in := range all {
		_ = in.Close() // only read
	}
}
