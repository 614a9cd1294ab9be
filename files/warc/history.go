package warc

import "io"

// historySize is how much of what was read of a file is kept at most. Behind damage one looks for the
// next record from where the damaged one began, and a decoder may have read on from there.
const historySize = 512 << 10

// history is a file that is read in order, and of which a little can be read again.
type history struct {
	r     io.Reader
	size  int    // that buf may have
	buf   []byte // the last bytes of the file, at least half of size
	start int64  // where in the file buf begins
	at    int    // what of buf is read next
	err   error  // that ended r; io.EOF too
}

func newHistory(r io.Reader, start int64, size int) *history {
	return &history{r: r, size: size, buf: make([]byte, 0, min(size, bufferSize)), start: start}
}

func (h *history) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if h.at == len(h.buf) {
		if err := h.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, h.buf[h.at:])
	h.at += n
	return n, nil
}

// fill reads more behind what there is.
func (h *history) fill() error {
	if h.err != nil {
		return h.err
	}
	if len(h.buf) == cap(h.buf) && cap(h.buf) < h.size {
		h.buf = append(make([]byte, 0, min(4*cap(h.buf), h.size)), h.buf...)
	} else if len(h.buf) == cap(h.buf) {
		kept := copy(h.buf, h.buf[len(h.buf)-cap(h.buf)/2:])
		h.start += int64(len(h.buf) - kept)
		h.buf, h.at = h.buf[:kept], kept
	}
	for range 100 { // as io has it: a reader may return nothing now and then
		n, err := h.r.Read(h.buf[len(h.buf):cap(h.buf)])
		h.buf = h.buf[:len(h.buf)+n]
		h.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	h.err = io.ErrNoProgress
	return h.err
}

// offset is where in the file the next byte stands.
func (h *history) offset() int64 { return h.start + int64(h.at) }

// rewind goes back to an offset, or as far as it can.
func (h *history) rewind(to int64) {
	h.at = int(min(max(to-h.start, 0), int64(h.at)))
}

// failed is the error of reading the file, which is none of its content.
func (h *history) failed() error {
	if h.err == io.EOF {
		return nil
	}
	return h.err
}
