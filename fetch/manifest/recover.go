package manifest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"runtime"
	"sync"
	"time"

	"crawl/files"
)

// Recovery is what [Open] repaired after a run that broke off.
type Recovery struct {
	Torn    int64 // bytes of a torn last line that were cut off
	Dropped int   // lines behind the marker that were malformed, or whose bodies had not survived
	Removed int   // bodies that no line named
}

const (
	temp      = State + "/tmp" // bodies under way
	rewritten = State + "/manifest.tmp"
)

// state is how a manifest stands once it is repaired.
type state struct {
	size    int64 // of whole, trusted lines
	durable int64 // of those, what survives power failure
}

// checkSchema refuses what a newer program wrote, before anything is changed.
func checkSchema(ctx context.Context, eng files.Engine) error {
	for _, err := range Lines(ctx, eng) {
		if isLineError(err) || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	return nil
}

// recover repairs the manifest:
//
//	0 ......... marker .................. last newline ... end
//	  trusted     trusted as far as the     torn,
//	              bodies match, else        cut off
//	              left out
func (m *Manifest) recover(ctx context.Context) (state, error) {
	if err := m.eng.RemoveAll(ctx, temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return state{}, err
	}
	mark, found, err := readMarker(ctx, m.eng)
	if err != nil {
		return state{}, err
	}
	size, fits, err := m.fits(ctx, mark)
	if err != nil {
		return state{}, err
	}
	switch {
	case found && fits && mark.Clean && mark.Bytes == size:
		return state{size, size}, nil
	case !found || !fits: // somebody has been at it
		mark = marker{Clean: true}
	}
	return m.repair(ctx, mark, size)
}

// fits returns the manifest's size, and whether a line ends where the marker says.
func (m *Manifest) fits(ctx context.Context, mark marker) (size int64, fits bool, err error) {
	file, err := m.eng.Open(ctx, Name, os.O_RDONLY|os.O_CREATE)
	if err != nil {
		return 0, false, err
	}
	defer file.Close() // only read
	info, err := file.Stat()
	if err != nil {
		return 0, false, err
	}
	size = info.Size()
	if mark.Bytes == 0 || mark.Bytes > size {
		return size, mark.Bytes == 0, nil
	}
	var last [1]byte
	_, err = file.ReadAt(last[:], mark.Bytes-1)
	return size, last[0] == '\n', err
}

// repair checks what lies behind the marker and drops what is not to be trusted.
func (m *Manifest) repair(ctx context.Context, mark marker, size int64) (state, error) {
	whole, bad, err := m.examine(ctx, mark)
	if err != nil {
		return state{}, err
	}
	m.recovered.Torn = size - whole
	if m.recovered.Dropped = len(bad); len(bad) > 0 {
		if whole, err = m.rewrite(ctx, mark.Bytes, whole, bad); err != nil {
			return state{}, err
		}
	}
	if !mark.Clean {
		if err := m.sweep(ctx, time.Unix(mark.Since, 0)); err != nil {
			return state{}, err
		}
	}
	if m.opt.Sync == SyncNone {
		return state{whole, mark.Bytes}, nil
	}
	return state{whole, whole}, m.eng.Sync(ctx)
}

// examine returns where the last whole line ends, and where behind the marker the
// lines begin that are not to be trusted. Lines that the marker does not tell to be torn may be
// malformed because somebody edited them: they stay, as no record.
func (m *Manifest) examine(ctx context.Context, mark marker) (whole int64, bad map[int64]bool, err error) {
	file, err := m.eng.Open(ctx, Name, os.O_RDONLY)
	if err != nil {
		return 0, nil, err
	}
	defer file.Close() // only read

	var mu sync.Mutex // guards bad
	bad = make(map[int64]bool)
	drop := func(at int64) {
		mu.Lock()
		defer mu.Unlock()
		bad[at] = true
	}
	tail := newClaims(section(file, mark.Bytes, math.MaxInt64), func(*Line) {}, func(c claim, err error) {
		if !mark.Clean {
			drop(c.at)
		}
	})
	err = tail.check(ctx, m.eng, runtime.GOMAXPROCS(0), func(c claim, err error) error {
		if wrong := (*mismatch)(nil); errors.As(err, &wrong) {
			drop(c.at)
			return nil
		}
		return err // of the disk, which may be better tomorrow
	})
	return mark.Bytes + tail.lines.at, bad, err
}

// section is the part of a file from byte from up to byte to.
func section(file io.ReaderAt, from, to int64) io.Reader {
	return io.NewSectionReader(file, from, to-from)
}

// rewrite puts a manifest in place that lacks the bad lines, at once as a whole:
// so no crash can come between cutting the tail off and writing what is good in it
// again. It is long only after a power failure, and then a fraction of the rest.
func (m *Manifest) rewrite(ctx context.Context, from, whole int64, bad map[int64]bool) (size int64, err error) {
	old, err := m.eng.Open(ctx, Name, os.O_RDONLY)
	if err != nil {
		return 0, err
	}
	file, err := m.eng.Open(ctx, rewritten, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return 0, errors.Join(err, old.Close())
	}
	out := bufio.NewWriterSize(file, 256<<10)
	size, err = io.Copy(out, withContext{ctx, section(old, 0, from)})
	if err == nil {
		size, err = m.keep(ctx, out, section(old, from, whole), size, bad)
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close(), old.Close()); err != nil {
		return 0, err
	}
	return size, m.eng.Rename(ctx, rewritten, Name)
}

// keep copies the lines of tail that are not bad behind the size bytes that out has.
func (m *Manifest) keep(ctx context.Context, out io.Writer, tail io.Reader, size int64, bad map[int64]bool) (int64, error) {
	lines := newReader(withContext{ctx, tail})
	for {
		at := lines.at
		raw, err := lines.raw()
		switch {
		case err == io.EOF:
			return size, nil
		case err == errTooLong:
			continue
		case err != nil:
			return 0, err
		}
		if bad[at] {
			continue
		}
		if size == 0 {
			raw = withSchema(raw)
		}
		n, err := out.Write(raw)
		if size += int64(n); err != nil {
			return 0, err
		}
	}
}

// withSchema returns the line as it must be when it comes first. One that is no
// record stays as it is.
func withSchema(raw []byte) []byte {
	var l Line
	if parseLine(string(raw[:len(raw)-1]), &l) != nil {
		return raw
	}
	return appendLine(nil, &l, Schema)
}

// sweep removes the bodies that the broken-off run left without a line. What is
// older than that run was put there by somebody else.
func (m *Manifest) sweep(ctx context.Context, since time.Time) error {
	named, err := m.named(ctx)
	if err != nil {
		return err
	}
	return walk(ctx, m.eng, bodies, func(path string) error {
		if named.has(path) {
			return nil
		}
		info, err := m.eng.Stat(ctx, path)
		if err != nil || info.ModTime().Before(since) {
			return err
		}
		m.recovered.Removed++
		return m.eng.Remove(ctx, path)
	})
}

// named returns the paths of all bodies that have a line.
func (m *Manifest) named(ctx context.Context) (*hashes, error) {
	paths := newHashes()
	for l, err := range Lines(ctx, m.eng) {
		if isLineError(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if l.Path != "" {
			paths.add(l.Path)
		}
	}
	paths.sort()
	return paths, nil
}
