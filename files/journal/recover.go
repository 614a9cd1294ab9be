package journal

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"runtime"
	"time"
)

// Recovery is what [Open] repaired after a run that broke off.
type Recovery struct {
	Torn    int64 // bytes of a torn last line that were cut off
	Dropped int   // lines that were malformed, or whose files had not survived
	Removed int   // files in Format.Bodies that no line named
}

const (
	temp      = State + "/tmp" // files under way
	rewritten = State + "/manifest.tmp"
)

// state is how a journal stands once it is repaired.
type state struct {
	size    int64 // of whole, trusted lines
	durable int64 // of those, what survives power failure
}

// recover repairs the journal:
//
//	0 ......... marker .................. last newline ... end
//	  trusted     trusted as far as the     torn,
//	              files match, else         cut off
//	              left out
func (j *Journal[L]) recover(ctx context.Context) (state, error) {
	if err := j.eng.RemoveAll(ctx, temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return state{}, err
	}
	mark, found, err := readMarker(ctx, j.eng)
	if err != nil {
		return state{}, err
	}
	size, fits, err := j.fits(ctx, mark)
	if err != nil {
		return state{}, err
	}
	switch {
	case found && fits && mark.Clean && mark.Bytes == size:
		return state{size, size}, nil
	case !found || !fits: // somebody has been at it
		mark = marker{Clean: true}
	}
	return j.repair(ctx, mark, size)
}

// fits returns the journal's size, and whether a line ends where the marker says.
func (j *Journal[L]) fits(ctx context.Context, mark marker) (size int64, fits bool, err error) {
	file, err := j.eng.Open(ctx, Name, os.O_RDONLY|os.O_CREATE)
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
func (j *Journal[L]) repair(ctx context.Context, mark marker, size int64) (state, error) {
	whole, bad, err := j.examine(ctx, mark)
	if err != nil {
		return state{}, err
	}
	j.recovered.Torn = size - whole
	repaired := state{whole, mark.Bytes}
	if j.recovered.Dropped = len(bad.lines); len(bad.lines) > 0 {
		if repaired, err = j.rewrite(ctx, bad, mark.Bytes, whole); err != nil {
			return state{}, err
		}
	}
	if !mark.Clean && j.format.Bodies != "" {
		if err := j.sweep(ctx, time.Unix(mark.Since, 0)); err != nil {
			return state{}, err
		}
	}
	if j.opt.Sync == SyncNone {
		return repaired, nil
	}
	return state{repaired.size, repaired.size}, j.eng.Sync(ctx)
}

// examine returns where the last whole line ends, and what is not to be trusted.
// Lines that the marker does not tell to be torn may be malformed because somebody
// edited them: they stay, as no record.
//
// Behind the marker all files are read again. Where a later line replaces others,
// so are those of trusted lines that were written since the broken-off run began: it
// may have replaced a file and not come to the line.
func (j *Journal[L]) examine(ctx context.Context, mark marker) (whole int64, bad *damage, err error) {
	file, err := j.eng.Open(ctx, Name, os.O_RDONLY)
	if err != nil {
		return 0, nil, err
	}
	defer file.Close() // only read

	from := mark.Bytes
	if j.format.Replaces && !mark.Clean {
		from = 0
	}
	bad = newDamage()
	tail := &claims[L]{record: func(*L) {}, lines: newReader(section(file, from, math.MaxInt64), j.format)}
	tail.lines.at = from
	tail.malformed = func(c claim, err error) {
		if c.at >= mark.Bytes && !mark.Clean {
			bad.add(c)
		}
	}
	if j.format.Replaces {
		if tail.latest, err = newLatest(ctx, section(file, from, math.MaxInt64), j.format, from); err != nil {
			return 0, nil, err
		}
	}
	disk := checker{eng: j.eng, trusted: mark.Bytes, since: time.Unix(mark.Since, 0)}
	err = tail.check(ctx, disk, runtime.GOMAXPROCS(0), func(c claim, err error) error {
		if wrong := (*mismatch)(nil); errors.As(err, &wrong) {
			bad.add(c)
			return nil
		}
		return err // of the disk, which may be better tomorrow
	})
	return tail.lines.at, bad, err
}

// section is the part of a file from byte from up to byte to.
func section(file io.ReaderAt, from, to int64) io.Reader {
	return io.NewSectionReader(file, from, to-from)
}

// sweep removes the bodies that the broken-off run left without a line. What is
// older than that run was put there by somebody else.
func (j *Journal[L]) sweep(ctx context.Context, since time.Time) error {
	named, err := j.named(ctx)
	if err != nil {
		return err
	}
	return walk(ctx, j.eng, j.format.Bodies, func(path string) error {
		if named.has(path) {
			return nil
		}
		info, err := j.eng.Stat(ctx, path)
		if err != nil || info.ModTime().Before(since) {
			return err
		}
		j.recovered.Removed++
		return j.eng.Remove(ctx, path)
	})
}

// named returns the paths of all bodies that have a line.
func (j *Journal[L]) named(ctx context.Context) (*hashes, error) {
	paths := newHashes()
	for l, err := range Lines(ctx, j.eng, j.format) {
		if isLineError(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if path := j.format.Claim(l).Path; path != "" {
			paths.add(path)
		}
	}
	paths.sort()
	return paths, nil
}
