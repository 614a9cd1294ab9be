package fetch

import (
	"errors"
	"io"
	"math/bits"
	"sync"
)

// Recording is bytes that are kept for a while, such as a message on the wire: in memory
// while they are few and there is room, else in a file. Reading it is safe for concurrent
// use.
type Recording struct {
	recorder *Recorder

	mu     sync.Mutex // guards what follows while it is written: an upload has a goroutine of its own
	memory []byte     // all of it, while file is nil
	file   Spill
	from   int64 // where the message begins
	size   int64 // bytes that were written
	sealed bool
	err    error // the first; nothing is written after it
}

var _ io.ReaderAt = (*Recording)(nil)

// Size returns how many bytes the message has.
func (r *Recording) Size() int64 { return r.size - r.from }

// ReadAt implements [io.ReaderAt].
func (r *Recording) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("read before the beginning of a message")
	}
	left := r.Size() - off
	if left <= 0 {
		return 0, io.EOF
	}
	short := int64(len(p)) > left
	if short {
		p = p[:left]
	}
	var n int
	var err error
	if r.file != nil {
		n, err = r.file.ReadAt(p, r.from+off)
	} else {
		n = copy(p, r.memory[r.from+off:])
	}
	if n == len(p) {
		err = nil
		if short {
			err = io.EOF
		}
	}
	return n, err
}

// Memory is a message that is there as a whole, or nil when it is not in memory. It is
// valid as long as the message.
func (r *Recording) Memory() []byte {
	if r.file != nil {
		return nil
	}
	return r.memory[r.from:r.size]
}

// Write adds bytes, unless the Recording has ended. Its error stays.
func (r *Recording) Write(p []byte) (int, error) {
	r.write(p)
	return len(p), r.err
}

// Close gives memory and file back.
func (r *Recording) Close() error {
	r.close()
	return nil
}

func (r *Recording) write(p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sealed || r.err != nil || len(p) == 0 {
		return
	}
	if r.file == nil && !r.fits(len(p)) {
		if r.err = r.spill(); r.err != nil {
			return
		}
	}
	if r.file != nil {
		if _, r.err = r.file.WriteAt(p, r.size); r.err != nil {
			return
		}
	} else {
		r.memory = append(r.memory, p...)
	}
	r.size += int64(len(p))
}

// maxRecorded is how much of one message is kept in memory.
const maxRecorded = 1 << 20

// fits makes room in memory for n bytes more, if there may be any.
func (r *Recording) fits(n int) bool {
	need := len(r.memory) + n
	if need <= cap(r.memory) {
		return true
	}
	if need > maxRecorded {
		return false
	}
	class := classOf(need)
	if !r.recorder.take(int64(class.size() - cap(r.memory))) {
		return false
	}
	larger := append(class.get(), r.memory...)
	classOf(cap(r.memory)).put(r.memory)
	r.memory = larger
	return true
}

// spill moves what there is to a file.
func (r *Recording) spill() error {
	file, err := r.recorder.Spill()
	if err != nil {
		return err
	}
	if _, err := file.WriteAt(r.memory, 0); err != nil {
		return errors.Join(err, file.Close())
	}
	r.file = file
	r.forget()
	return nil
}

func (r *Recording) forget() {
	r.recorder.used.Add(-int64(cap(r.memory)))
	classOf(cap(r.memory)).put(r.memory)
	r.memory = nil
}

// beginAt says where the message begins: what came before is none of it.
func (r *Recording) beginAt(from int64) {
	if r.err == nil { // else there is less than was counted
		r.from = max(from, 0)
	}
}

// rewind forgets what was written.
func (r *Recording) rewind() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sealed {
		return
	}
	r.size, r.memory = 0, r.memory[:0]
}

// seal ends the message, without its last excess bytes.
func (r *Recording) seal(excess int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.sealed && r.err == nil {
		r.size = max(r.size-excess, r.from)
	}
	r.sealed = true
}

func (r *Recording) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sealed = true
	if r.file != nil {
		_ = r.file.Close() // nobody wants what was in it
		r.file = nil
	}
	r.forget()
	r.from, r.size = 0, 0
}

// sizeClass is one of the sizes of buffers: 4 KiB, 16 KiB, 64 KiB, 256 KiB and 1 MiB. Most
// requests and pages fit into one of the first, and what grows is copied but a few times.
type sizeClass int

const smallestClass = 12 // bits

var recorded [5]sync.Pool // of *[]byte, by class

func classOf(n int) sizeClass {
	return sizeClass(max(bits.Len(uint(max(n, 1)-1))-smallestClass+1, 0) / 2)
}

func (c sizeClass) size() int { return 1 << (smallestClass + 2*c) }

func (c sizeClass) get() []byte {
	if b, ok := recorded[c].Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return make([]byte, 0, c.size())
}

func (c sizeClass) put(b []byte) {
	if cap(b) > 0 {
		recorded[c].Put(&b)
	}
}
