package transform

import "io"

// handover is a pipe between two steps whose ends never run at the same time: a Write
// returns when the reader, having taken all of it, wants more. [io.Pipe] would let the
// writer go on meanwhile, and so a file keep two processors busy.
func handover() (*reader, *writer) {
	h := &hands{wanted: make(chan struct{}), given: make(chan []byte), gone: make(chan struct{})}
	return &reader{hands: h}, &writer{hands: h}
}

type hands struct {
	wanted chan struct{} // the reader asks, once for each piece
	given  chan []byte   // the writer's answer; closed at the end
	gone   chan struct{} // closed when the reader has gone
	err    error         // of the writer's end; there once given is closed
}

type reader struct {
	*hands
	piece []byte // not taken yet
	ended bool
}

func (r *reader) Read(p []byte) (int, error) {
	for len(r.piece) == 0 {
		if !r.ended {
			r.piece, r.ended = r.next()
			continue
		}
		if r.err != nil {
			return 0, r.err
		}
		return 0, io.EOF
	}
	n := copy(p, r.piece)
	r.piece = r.piece[n:]
	return n, nil
}

// next asks for a piece and waits for it.
func (r *reader) next() (piece []byte, ended bool) {
	select {
	case r.wanted <- struct{}{}:
		piece, ok := <-r.given
		return piece, !ok
	case piece, ok := <-r.given: // closed without having been asked
		return piece, !ok
	}
}

// close ends the writer's waiting for good.
func (r *reader) close() { close(r.gone) }

type writer struct {
	*hands
	asked bool
}

// Write waits until a piece is wanted, gives it, and waits until the next one is.
func (w *writer) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if !w.wait() {
		return 0, io.ErrClosedPipe
	}
	w.given <- p
	w.asked = false
	if !w.wait() {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

// wait reports whether the reader wants a piece, or has gone.
func (w *writer) wait() bool {
	if w.asked {
		return true
	}
	select {
	case <-w.wanted:
		w.asked = true
		return true
	case <-w.gone:
		return false
	}
}

// close tells the reader that there is no more.
func (w *writer) close(err error) {
	w.err = err
	close(w.given)
}
