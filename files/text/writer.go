package text

import (
	"bufio"
	"io"
	"runtime"

	"golang.org/x/text/transform"
)

// Writer writes UTF-8 that it is given as text of another kind. It is not safe for
// concurrent use.
type Writer struct {
	buf *bufio.Writer
	out *transform.Writer
}

// NewWriter writes text to w, in blocks: what is written has gone out after Flush, and
// the last of it after Close. Bytes that are
// given and are not UTF-8 are dealt with as characters that the charset does not have.
func NewWriter(w io.Writer, opt Options) (*Writer, error) {
	enc, name, err := lookup(opt.Encoding)
	if err != nil {
		return nil, err
	}
	given := &checked{name: "utf-8", op: "write", mode: opt.Errors}
	out := transform.Chain(given, ending{with: lineEnd(opt.Newline)}, fitting{enc.NewEncoder(), name, opt.Errors})
	t := transform.NewWriter(w, out)
	return &Writer{bufio.NewWriterSize(t, 64<<10), t}, nil
}

func lineEnd(n Newline) string {
	switch {
	case n == CR:
		return "\r"
	case n == CRLF, n == Universal && runtime.GOOS == "windows":
		return "\r\n"
	}
	return "\n"
}

func (w *Writer) Write(p []byte) (int, error) { return w.buf.Write(p) }

// WriteString implements [io.StringWriter].
func (w *Writer) WriteString(s string) (int, error) { return w.buf.WriteString(s) }

// Flush hands on what was written, but for the beginning of a character.
func (w *Writer) Flush() error { return w.buf.Flush() }

// Close hands on everything and ends the text; it does not close what is beneath.
func (w *Writer) Close() error {
	if err := w.buf.Flush(); err != nil {
		return err
	}
	return w.out.Close()
}
