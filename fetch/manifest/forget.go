package manifest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strconv"
	"time"

	"crawl/files"
)

// ForeignError says that Options.Fresh would remove what no crawl has made.
type ForeignError struct{ Name string } // of the folder, relative to the engine's root

func (e *ForeignError) Error() string {
	return fmt.Sprintf("holds a folder %s that is not a crawl's: choose another folder", e.Name)
}

// forget removes what an earlier run left. Bodies that are to stay must be whole,
// so a crash is repaired before; then the marker goes first, since without one the
// next start trusts no line and sweeps no body.
func (m *Manifest) forget(ctx context.Context) error {
	if m.opt.Keep {
		if _, err := m.recover(ctx); err != nil {
			return err
		}
		return remove(ctx, m.eng, markerName, Name)
	}
	if err := m.setBodiesAside(ctx); err != nil {
		return err
	}
	return remove(ctx, m.eng, Name, markerName)
}

// setBodiesAside moves the bodies, all at once, to where every start removes what
// it finds: to remove them here could break off in the middle, when no line names
// the rest. From before that to the end of forget a marker vouches for nothing, so
// a start in between drops the lines whose bodies have gone.
func (m *Manifest) setBodiesAside(ctx context.Context) error {
	if _, err := m.eng.Stat(ctx, bodies); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	ours, err := isOurs(ctx, m.eng)
	if err != nil {
		return err
	}
	if !ours {
		return &ForeignError{bodies}
	}
	mark, found, err := readMarker(ctx, m.eng)
	if err != nil {
		return err
	}
	if !found {
		mark.Since = since(time.Now())
	}
	if err := writeFirst(ctx, m.eng, marker{Since: mark.Since}); err != nil {
		return err
	}
	aside := temp + "/old-" + strconv.FormatUint(rand.Uint64(), 36)
	if err := m.eng.Rename(ctx, bodies, aside); err != nil {
		return err
	}
	if m.opt.Sync == SyncNone {
		return nil
	}
	return m.eng.Sync(ctx) // a disk may keep these steps in another order
}

// isOurs reports whether there is a marker, be it torn, or a manifest that begins
// with a record of this program, be it a newer one.
func isOurs(ctx context.Context, eng files.Engine) (bool, error) {
	if _, err := eng.Stat(ctx, markerName); !errors.Is(err, fs.ErrNotExist) {
		return err == nil, err
	}
	for l, err := range Lines(ctx, eng) {
		if newer := (*SchemaError)(nil); errors.As(err, &newer) {
			return true, nil
		}
		if errors.Is(err, fs.ErrNotExist) || isLineError(err) {
			return false, nil
		}
		return err == nil && l.Schema > 0, err
	}
	return false, nil
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
