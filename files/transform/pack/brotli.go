package pack

import (
	"io"

	"crawl/files/transform"

	"github.com/molecule-man/go-brrr"
)

// Brotli is the step that compresses in Brotli's format (RFC 7932). It takes anything,
// needs 12 MiB of memory at level 0, 50 at 5 and 130 at 11, and adds ".br" to the name. Its
// level is from 0, fast, to 11, small and a hundred times slower; 11 when nothing is said,
// as with the brotli program. Levels 10 and 11 use more than one processor a file, which
// the library does by itself.
func Brotli(option string) (transform.Step, error) {
	level, err := levelOf(option, brrr.BestSpeed, brrr.BestCompression, brrr.BestCompression)
	if err != nil {
		return transform.Step{}, err
	}
	encode := pooled(func() encoder {
		w, _ := brrr.NewWriter(nil, level) // which is one that there is
		return w
	})
	if level >= manyThreaded {
		encode = func(in io.Reader, out io.Writer) error { return brotliOnce(in, out, level) }
	}
	return compressor("br", ".br", "", level, 130<<20, encode), nil
}

// manyThreaded is the level from which on the library starts goroutines. They end when an
// encoder is closed for the first time and has not failed, and never while it waits in a
// pool.
const manyThreaded = 10

func brotliOnce(in io.Reader, out io.Writer, level int) error {
	patient := &patientWriter{w: out}
	e, err := brrr.NewWriter(patient, level)
	if err != nil {
		return err
	}
	err = transform.Stream(&until{e, patient}, in)
	if closed := e.Close(); err == nil {
		err = closed
	}
	if patient.err != nil {
		return patient.err
	}
	return err
}

// patientWriter never fails, but keeps its error and drops what comes after.
type patientWriter struct {
	w   io.Writer
	err error
}

func (p *patientWriter) Write(b []byte) (int, error) {
	if p.err == nil {
		_, p.err = p.w.Write(b)
	}
	return len(b), nil
}

// until writes to an encoder until what is behind it has failed.
type until struct {
	io.Writer
	behind *patientWriter
}

func (u *until) Write(b []byte) (int, error) {
	if u.behind.err != nil {
		return 0, u.behind.err
	}
	return u.Writer.Write(b)
}
