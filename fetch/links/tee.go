package links

import (
	"errors"
	"io"
	"iter"
)

// errCut ends the reading of a body that its reader does not read to the end.
var errCut = errors.New("links: the body was not read to its end")

// Tee is a body that somebody reads, as if it was not there, and whose links are
// found meanwhile. A coroutine tokenizes, for a tokenizer pulls and so does whoever
// stores the body; it goes on within each Read, with what has come by.
//
// A Read takes as much longer as finding links in its bytes does, at some 100 MB/s.
// Where no more can be found, or the body is nothing that has links, it costs nothing.
// The reader's errors are the body's alone. Like other readers it is for one goroutine.
type Tee struct {
	body  io.ReadCloser
	going func() (struct{}, bool) // on with the finding; nil when there is nothing more to find
	come  passing

	found Found
	err   error
}

// NewTee reads along with body, which is doc's, decoded. It must be closed.
func NewTee(body io.ReadCloser, doc Document, opt Options) *Tee {
	t := &Tee{body: body}
	if mayHaveLinks(doc, opt) {
		t.going, _ = iter.Pull(func(wait func(struct{}) bool) { // which finish has come to its end
			t.come.wait = wait
			t.found, t.err = Find(&t.come, doc, opt)
		})
	}
	return t
}

// Read reads the body.
func (t *Tee) Read(p []byte) (int, error) {
	n, err := t.body.Read(p)
	t.pass(p[:n], err)
	return n, err
}

// pass has the finding go on with a piece of the body, and with the error behind it.
func (t *Tee) pass(piece []byte, err error) {
	if t.going == nil || len(piece) == 0 && err == nil {
		return
	}
	t.come.piece, t.come.err = piece, err
	if _, more := t.going(); !more {
		t.going, t.come.piece = nil, nil
	}
}

// Close closes the body.
func (t *Tee) Close() error {
	t.finish()
	return t.body.Close()
}

// finish ends the finding. A body that was read to its end or an error before has
// ended it already.
func (t *Tee) finish() { t.pass(nil, errCut) }

// Found returns what the body held, as far as it was read; no more may be read then.
// The error says why that is not all: it is the body's, or of a body that was not
// read to its end.
func (t *Tee) Found() (Found, error) {
	t.finish()
	return t.found, t.err
}

// passing is the body as the finding reads it.
type passing struct {
	piece []byte              // that is not read yet
	err   error               // behind it; nil while more may come
	wait  func(struct{}) bool // for the next one
}

// Read waits for the next piece when this one is at its end, and not before: it is the
// reader's.
func (p *passing) Read(b []byte) (int, error) {
	for len(p.piece) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		p.wait(struct{}{})
	}
	n := copy(b, p.piece)
	p.piece = p.piece[n:]
	return n, nil
}
