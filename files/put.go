package files

import (
	"context"
	"errors"
	"io/fs"
)

// PutFile implements [Engine]. What stands at name is removed and never written
// through, so links, pipes and hard links planted there harm nobody. Two callers
// must not put the same name at once: the error of one would remove the other's file.
//
// Folders are kept open between calls. One that is removed meanwhile is made again;
// one that another process moves is followed, with what lies below, to where it went.
func (d *Direct) PutFile(ctx context.Context, name string, data []byte) error {
	if err := d.enter(ctx, "put", name); err != nil {
		return err
	}
	defer d.leave()
	err := d.within("put", name, func(f *folder, base string) error { return f.put(base, name, data) })
	if err == nil {
		d.written.add(d.root, name)
	}
	return err
}

// within calls do with the folder of name, made when missing, and once more when
// that was removed under its handle.
func (d *Direct) within(op, name string, do func(f *folder, base string) error) error {
	dir, base := split(name)
	for again := true; ; again = false {
		f, err := d.folders.make(dir)
		if err != nil {
			return asked(op, name, err)
		}
		err = do(f, base)
		f.release()
		if !again || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		d.folders.forget(dir)
	}
}
