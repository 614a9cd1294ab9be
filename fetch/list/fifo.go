package list

import (
	"io"
	"os"
	"sync"
	"syscall"
)

// fifo is a named pipe that is read. To open one waits for somebody who writes, which
// may be for ever, and nothing but such a one ends that. So a goroutine does it.
type fifo struct {
	*io.PipeReader
	name string
	done chan struct{} // closed at the goroutine's end

	mu     sync.Mutex // guards what follows
	file   *os.File   // nil before it is open
	closed bool
}

func openFIFO(name string) *fifo {
	r, w := io.Pipe()
	f := &fifo{PipeReader: r, name: name, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		w.CloseWithError(f.pump(w))
	}()
	return f
}

// pump opens the pipe and copies it to w. Its error is io.EOF at the end of all.
func (f *fifo) pump(w io.Writer) error {
	file, err := os.Open(f.name)
	if err != nil {
		return withoutPath(err)
	}
	defer file.Close() // only read
	f.mu.Lock()
	f.file = file
	closed := f.closed
	f.mu.Unlock()
	if closed {
		return os.ErrClosed
	}
	if _, err := io.Copy(w, file); err != nil {
		return err
	}
	return io.EOF
}

// Close ends a Read. It waits for the goroutine, which it wakes by opening the pipe for
// writing as well; if that can't be done, the goroutine ends with the process.
func (f *fifo) Close() error {
	f.PipeReader.Close()
	f.mu.Lock()
	f.closed = true
	if f.file != nil {
		f.file.Close() // it is closed again, which does nothing
	}
	f.mu.Unlock()
	waker, err := os.OpenFile(f.name, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	<-f.done
	return waker.Close()
}
