package journal

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"sync"
)

// damage is what a repair leaves out.
type damage struct {
	mu          sync.Mutex
	lines       map[int64]bool  // by where they begin
	keys, paths map[string]bool // what they were about
}

func newDamage() *damage {
	return &damage{lines: map[int64]bool{}, keys: map[string]bool{}, paths: map[string]bool{}}
}

func (d *damage) add(c claim) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines[c.at] = true
	if c.key != "" {
		d.keys[c.key] = true
	}
	if c.Path != "" {
		d.paths[c.Path] = true
	}
}

// rewrite puts a journal in place that lacks what is bad, at once as a whole: so
// no crash can come between cutting the tail off and writing what is good in it
// again. It is long only after a power failure, and then a fraction of the rest.
func (j *Journal[L]) rewrite(ctx context.Context, bad *damage, mark, whole int64) (state, error) {
	same := mark // what stays before that byte
	if j.format.Replaces {
		same = 0
	}
	old, err := j.eng.Open(ctx, Name, os.O_RDONLY)
	if err != nil {
		return state{}, err
	}
	file, err := j.eng.Open(ctx, rewritten, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return state{}, errors.Join(err, old.Close())
	}
	out := bufio.NewWriterSize(file, 256<<10)
	done := state{same, same}
	_, err = io.Copy(out, withContext{ctx, section(old, 0, same)})
	if err == nil {
		err = j.keep(ctx, out, section(old, same, whole), &done, bad, mark)
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close(), old.Close()); err != nil {
		return state{}, err
	}
	return done, j.eng.Rename(ctx, rewritten, Name)
}

// keep copies the lines of tail that are not bad behind what is done.
func (j *Journal[L]) keep(ctx context.Context, out io.Writer, tail io.Reader, done *state, bad *damage, mark int64) error {
	lines := newReader(withContext{ctx, tail}, j.format)
	lines.at = done.size
	for {
		at := lines.at
		raw, err := lines.raw()
		switch {
		case err == io.EOF:
			return nil
		case err == errTooLong:
			continue
		case err != nil:
			return err
		}
		if bad.lines[at] || j.isUndone(raw, bad) {
			continue
		}
		if done.size == 0 {
			raw = j.withSchema(raw)
		}
		n, err := out.Write(raw)
		if err != nil {
			return err
		}
		done.size += int64(n)
		if at < mark {
			done.durable = done.size
		}
	}
}

// isUndone reports whether a line that is bad had replaced this one: without the
// other it would count again, and speak of a file that is no more.
func (j *Journal[L]) isUndone(raw []byte, bad *damage) bool {
	if !j.format.Replaces {
		return false
	}
	var l L
	return j.format.Parse(string(raw[:len(raw)-1]), &l) == nil && (bad.keys[j.format.Key(&l)] || bad.paths[j.format.Claim(&l).Path])
}

// withSchema returns the line as it must be when it comes first. One that is no
// record stays as it is.
func (j *Journal[L]) withSchema(raw []byte) []byte {
	var l L
	if j.format.Parse(string(raw[:len(raw)-1]), &l) != nil {
		return raw
	}
	return j.format.Append(nil, &l, j.format.Schema)
}
