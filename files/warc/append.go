package warc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"crawl/files"

	"github.com/klauspost/compress/gzip"
)

// maxParallel is how many bytes a capture may have to be compressed in memory.
const maxParallel = 4 << 20

// packer waits for one that nobody uses. Who waits for the turn has it already, so that
// none is waited for by who has the turn.
func (a *Archive) packer(ctx context.Context) (*packer, error) {
	select {
	case p := <-a.packers:
		if p == nil {
			p = newPacker(a.opt)
		}
		return p, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// enter waits for the turn to write.
func (a *Archive) enter(ctx context.Context) error {
	select {
	case a.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := a.err; err != nil {
		a.leave()
		return err
	}
	return nil
}

func (a *Archive) leave() { <-a.turn }

// write packs a capture in memory and appends it. Its records name the warcinfo of their
// file: when that is full, or another has been begun meanwhile, they are packed again.
func (a *Archive) write(ctx context.Context, p *packer, drafts []Draft) ([]Place, error) {
	for {
		info, err := a.current(ctx, p)
		if err != nil {
			return nil, err
		}
		p.memory.Reset()
		lengths, err := p.pack(&p.memory, drafts, info)
		if err != nil {
			return nil, err
		}
		places, fits, err := a.store(ctx, p.memory.Bytes(), drafts, lengths, info)
		if fits || err != nil {
			return places, err
		}
	}
}

// current is the ID of the warcinfo of the file that grows.
func (a *Archive) current(ctx context.Context, p *packer) (info string, err error) {
	if err := a.enter(ctx); err != nil {
		return "", err
	}
	defer a.leave()
	if a.file == nil {
		err = a.begin(ctx, p)
	}
	return a.info, err
}

// store appends what a capture was packed to. It does not fit when the file is full, or
// not the one whose warcinfo the records name.
func (a *Archive) store(ctx context.Context, packed []byte, drafts []Draft, lengths []int64, info string) (places []Place, fits bool, err error) {
	if err := a.enter(ctx); err != nil {
		return nil, false, err
	}
	defer a.leave()
	if a.file == nil || a.info != info {
		return nil, false, nil
	}
	if a.full(int64(len(packed))) {
		return nil, false, a.endFile()
	}
	w := &tail{ctx: ctx, file: a.file, at: a.end}
	if err := w.store(packed); err != nil {
		return nil, false, a.cutTail(err)
	}
	return a.grown(drafts, lengths), true, nil
}

// stream packs a capture straight into the file.
func (a *Archive) stream(ctx context.Context, p *packer, drafts []Draft, size int64) ([]Place, error) {
	if err := a.enter(ctx); err != nil {
		return nil, err
	}
	defer a.leave()
	if a.file != nil && a.full(size) {
		if err := a.endFile(); err != nil {
			return nil, err
		}
	}
	if a.file == nil {
		if err := a.begin(ctx, p); err != nil {
			return nil, err
		}
	}
	w := &tail{ctx: ctx, file: a.file, at: a.end}
	lengths, err := p.pack(w, drafts, a.info)
	if err == nil {
		err = w.flush()
	}
	if err != nil {
		return nil, a.cutTail(err)
	}
	return a.grown(drafts, lengths), nil
}

// full reports whether so many bytes more would be too many. One capture always fits.
func (a *Archive) full(more int64) bool {
	return a.end > a.first && a.end+more > a.opt.MaxSize
}

// grown counts what has been appended.
func (a *Archive) grown(drafts []Draft, lengths []int64) []Place {
	places := make([]Place, len(drafts))
	for i, n := range lengths {
		places[i] = Place{File: a.name, Offset: a.end, Length: n, ID: drafts[i].ID}
		a.end += n
	}
	return places
}

// cutTail takes away what was written of a capture that is not whole because of err. Where
// that can't be, nothing more can be appended either.
func (a *Archive) cutTail(err error) error {
	if failed := a.file.Truncate(a.end); failed != nil {
		a.err = errors.Join(err, failed)
		return a.err
	}
	return err
}

// begin begins a file.
func (a *Archive) begin(ctx context.Context, p *packer) error {
	base := fmt.Sprintf("%s-%s-%05d%s", a.opt.Prefix, a.opt.Now().UTC().Format(stamp), a.number+1, a.suffix())
	name := path.Join(a.dir, base)
	info, err := complete([]Draft{{
		Head:  Head{Type: Warcinfo, Filename: base, ContentType: Fields},
		Block: a.opt.info().Block(),
	}}, a.opt.Digest, a.opt.Now(), p.piece)
	if err != nil {
		return err
	}
	f, err := a.eng.Open(ctx, name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	w := &tail{ctx: ctx, file: f}
	lengths, err := p.pack(w, info, "")
	if err == nil {
		err = w.flush()
	}
	if err != nil {
		return errors.Join(err, f.Close(), a.eng.Remove(context.WithoutCancel(ctx), name))
	}
	a.number++
	a.file, a.name, a.info, a.first, a.end = f, name, info[0].ID, lengths[0], lengths[0]
	return nil
}

// info is what the warcinfo says, with what is always so.
func (o *ArchiveOptions) info() Header {
	h := o.Info
	for _, f := range [...]Field{
		{"format", "WARC File Format 1.1"},
		{"conformsTo", "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"},
	} {
		if h.Get(f.Name) == "" {
			h = append(h[:len(h):len(h)], f)
		}
	}
	return h
}

// endFile closes the file that grows, if there is one.
func (a *Archive) endFile() error {
	if a.file == nil {
		return nil
	}
	err := a.file.Close()
	a.file = nil
	return err
}

// packer writes records as a file has them.
type packer struct {
	z      *gzip.Writer // nil for a plain file
	memory bytes.Buffer
	piece  []byte // what blocks are read through
}

func newPacker(opt ArchiveOptions) *packer {
	p := &packer{piece: make([]byte, 64<<10)}
	if !opt.Plain {
		p.z, _ = gzip.NewWriterLevel(nil, opt.Level) // which was checked
	}
	return p
}

// pack writes the records to w and tells how many bytes each takes.
func (p *packer) pack(w io.Writer, drafts []Draft, info string) (lengths []int64, err error) {
	counted := &counter{w: w}
	for _, d := range drafts {
		if d.WarcinfoID == "" && d.Type != Warcinfo {
			d.WarcinfoID = info
		}
		before := counted.n
		if p.z == nil {
			err = d.encode(counted, p.piece)
		} else {
			p.z.Reset(counted)
			if err = d.encode(p.z, p.piece); err == nil {
				err = p.z.Close()
			}
		}
		if err != nil {
			return nil, err
		}
		lengths = append(lengths, counted.n-before)
	}
	return lengths, nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// tail writes to the end of a file, in pieces of some size.
type tail struct {
	ctx  context.Context
	file files.File
	at   int64
	buf  []byte
}

const tailSize = 256 << 10

func (t *tail) Write(p []byte) (int, error) {
	if len(t.buf)+len(p) <= tailSize {
		t.buf = append(t.buf, p...)
		return len(p), nil
	}
	if err := t.flush(); err != nil {
		return 0, err
	}
	return len(p), t.store(p)
}

func (t *tail) flush() error {
	if len(t.buf) == 0 {
		return nil
	}
	err := t.store(t.buf)
	t.buf = t.buf[:0]
	return err
}

func (t *tail) store(p []byte) error {
	if t.ctx.Err() != nil {
		return context.Cause(t.ctx)
	}
	n, err := t.file.WriteAt(p, t.at)
	t.at += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return err
}
