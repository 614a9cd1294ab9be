package pack

import (
	"bufio"
	"context"
	"errors"
	"io"

	"crawl/files/coding"
	"crawl/files/transform"
)

// Gunzip is the step that undoes [Gzip], and every other gzip: files of several members
// and with zeros behind them, as tapes have it, too. Anything else behind the last member
// is an error, as is an empty file. It needs 200 KiB of memory whatever comes. A name loses
// ".gz", and ".tgz" becomes ".tar".
func Gunzip() transform.Step {
	plain := unpacked(".gz", "application/gzip")
	return transform.Step{
		Name: "gunzip",
		Becomes: func(f transform.File) transform.File {
			f = plain(f)
			if stem, ok := transform.CutExtension(f.Name, ".tgz"); ok {
				f.Name = stem + ".tar"
			}
			return f
		},
		Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
			return decode(coding.Gzip, in, out, onlyZeros)
		},
	}
}

// onlyZeros finds fault with what stands behind the members, unless it is zeros.
func onlyZeros(in *bufio.Reader) error {
	for {
		b, err := in.ReadByte()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case b == 0:
			continue
		}
		if _, err := in.Peek(1); b == 0x1f && err == io.EOF { // a member that has just begun
			return undecodable(io.ErrUnexpectedEOF)
		}
		return &transform.Error{Kind: transform.Corrupt, Err: errors.New("there is something else behind the compressed data")}
	}
}
