package files

import (
	"context"

	"golang.org/x/sys/unix"
)

// copyInKernel copies what the kernel is willing to, and returns how much that was.
// The files' positions are behind it, for the caller to read and write the rest.
func copyInKernel(ctx context.Context, dst Draft, src File) (int64, error) {
	in, ok := src.(*file)
	out := plainDraft(dst)
	if !ok || out == nil || out.ended {
		return 0, nil
	}
	from, to := int(in.os.Fd()), out.sheet.fd
	size, cloned := int64(0), false
	err := out.turn(ctx, func() error {
		var st unix.Stat_t
		if unix.IoctlFileClone(to, from) != nil || unix.Fstat(to, &st) != nil {
			return nil
		}
		cloned, size = true, st.Size
		_, err := unix.Seek(from, 0, unix.SEEK_END)
		return err
	})
	const piece = 16 << 20 // what ctx waits for at most
	for n := 1; err == nil && !cloned && n > 0; size += int64(n) {
		err = out.turn(ctx, func() (err error) {
			n, err = unix.CopyFileRange(from, nil, to, nil, piece, 0)
			switch err {
			case unix.EXDEV, unix.EOPNOTSUPP, unix.EINVAL, unix.ENOSYS, unix.EPERM, unix.ETXTBSY, unix.EINTR:
				n, err = 0, nil // so the rest is read and written
			}
			return err
		})
		n = max(n, 0)
	}
	return size, err
}

// plainDraft finds the draft that a kernel's descriptor stands for, unless somebody
// else has an eye on its writes.
func plainDraft(d Draft) *draft {
	if p, ok := d.(*poolDraft); ok {
		d = p.Draft
	}
	plain, _ := d.(*draft)
	return plain
}

// turn does one step of writing in the engine's width.
func (f *draft) turn(ctx context.Context, step func() error) error {
	if err := f.engine.enter(ctx, "copy", f.name); err != nil {
		return err
	}
	defer f.engine.leave()
	err := step()
	if err != nil {
		f.failed = asked("copy", f.name, err)
		return f.failed
	}
	return nil
}
