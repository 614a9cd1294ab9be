package walk

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// dir is an open folder.
type dir struct {
	fd   int
	file *os.File // where os opened it
}

const openFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC | unix.O_NOFOLLOW

// tree is the root, kept open for lookups from it.
type tree struct {
	root *os.Root
	top  *os.File
}

func newTree(root *os.Root) (tree, error) {
	top, err := root.Open(".")
	return tree{root, top}, err
}

func (t tree) close() { t.top.Close() } // nothing was written

// open opens the folder path. Unless links are followed no element of it may be one.
func (t tree) open(path string, follow bool) (dir, error) {
	d, err := openBeneath(int(t.top.Fd()), path)
	sandboxed := err == unix.ENOSYS || err == unix.EPERM
	if linked := err == unix.ELOOP || err == unix.ENOTDIR; !sandboxed && !(follow && linked) {
		return d, err
	}
	f, err := t.root.OpenFile(path, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return dir{}, err
	}
	return dir{fd: int(f.Fd()), file: f}, nil
}

// openBeneath has the kernel (5.6 and later) resolve the path in one call, or in
// several where it is longer than the kernel takes.
func openBeneath(top int, path string) (dir, error) {
	const most = unix.PathMax - 1
	for at := top; ; {
		piece, rest := path, ""
		if len(path) > most {
			cut := strings.LastIndexByte(path[:most], '/')
			piece, rest = path[:cut], path[cut+1:]
		}
		d, err := openat2(at, piece)
		if at != top {
			dir{fd: at}.close()
		}
		if err != nil || rest == "" {
			return d, err
		}
		at, path = d.fd, rest
	}
}

func openat2(at int, path string) (dir, error) {
	how := unix.OpenHow{Flags: openFlags, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS}
	for {
		fd, err := unix.Openat2(at, path, &how)
		if err != unix.EINTR {
			return dir{fd: fd}, err
		}
	}
}

// child opens a folder in d, by its name there.
func (d dir) child(name string) (dir, error) {
	for {
		fd, err := unix.Openat(d.fd, name, openFlags, 0)
		if err != unix.EINTR {
			return dir{fd: fd}, err
		}
	}
}

func (d dir) close() {
	if d.file != nil {
		d.file.Close()
		return
	}
	unix.Close(d.fd) // nothing was written
}

// block is room for a part of a folder.
type block struct {
	raw   []byte
	found []name
}

type name struct {
	text    string
	kind    fs.FileMode
	unknown bool // the file system does not tell the type
}

// read reads the next part of the folder into b, and reports whether there may be more.
func (d dir) read(b *block) (more bool, err error) {
	if b.raw == nil {
		b.raw = make([]byte, 64<<10)
	}
	b.found = b.found[:0]
	n, err := unix.Getdents(d.fd, b.raw)
	for err == unix.EINTR {
		n, err = unix.Getdents(d.fd, b.raw)
	}
	if err != nil || n <= 0 {
		return false, err
	}
	b.parse(b.raw[:n])
	return true, nil
}

// parse takes struct linux_dirent64 apart: inode, offset, length, type, name, NUL.
func (b *block) parse(raw []byte) {
	const length, kind, text = 16, 18, 19
	for len(raw) > text {
		n := int(binary.NativeEndian.Uint16(raw[length:]))
		if n <= text || n > len(raw) {
			return
		}
		s, _, _ := bytes.Cut(raw[text:n], nul)
		if string(s) != "." && string(s) != ".." {
			mode, known := typeOf(raw[kind])
			b.found = append(b.found, name{text: string(s), kind: mode, unknown: !known})
		}
		raw = raw[n:]
	}
}

var nul = []byte{0}

// typeOf translates d_type.
func typeOf(d byte) (t fs.FileMode, known bool) {
	return modeOf(uint32(d) << 12), d != unix.DT_UNKNOWN
}

// modeOf translates st_mode.
func modeOf(st uint32) fs.FileMode {
	mode := fs.FileMode(st & 0o777)
	switch st & unix.S_IFMT {
	case unix.S_IFDIR:
		mode |= fs.ModeDir
	case unix.S_IFLNK:
		mode |= fs.ModeSymlink
	case unix.S_IFIFO:
		mode |= fs.ModeNamedPipe
	case unix.S_IFSOCK:
		mode |= fs.ModeSocket
	case unix.S_IFBLK:
		mode |= fs.ModeDevice
	case unix.S_IFCHR:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	case unix.S_IFREG:
	default:
		mode |= fs.ModeIrregular
	}
	if st&unix.S_ISUID != 0 {
		mode |= fs.ModeSetuid
	}
	if st&unix.S_ISGID != 0 {
		mode |= fs.ModeSetgid
	}
	if st&unix.S_ISVTX != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}

// stat looks at name in d: at its type, or at the whole.
func (d dir) stat(name string, e *Entry, whole bool) error {
	var st unix.Stat_t
	err := unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	for err == unix.EINTR {
		err = unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	}
	if err != nil {
		return err
	}
	e.Mode = modeOf(st.Mode)
	if !whole {
		e.Mode = e.Mode.Type()
		return nil
	}
	e.ModTime = time.Unix(st.Mtim.Unix())
	if e.Mode.IsRegular() {
		e.Size = st.Size
	}
	return nil
}

// identity tells a folder from all others.
type identity struct{ dev, ino uint64 }

func (d dir) identity() (identity, error) {
	var st unix.Stat_t
	err := unix.Fstat(d.fd, &st)
	return identity{uint64(st.Dev), st.Ino}, err //nolint:unconvert // 32 bits on mips
}

func (id identity) is(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && id == identity{uint64(st.Dev), st.Ino} //nolint:unconvert // as above
}
