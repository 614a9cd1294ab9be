package warc

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"crawl/fetch/sink"
	"crawl/files"
	"crawl/files/warc"
)

// mend writes over what is damaged in a file and has no record: what power failure took
// from it, while later records survived and so have to stay where they are. The first size
// bytes are looked at.
func (s *Sink) mend(ctx context.Context, file string, size int64, spans func(context.Context, string) (sink.Spans, error)) error {
	if spans == nil {
		return nil
	}
	known, err := spans(ctx, file)
	if err != nil {
		return err
	}
	gaps, err := known.Gaps(size)
	if err != nil {
		return nil // for verify to tell
	}
	f, err := s.eng.Open(ctx, file, os.O_RDWR)
	if err != nil {
		return err
	}
	for _, gap := range gaps {
		if err = s.mendGap(ctx, f, gap); err != nil {
			break
		}
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

func (s *Sink) mendGap(ctx context.Context, f files.File, gap sink.Span) error {
	lost, err := damaged(ctx, f, gap)
	for _, span := range lost {
		err = errors.Join(err, s.fill(ctx, f, span))
	}
	return err
}

// damaged returns what of a gap is no whole record.
func damaged(ctx context.Context, f files.File, gap sink.Span) (lost sink.Spans, err error) {
	section := io.NewSectionReader(f, gap.Offset, gap.Length)
	records := warc.NewReader(section, warc.ReaderOptions{Verify: true, Offset: gap.Offset})
	good, broken := gap.Offset, false // the end of the last whole record, and whether there is damage behind it
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		rec, err := records.Next()
		var length int64
		if err == nil {
			length, err = rec.Length()
		}
		next := gap.End()
		switch damage := (*warc.Error)(nil); {
		case errors.As(err, &damage):
			if broken = true; damage.Kind != warc.Unsupported {
				continue
			}
			err = io.EOF // it can't go on
		case err == nil:
			next = rec.Offset
		case err != io.EOF:
			return nil, err
		}
		if broken {
			lost = append(lost, sink.Span{Offset: good, Length: next - good})
		}
		if err == io.EOF {
			return lost, nil
		}
		good, broken = rec.Offset+length, false
	}
}

// mostFilled is how many bytes one record fills: its padding is at most 64 KiB.
const mostFilled = 32 << 10

// fill puts records in the place of what is lost that take as many bytes.
func (s *Sink) fill(ctx context.Context, f files.File, lost sink.Span) error {
	for lost.Length > 2*mostFilled {
		if err := s.fillOne(ctx, f, sink.Span{Offset: lost.Offset, Length: mostFilled}); err != nil {
			return err
		}
		lost.Offset, lost.Length = lost.Offset+mostFilled, lost.Length-mostFilled
	}
	return s.fillOne(ctx, f, lost)
}

// fillOne does it with a single record. Where there is no room for one, what is lost stays
// damaged.
func (s *Sink) fillOne(ctx context.Context, f files.File, lost sink.Span) error {
	note := warc.Header{{Name: "note", Value: "lost before it was recorded"}}
	draft := warc.Draft{Head: warc.Head{Type: warc.Metadata, ContentType: warc.Fields}, Block: note.Block()}
	if lost.Offset == 0 {
		draft.Type = warc.Warcinfo
	}
	member, err := s.packed(ctx, draft)
	if err != nil {
		return err
	}
	// What is left over is an extra field of the gzip header, with one subfield of ours (RFC
	// 1952 section 2.3.1.1): readers pass over it.
	const flags, extra, header, frame = 3, 0x04, 10, 6
	room := int(lost.Length) - len(member) - frame
	if room < 0 {
		return nil
	}
	filler := make([]byte, 0, lost.Length)
	filler = append(filler, member[:header]...)
	filler[flags] |= extra
	filler = binary.LittleEndian.AppendUint16(filler, uint16(room+frame-2))
	filler = append(filler, "cr"...)
	filler = binary.LittleEndian.AppendUint16(filler, uint16(room))
	filler = append(append(filler, make([]byte, room)...), member[header:]...)
	_, err = f.WriteAt(filler, lost.Offset)
	return err
}

// packed is a record as a file has it.
func (s *Sink) packed(ctx context.Context, draft warc.Draft) (member []byte, err error) {
	const aside = spills + "/mend"
	a, err := warc.OpenArchive(ctx, s.eng, aside, warc.ArchiveOptions{})
	if err != nil {
		return nil, err
	}
	at, err := a.Append(ctx, draft)
	if err = errors.Join(err, a.Close()); err != nil {
		return nil, err
	}
	whole, err := s.eng.ReadFile(ctx, at[0].File)
	if err != nil {
		return nil, err
	}
	return whole[at[0].Offset : at[0].Offset+at[0].Length], s.eng.RemoveAll(ctx, aside)
}
