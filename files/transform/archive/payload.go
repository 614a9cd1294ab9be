package archive

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"crawl/files"
	"crawl/files/coding"
	"crawl/files/temp"
	"crawl/files/transform"
	"crawl/files/warc"
)

// payloads decodes the payloads of captures, one at a time.
type payloads struct {
	ctx       context.Context
	eng       *files.Direct // of the folder for temporary files; nil until one is needed
	spools    []*temp.Spool // of the capture under way
	undecoded bool          // the last is as it was stored, since it can't be decoded
}

const (
	spooledInMemory = 1 << 20 // bytes of a payload
	maxPayload      = 1 << 30 // decoded; what is more stays as it is
)

// of returns the payload of a capture, and its size. It is valid until the next.
func (p *payloads) of(c capture) (io.Reader, int64, error) {
	if err := p.drop(); err != nil {
		return nil, 0, err
	}
	p.undecoded = false
	if c.message == nil {
		return c.Block, c.Size, nil
	}
	var codings []string
	for _, field := range c.message.Header {
		if strings.EqualFold(field.Name, "Content-Encoding") {
			codings = coding.Append(codings, field.Value)
		}
	}
	if len(codings) == 0 && c.message.Payload == c.message.Raw {
		return c.message.Raw, c.Size - int64(len(c.message.Head)), nil
	}
	stored, err := p.spool()
	if err != nil {
		return nil, 0, err
	}
	size, err := io.Copy(stored, c.message.Payload)
	if err != nil && !errors.Is(err, warc.ErrChunks) { // of broken chunks as much as there is
		return nil, 0, err
	}
	if len(codings) == 0 || size == 0 {
		return stored, size, rewind(stored)
	}
	return p.decode(stored, size, codings)
}

// decode undoes codings, or returns what is stored where it can't.
func (p *payloads) decode(stored *temp.Spool, size int64, codings []string) (io.Reader, int64, error) {
	decoded, err := p.spool()
	if err != nil {
		return nil, 0, err
	}
	if err := rewind(stored); err != nil {
		return nil, 0, err
	}
	counted := &counted{w: decoded}
	chain, err := transform.New(undoing(codings))
	if err != nil {
		return nil, 0, err
	}
	_, err = chain.Run(p.ctx, transform.File{}, stored, counted, transform.Options{MaxSize: maxPayload})
	if _, ok := errors.AsType[*transform.Error](err); ok {
		p.undecoded = true
		return stored, size, rewind(stored)
	}
	if err != nil {
		return nil, 0, err
	}
	return decoded, counted.n, rewind(decoded)
}

func rewind(s io.Seeker) error {
	_, err := s.Seek(0, io.SeekStart)
	return err
}

// counted counts what is written.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// spool makes a temporary file.
func (p *payloads) spool() (*temp.Spool, error) {
	if p.eng == nil {
		eng, err := files.NewDirect(os.TempDir(), files.Options{})
		if err != nil {
			return nil, err
		}
		p.eng = eng
	}
	s := temp.Spooled(p.ctx, p.eng, spooledInMemory, temp.Options{Prefix: "crawl-warc-"})
	p.spools = append(p.spools, s)
	return s, nil
}

// drop ends the temporary files.
func (p *payloads) drop() (err error) {
	for _, s := range p.spools {
		err = errors.Join(err, s.Close())
	}
	p.spools = p.spools[:0]
	return err
}

func (p *payloads) close() error {
	err := p.drop()
	if p.eng != nil {
		err = errors.Join(err, p.eng.Close())
	}
	return err
}

// undoing is the step that undoes codings.
func undoing(codings []string) transform.Step {
	return transform.Step{Name: "undo", Run: func(_ context.Context, _ transform.File, in io.Reader, out io.Writer) error {
		plain, err := coding.Open(in, maxPayload, codings...)
		if err == nil {
			defer plain.Close()
			err = transform.Stream(out, plain)
		}
		if err != nil {
			return &transform.Error{Kind: transform.Corrupt, Err: err}
		}
		return nil
	}}
}
