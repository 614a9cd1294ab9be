package transform

import (
	"bufio"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// newGunzip is the step that undoes [newGzip], and every other gzip: files of several
// members and with zeros behind them, as tapes have it, too. Anything else behind the last
// member is an error, as is an empty file. It needs 200 KiB of memory whatever comes. A name
// loses ".gz", and ".tgz" becomes ".tar".
func newGunzip(string) (Step, error) {
	plain := unpacked(".gz", "application/gzip")
	return Step{
		Name: "gunzip",
		Becomes: func(f File) File {
			f = plain(f)
			if stem, ok := cutSuffixFold(f.Name, ".tgz"); ok {
				f.Name = stem + ".tar"
			}
			return f
		},
		Run: func(_ context.Context, _ File, in io.Reader, out io.Writer) error {
			g := gunzips.Get().(*gunzipper)
			defer gunzips.Put(g)
			g.in.Reset(in)
			defer g.in.Reset(nil)
			return g.run(out)
		},
	}, nil
}

var gunzips = sync.Pool{New: func() any { return &gunzipper{in: bufio.NewReaderSize(nil, 64<<10)} }}

type gunzipper struct {
	in *bufio.Reader
	gz gzip.Reader
}

func (g *gunzipper) run(out io.Writer) error {
	for first := true; ; first = false {
		more, err := g.member(first)
		if err != nil || !more {
			return err
		}
		if err := g.gz.Reset(g.in); err != nil {
			if err == io.EOF { // within the header
				err = io.ErrUnexpectedEOF
			}
			return undecodable(err)
		}
		g.gz.Multistream(false)
		if err := stream(out, &g.gz); err != nil {
			return undecodable(err)
		}
	}
}

// member reports whether another member begins here.
func (g *gunzipper) member(first bool) (bool, error) {
	head, err := g.in.Peek(1)
	switch {
	case err == io.EOF && first:
		return false, undecodable(io.ErrUnexpectedEOF)
	case err == io.EOF:
		return false, nil
	case err != nil:
		return false, err
	case head[0] != 0 || first:
		return true, nil
	}
	for {
		b, err := g.in.ReadByte()
		switch {
		case err == io.EOF:
			return false, nil
		case err != nil:
			return false, err
		case b != 0:
			return false, &Error{Kind: Corrupt, Err: errors.New("there is something else behind the compressed data")}
		}
	}
}
