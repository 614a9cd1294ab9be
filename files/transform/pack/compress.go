package pack

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"crawl/files/transform"
)

// encoder is what the compressing libraries have in common.
type encoder interface {
	io.WriteCloser
	Reset(io.Writer)
}

// compressor is a step that compresses at a level, with so much memory.
func compressor(name, suffix, contentType string, level int, memory int64, encode func(in io.Reader, out io.Writer) error) transform.Step {
	return transform.Step{
		Name:   fmt.Sprintf("%s=%d", name, level),
		Memory: memory,
		Becomes: func(f transform.File) transform.File {
			return transform.File{Name: f.Name + suffix, ContentType: contentType}
		},
		Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error { return encode(in, out) },
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
		if err := transform.Stream(p, in); err != nil {
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
