package transform

import (
	"bufio"
	"compress/flate"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"crawl/files"
	"crawl/files/charset"
	"crawl/files/journal/jsonline"
	"crawl/files/temp"
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
	codings := codingsOf(c.message.Header)
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
	chain, known := undoing(codings)
	p.undecoded = !known
	if !known {
		return stored, size, rewind(stored)
	}
	decoded, err := p.spool()
	if err != nil {
		return nil, 0, err
	}
	if err := rewind(stored); err != nil {
		return nil, 0, err
	}
	counted := &counted{w: decoded}
	_, err = chain.Run(p.ctx, File{}, stored, counted, Options{MaxSize: maxPayload})
	if _, ok := errors.AsType[*Error](err); ok {
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

// codingsOf are the content codings of a message, in the order in which they were applied
// (RFC 9110, section 8.4).
func codingsOf(h warc.Header) (codings []string) {
	for _, f := range h {
		if !strings.EqualFold(f.Name, "Content-Encoding") {
			continue
		}
		for coding := range strings.SplitSeq(f.Value, ",") {
			if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && coding != "identity" {
				codings = append(codings, coding)
			}
		}
	}
	return codings
}

// maxCodings is how often a page may have been encoded.
const maxCodings = 5

// undoing is the chain that undoes codings, the last first.
func undoing(codings []string) (chain Chain, known bool) {
	if len(codings) > maxCodings {
		return chain, false
	}
	for _, coding := range slices.Backward(codings) {
		var step Step
		var err error
		switch coding {
		case "gzip", "x-gzip":
			step, err = newGunzip("")
		case "deflate":
			step = Step{Name: "inflate", Run: inflate}
		case "br":
			step, err = newUnbrotli("")
		case "zstd":
			step, err = newUnzstd("")
		default:
			return chain, false
		}
		if err == nil {
			err = chain.add(step)
		}
		if err != nil {
			return chain, false
		}
	}
	return chain, true
}

// inflate undoes deflate: zlib's format (RFC 9110, section 8.4.1.2), or the raw one that some
// servers send. The first has a checksum in its first two bytes.
func inflate(_ context.Context, _ File, in io.Reader, out io.Writer) error {
	packed := bufio.NewReader(in)
	var text io.ReadCloser
	head, err := packed.Peek(2)
	if len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		text, err = zlib.NewReader(packed)
	} else if err == nil || err == io.EOF {
		text, err = flate.NewReader(packed), nil
	}
	if err == nil {
		err = stream(out, text)
	}
	if err != nil {
		return undecodable(err)
	}
	return nil
}

// writeJSONText writes text of that type as a string of JSON in UTF-8.
func writeJSONText(out io.Writer, text io.Reader, contentType string) error {
	c := converters.Get().(*charset.Converter)
	defer converters.Put(c)
	opt := charset.Options{ContentType: contentType, Replace: true}
	c.Reset(text, opt)
	defer c.Reset(nil, opt)
	piece := pieces.Get().(*[64 << 10]byte)
	defer pieces.Put(piece)
	if _, err := io.WriteString(out, `"`); err != nil {
		return err
	}
	var quoted []byte
	for kept := 0; ; { // the beginning of a character
		n, err := c.Read(piece[kept:])
		whole := piece[:kept+n]
		if err == nil {
			whole = whole[:len(whole)-unfinished(whole)]
		}
		quoted = jsonline.AppendString(quoted[:0], string(whole))
		if _, err := out.Write(quoted[1 : len(quoted)-1]); err != nil {
			return err
		}
		kept = copy(piece[:], piece[len(whole):kept+n])
		if err == io.EOF {
			_, err = io.WriteString(out, `"`)
			return err
		}
		if err != nil {
			return err
		}
	}
}

// unfinished is how many bytes at the end of text are of a character that goes on.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if c := text[len(text)-n:]; utf8.RuneStart(c[0]) {
			if utf8.FullRune(c) {
				return 0
			}
			return n
		}
	}
	return 0
}
