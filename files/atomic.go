package files

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteFile implements [Engine]. When the last step fails, fsync of the folder,
// the new content stands but may not outlive a power cut.
func (d *Direct) WriteFile(ctx context.Context, name string, data []byte) error {
	if err := d.enter(ctx, "write", name); err != nil {
		return err
	}
	defer d.leave()
	dir, base := split(name)
	temp := dir + "/" + tempName(base)
	err := d.fill(temp, data)
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.root.MkdirAll(dir, folderMode); err != nil {
			return asked("write", name, err)
		}
		err = d.fill(temp, data)
	}
	if err == nil {
		err = d.rename(temp, name)
	}
	if err != nil {
		err = asked("write", name, err)
		if left := d.root.Remove(temp); left != nil && !errors.Is(left, fs.ErrNotExist) {
			return errors.Join(err, asked("remove", name, left))
		}
		return err
	}
	return asked("write", name, syncOne(d.root, dir))
}

// fill makes a new file with data, on disk.
func (d *Direct) fill(name string, data []byte) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

const tempMark = ".tmp-"

// tempName makes a hidden name beside base, within the 255 bytes that file
// systems allow: base is cut, between runes since some of them insist on UTF-8.
// One that is not UTF-8 is cut anywhere.
func tempName(base string) string {
	if cut := 200; len(base) > cut {
		for cut > 200-utf8.UTFMax && !utf8.RuneStart(base[cut]) {
			cut--
		}
		base = base[:cut]
	}
	return "." + base + tempMark + strconv.FormatUint(rand.Uint64(), 36)
}

// IsTemp reports whether base, the last element of a name, is one that
// [Engine.WriteFile] and [Engine.Draft] give to files under way. The owner of a
// folder may remove such files when nobody writes below it.
func IsTemp(base string) bool {
	name, ok := strings.CutPrefix(base, ".")
	at := strings.LastIndex(name, tempMark)
	if !ok || at <= 0 {
		return false
	}
	_, err := strconv.ParseUint(name[at+len(tempMark):], 36, 64)
	return err == nil
}
