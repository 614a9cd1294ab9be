package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"unicode/utf8"

	"crawl/files/batch"
	"crawl/pipeline/stats"
)

// fileList is what is compared on.
type fileList struct {
	title string
	files []fileName
	bytes int64
	notes []string
}

// onFiles compares on files that the user names.
func (c *comparing) onFiles(ctx context.Context, args []string) error {
	list, err := c.listFiles(ctx, args)
	if err != nil {
		return err
	}
	return c.compareFiles(ctx, list, c.flags.spend(0))
}

// listFiles goes through the inputs as transform does.
func (c *comparing) listFiles(ctx context.Context, args []string) (*fileList, error) {
	tf := defaultTransformFlags()
	tf.follow, tf.output = c.flags.follow, os.DevNull // where nothing can be read
	p, err := openPaths(args, c.stdin, tf)
	if err != nil {
		return nil, err
	}
	defer p.close()
	src, err := p.source(ctx)
	if err != nil {
		return nil, err
	}
	list := &fileList{}
	dice := rand.New(rand.NewPCG(uint64(c.flags.seed.n), 0))
	most, seen, unfit := cmp.Or(c.flags.sample.n, mostFiles), 0, 0
	for {
		it, err := src.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if it.Err != nil || !utf8.ValidString(it.Shown) { // the protocol is JSON
			unfit++
			continue
		}
		seen++
		f := fileName{Folder: folderOf(it.From), Name: it.Name, Shown: it.Shown, Below: it.File.Name, Type: it.File.ContentType, Size: it.Size}
		if len(list.files) < most {
			list.files = append(list.files, f)
		} else if i := dice.IntN(seen); i < most {
			list.files[i] = f
		}
	}
	if unfit > 0 {
		list.note(c, "%d inputs cannot be read, or have names that are no UTF-8, and are left out", unfit)
	}
	if len(list.files) < seen {
		list.note(c, "%d of %s files were drawn by chance (--sample, --seed %d)", len(list.files), stats.Count(int64(seen)), c.flags.seed.n)
	}
	if len(list.files) == 0 {
		return nil, inputError("nothing to compare on: there are no files")
	}
	for i := range list.files {
		f := &list.files[i]
		if info, err := os.Stat(f.Shown); err == nil { // else the rows will tell
			f.Size = info.Size()
		}
		list.bytes += f.Size
	}
	if c.flags.step == writeStep && list.bytes > mostMemory {
		return nil, usageError("--step write holds the files in memory, and they have %s: draw fewer with --sample", stats.Bytes(list.bytes))
	}
	list.title = fmt.Sprintf("%s files, %s", stats.Count(int64(len(list.files))), stats.Bytes(list.bytes))
	return list, nil
}

func (l *fileList) note(c *comparing, format string, args ...any) {
	l.notes = append(l.notes, fmt.Sprintf(format, args...))
	c.console.say("%s", l.notes[len(l.notes)-1])
}

// folderOf is the folder below which an item is read, "" for a file that was named.
func folderOf(from batch.Reader) string {
	if t, below := from.(*tree); below {
		return t.folder
	}
	return ""
}
