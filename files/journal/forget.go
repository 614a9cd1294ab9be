package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"crawl/files"
)

// ForeignError says that Open would remove or change what no crawl has made.
type ForeignError struct{ Name string } // of the folder or the journal, relative to the engine's root

func (e *ForeignError) Error() string {
	what := "folder"
	if e.Name == Name {
		what = "file"
	}
	return fmt.Sprintf("holds a %s %s that is not a crawl's: choose another folder", what, e.Name)
}

// admit refuses, before anything is changed, what is not this program's to change:
// journals of another kind and, unless they are to be forgotten, of a newer program,
// and what somebody else has put there.
func (j *Journal[L]) admit(ctx context.Context) error {
	ours, err := j.isOurs(ctx)
	if newer := (*SchemaError)(nil); j.opt.Fresh && errors.As(err, &newer) {
		return nil
	}
	if ours || err != nil {
		return err
	}
	if j.removesBodies() {
		if _, err := j.eng.Stat(ctx, j.format.Bodies); !errors.Is(err, fs.ErrNotExist) {
			return cmp.Or(err, error(&ForeignError{j.format.Bodies}))
		}
	}
	info, err := j.eng.Stat(ctx, Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && info.Mode().IsRegular() && info.Size() > 0:
		return &ForeignError{Name}
	}
	return err
}

func (j *Journal[L]) removesBodies() bool {
	return j.opt.Fresh && !j.opt.Keep && j.format.Bodies != ""
}

// forget removes what an earlier run left. Bodies that are to stay must be whole,
// so a crash is repaired before; then the marker goes first, since without one the
// next start trusts no line and sweeps no body.
func (j *Journal[L]) forget(ctx context.Context) error {
	if j.opt.Keep && j.format.Bodies != "" {
		if _, err := j.recover(ctx); err != nil {
			return err
		}
		return remove(ctx, j.eng, markerName, Name)
	}
	if j.removesBodies() {
		if err := j.setBodiesAside(ctx); err != nil {
			return err
		}
	}
	return remove(ctx, j.eng, Name, markerName)
}

// setBodiesAside moves the bodies, all at once, to where every start removes what
// it finds: to remove them here could break off in the middle, when no line names
// the rest. From before that to the end of forget a marker vouches for nothing, so
// a start in between drops the lines whose bodies have gone.
func (j *Journal[L]) setBodiesAside(ctx context.Context) error {
	if _, err := j.eng.Stat(ctx, j.format.Bodies); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	mark, found, err := readMarker(ctx, j.eng)
	if err != nil {
		return err
	}
	if !found {
		mark.Since = since(time.Now())
	}
	if err := writeFirst(ctx, j.eng, marker{Since: mark.Since}); err != nil {
		return err
	}
	aside := temp + "/old-" + strconv.FormatUint(rand.Uint64(), 36)
	if err := j.eng.Rename(ctx, j.format.Bodies, aside); err != nil {
		return err
	}
	if j.opt.Sync == SyncNone {
		return nil
	}
	return j.eng.Sync(ctx) // a disk may keep these steps in another order
}

// isOurs reports whether there is a marker, be it torn, or a journal that begins
// with a record. It fails with a [*KindError] or [*SchemaError] where that is of
// another kind or of a newer program.
func (j *Journal[L]) isOurs(ctx context.Context) (bool, error) {
	if begins, err := j.begins(ctx); begins || err != nil {
		return begins, err
	}
	_, err := j.eng.Stat(ctx, markerName)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// begins reports whether the first line is a record and carries a schema.
func (j *Journal[L]) begins(ctx context.Context) (bool, error) {
	file, err := j.eng.Open(ctx, Name, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close() // only read
	lines := newReader(withContext{ctx, file}, j.format)
	_, err = lines.next()
	if err == io.EOF || isLineError(err) {
		return false, nil
	}
	return err == nil && lines.head.Schema > 0, err
}

// remove removes files in this order.
func remove(ctx context.Context, eng files.Engine, names ...string) error {
	for _, name := range names {
		if err := eng.RemoveAll(ctx, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
