package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"crawl/fetch"
	"crawl/fetch/manifest"
	"crawl/fetch/sink/dir"
	"crawl/fetch/sink/jsonl"
	"crawl/fetch/sink/warc"
	"crawl/files"
	"crawl/pipeline/stats"
)

// failedList is the file of --failed-out: the URLs that failed, one a line, to be
// fed to another crawl.
type failedList struct {
	folder, name string
	eng          files.Engine
}

// openFailedList makes sure before the run that the list can be written after it,
// and that it takes the place of nothing that the run needs: an input, or what is in
// the crawl's folder. No name, no list.
func openFailedList(name, folder string, inputs []string) (*failedList, error) {
	if name == "" {
		return nil, nil
	}
	if info, err := os.Stat(name); err == nil {
		if !info.Mode().IsRegular() {
			return nil, outputError("--failed-out %s: is not a plain file", name)
		}
		for _, other := range append([]string{filepath.Join(folder, manifest.Name)}, inputs...) {
			if used, err := os.Stat(other); err == nil && os.SameFile(info, used) {
				return nil, usageError("--failed-out %s: would overwrite %s", name, other)
			}
		}
		if real, err := filepath.EvalSymlinks(name); err == nil {
			name = real // a link stays one
		}
	}
	for _, own := range []string{manifest.Name, manifest.State, dir.Bodies, warc.Folder, jsonl.Folder} {
		if within(name, filepath.Join(folder, own)) {
			return nil, usageError("--failed-out %s: is a place of the crawl's own", name)
		}
	}
	l := &failedList{folder: filepath.Dir(name), name: filepath.Base(name)}
	eng, err := openFolder(l.folder)
	if err != nil {
		return nil, err
	}
	l.eng = eng
	return l, nil
}

// within reports whether a path is the place or below it.
func within(name, place string) bool {
	name, err := filepath.Abs(name)
	if err != nil {
		return false
	}
	place, err = filepath.Abs(place)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(place, name)
	return err == nil && filepath.IsLocal(rel)
}

func (l *failedList) close() {
	if l != nil {
		_ = l.eng.Close() // what it wrote is closed
	}
}

// write writes the list of all failures in the manifest, whole or not at all.
func (l *failedList) write(ctx context.Context, o *output) error {
	temp := "." + l.name + ".tmp"
	err := l.fill(ctx, temp, o)
	if err == nil {
		err = l.eng.Rename(ctx, temp, l.name)
	}
	if err != nil {
		_ = l.eng.Remove(context.WithoutCancel(ctx), temp) // the error is what counts
		return diskError(l.folder, err)
	}
	return nil
}

func (l *failedList) fill(ctx context.Context, name string, o *output) error {
	file, err := l.eng.Open(ctx, name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 64<<10)
	for line, err := range manifest.Lines(ctx, o.eng) {
		if _, malformed := errors.AsType[*manifest.LineError](err); malformed {
			continue
		}
		if err != nil {
			return errors.Join(diskError(o.dir, err), file.Close())
		}
		if text := again(line); text != "" {
			fmt.Fprintln(out, text) // an error stays in out, for Flush
		}
	}
	return errors.Join(out.Flush(), file.Close())
}

// again is the line that stands for a record in the list; "" for none. What cannot
// be fetched as it is comes as a comment.
func again(line *manifest.Line) string {
	switch line.Outcome {
	case manifest.Failed, manifest.TooLarge, manifest.Gone:
	default:
		return ""
	}
	if line.ErrorClass == string(fetch.ClassBadURL) && line.Line > 0 {
		return fmt.Sprintf("# line %d of %s: %s", line.Line, stats.Printable(line.Input), stats.Printable(line.Reason))
	}
	if strings.Contains(line.URL, ":xxxxx@") { // as urls.URL.Redacted has it
		return "# its password was not recorded: " + line.URL
	}
	return line.URL
}
