package transform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"crawl/files/mediatype"
)

// encoder is what the compressing libraries have in common.
type encoder interface {
	io.WriteCloser
	Reset(io.Writer)
}

// compressor is a step that compresses at a level, with so much memory.
func compressor(name, suffix, contentType string, level int, memory int64, encode func(in io.Reader, out io.Writer) error) Step {
	return Step{
		Name:   fmt.Sprintf("%s=%d", name, level),
		Memory: memory,
		Becomes: func(f File) File {
			return File{Name: f.Name + suffix, ContentType: contentType}
		},
		Run: func(_ context.Context, _ File, in io.Reader, out io.Writer) error { return encode(in, out) },
	}
}

// pooled encodes with encoders that are used again.
func pooled(make func() encoder) func(io.Reader, io.Writer) error {
	idle := newShelf(func() *pooledEncoder { return &pooledEncoder{encoder: make()} })
	return func(in io.Reader, out io.Writer) error {
		p := idle.get()
		defer idle.put(p)
		p.out = out
		defer func() { p.out = nil }() // for it may wait long for the next
		p.Reset(outlet{p})
		if err := stream(p, in); err != nil {
			return err
		}
		return p.Close()
	}
}

// pooledEncoder is an encoder and where its output goes now.
type pooledEncoder struct {
	encoder
	out io.Writer
}

type outlet struct{ *pooledEncoder }

func (o outlet) Write(p []byte) (int, error) { return o.out.Write(p) }

// levelOf reads an option that is a number.
func levelOf(arg string, least, most, otherwise int) (int, error) {
	if arg = strings.TrimSpace(arg); arg == "" {
		return otherwise, nil
	}
	level, err := strconv.Atoi(arg)
	if err != nil || level < least || level > most {
		return 0, fmt.Errorf("its level is a number from %d to %d", least, most)
	}
	return level, nil
}

// unpacked is a file whose compression of some type has been undone. The suffix goes;
// what the type is now nobody has said, unless it was that of the contents already.
func unpacked(suffix, contentType string) func(File) File {
	return func(f File) File {
		if stem, ok := cutSuffixFold(f.Name, suffix); ok {
			f.Name = stem
		}
		if t, _ := mediatype.Parse(f.ContentType); t == contentType || t == strings.Replace(contentType, "/", "/x-", 1) {
			f.ContentType = ""
		}
		return f
	}
}

// cutSuffixFold cuts a suffix in upper or lower case from a name that is more than it.
func cutSuffixFold(name, suffix string) (stem string, ok bool) {
	at := len(name) - len(suffix)
	if at < 1 || name[at-1] == '/' || !strings.EqualFold(name[at:], suffix) {
		return name, false
	}
	return name[:at], true
}

// undecodable is what a decoder's error says of the bytes.
func undecodable(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{Kind: Truncated, Err: errors.New("the compressed data end early")}
	}
	return &Error{Kind: Corrupt, Err: err}
}
