package files

import (
	"context"
	"errors"
	"io/fs"
)

// Draft implements [Engine]. On Linux the file has no name where the file system
// can do that (O_TMPFILE), so that nothing is left when the process is killed;
// elsewhere it has a temporary one beside name. What stands at name is replaced
// and never written through. A folder that is removed meanwhile is made again for
// a draft without a name, and takes the others with it.
func (d *Direct) Draft(ctx context.Context, name string) (Draft, error) {
	if err := d.enter(ctx, "draft", name); err != nil {
		return nil, err
	}
	defer d.leave()
	if name == "." {
		return nil, &fs.PathError{Op: "draft", Path: name, Err: errNotRegular}
	}
	s, err := d.newSheet(name)
	if err != nil {
		return nil, asked("draft", name, err)
	}
	return &draft{engine: d, name: name, sheet: s}, nil
}

// draft is a sheet, the file of the platform, and what became of it.
type draft struct {
	engine *Direct
	name   string
	sheet  sheet
	ended  bool  // by Commit or Discard
	failed error // of Write or Chmod: what was written has a gap, or is not private
}

func (f *draft) Write(p []byte) (int, error) {
	if f.ended {
		return 0, &fs.PathError{Op: "write", Path: f.name, Err: fs.ErrClosed}
	}
	if f.failed != nil {
		return 0, f.failed
	}
	f.engine.slots <- struct{}{}
	defer f.engine.leave()
	n, err := f.sheet.write(p)
	f.failed = asked("write", f.name, err)
	return n, f.failed
}

func (f *draft) Chmod(mode fs.FileMode) error {
	if f.ended {
		return &fs.PathError{Op: "chmod", Path: f.name, Err: fs.ErrClosed}
	}
	if f.failed != nil {
		return f.failed
	}
	f.engine.slots <- struct{}{}
	defer f.engine.leave()
	f.failed = asked("chmod", f.name, f.sheet.chmod(mode.Perm()))
	return f.failed
}

func (f *draft) Commit(ctx context.Context) error {
	if f.ended {
		return &fs.PathError{Op: "commit", Path: f.name, Err: fs.ErrClosed}
	}
	if f.failed != nil {
		return f.failed
	}
	if err := f.engine.enter(ctx, "commit", f.name); err != nil {
		return err
	}
	defer f.engine.leave()
	if err := f.sheet.commit(f.engine, f.name); err != nil {
		f.failed = asked("commit", f.name, err)
		return f.failed
	}
	f.ended = true
	f.engine.written.add(f.engine.root, f.name)
	return nil
}

func (f *draft) Discard() error {
	if f.ended {
		return nil
	}
	f.ended = true
	f.engine.slots <- struct{}{}
	defer f.engine.leave()
	if err := f.sheet.discard(f.engine); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return asked("discard", f.name, err)
	}
	return nil
}
