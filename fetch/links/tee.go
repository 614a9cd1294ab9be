package links

import (
	"errors"
	"io"
)

// errCut ends the reading of a body that its reader does not read to the end.
var errCut = errors.New("links: the body was not read to its end")

// Tee is a body that somebody reads, as if it was not there, and whose links are
// found meanwhile. A goroutine tokenizes, for a tokenizer pulls and so does whoever
// stores the body; it is handed what passes, and Close waits for it.
//
// A Read takes as much longer as finding links in its bytes does, at some 100 MB/s,
// and waits for nothing else. Where no more can be found, or the body is nothing
// that has links, it costs nothing. The reader's errors are the body's alone. Like
// other readers it is for one goroutine.
type Tee struct {
	body io.ReadCloser
	pipe *io.PipeWriter // nil when there is nothing to find
	done chan struct{}  // closed behind the two below

	found Found
	err   error
}

// NewTee reads along with body, which is doc's, decoded. It must be closed.
func NewTee(body io.ReadCloser, doc Document, opt Options) *Tee {
	t := &Tee{body: body, done: make(chan struct{})}
	if !mayHaveLinks(doc, opt) {
		close(t.done)
		return t
	}
	r, w := io.Pipe()
	t.pipe = w
	go func() { // ends when the pipe does, for which Close waits
		defer close(t.done)
		t.found, t.err = Find(r, doc, opt)
		r.Close()
	}()
	return t
}

// Read reads the body.
func (t *Tee) Read(p []byte) (int, error) {
	n, err := t.body.Read(p)
	if t.pipe == nil {
		return n, err
	}
	if n > 0 {
		_, _ = t.pipe.Write(p[:n]) // fails when no more is wanted
	}
	if err != nil {
		t.pipe.CloseWithError(err)
	}
	return n, err
}

// Close closes the body and waits for the links.
func (t *Tee) Close() error {
	t.finish()
	return t.body.Close()
}

// finish ends the finding. A body that was read to its end or an error before has
// ended it already.
func (t *Tee) finish() {
	if t.pipe != nil {
		t.pipe.CloseWithError(errCut)
	}
	<-t.done
}

// Found returns what the body held, as far as it was read; no more may be read then.
// The error says why that is not all: it is the body's, or of a body that was not
// read to its end.
func (t *Tee) Found() (Found, error) {
	t.finish()
	return t.found, t.err
}
