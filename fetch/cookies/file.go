package cookies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"crawl/files"
)

// ErrNoCookies is of a file that holds something, but no cookie in any known form.
var ErrNoCookies = errors.New("neither a Netscape nor a JSON file of cookies")

// Load adds the cookies of a file, which [Jar.Save] or another program wrote, to
// those in the jar. The form is recognised. skipped counts the lines or cookies
// that were not understood or are refused; those that have ended are not counted.
// The error of a file that is not there is [fs.ErrNotExist], and of one with nothing
// but skipped lines [ErrNoCookies], so that nobody saves over it.
func (j *Jar) Load(ctx context.Context, file string) (skipped int, err error) {
	real, err := locate(file)
	if err != nil {
		return 0, err
	}
	eng, err := files.NewDirect(filepath.Dir(real), files.Options{Width: 1})
	if err != nil {
		return 0, err
	}
	defer eng.Close() // nothing was written
	data, err := eng.ReadFile(ctx, filepath.Base(real))
	if err != nil {
		return 0, err
	}
	if skipped, err = j.Read(bytes.NewReader(data)); err != nil {
		return skipped, fmt.Errorf("read cookies from %s: %w", file, err)
	}
	return skipped, nil
}

// Read is [Jar.Load] from r.
func (j *Jar) Read(r io.Reader) (skipped int, err error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if start := bytes.TrimLeft(data, " \t\r\n"); bytes.HasPrefix(start, []byte("{")) {
		return j.readJSON(start)
	}
	return j.readNetscape(string(data))
}

// Save writes the jar to a file, whole or not at all, that only its owner may read
// (mode 0600): as JSON when its name ends in .json, otherwise in Netscape's form.
// Cookies without an end of their own are saved too.
func (j *Jar) Save(ctx context.Context, file string) (err error) {
	real, err := locate(file)
	if errors.Is(err, fs.ErrNotExist) {
		real, err = file, nil
	}
	if err != nil {
		return err
	}
	var data bytes.Buffer
	if strings.EqualFold(filepath.Ext(file), ".json") {
		err = j.WriteJSON(&data)
	} else {
		err = j.WriteNetscape(&data)
	}
	if err != nil {
		return err
	}
	return writePrivate(ctx, real, data.Bytes())
}

// locate follows links to the regular file that is meant: what is a device or a
// pipe can be neither read twice nor replaced.
func locate(file string) (string, error) {
	real, err := filepath.EvalSymlinks(file)
	if err != nil {
		return "", err
	}
	info, err := os.Lstat(real)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", &fs.PathError{Op: "open", Path: file, Err: errors.New("not a regular file")}
	}
	return real, nil
}

// writePrivate writes a file that nobody else can read at any moment: it grows in a
// folder that only its owner may enter.
func writePrivate(ctx context.Context, file string, data []byte) (err error) {
	dir, base := filepath.Dir(file), filepath.Base(file)
	eng, err := files.NewDirect(dir, files.Options{Width: 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, eng.Close()) }()
	private, err := os.MkdirTemp(dir, ".cookies-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(private)) }()
	temp := filepath.Base(private) + "/" + base
	if err := eng.WriteFile(ctx, temp, data); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(private, base), 0o600); err != nil {
		return err
	}
	return eng.Rename(ctx, temp, base)
}
