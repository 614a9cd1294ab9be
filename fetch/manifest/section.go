package manifest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"crawl/files/journal"
	"crawl/files/warc"
)

// xxh3Label is in front of the digest of a section's bytes.
const xxh3Label = "xxh3:"

// XXH3 is the Digest of a [Section] of plain bytes.
func XXH3(section io.Reader) (string, error) {
	h := journal.XXH3.New()
	if _, err := io.Copy(h, section); err != nil {
		return "", err
	}
	return xxh3Label + hex.EncodeToString(h.Sum(nil)), nil
}

// sections are the parts of shared files that a record names.
func sections(into []journal.Section, l *Line) []journal.Section {
	add := func(s Section, check func(*io.SectionReader, string) error) {
		if s.Path != "" {
			into = append(into, journal.Section{Path: s.Path, Offset: s.Offset, Bytes: s.Length,
				Check: func(r *io.SectionReader) error { return check(r, s.Digest) }})
		}
	}
	add(l.WARC, checkWARC)
	add(l.JSONL, checkBytes)
	return into
}

func checkBytes(section *io.SectionReader, digest string) error {
	got, err := XXH3(section)
	if err == nil && got != digest {
		err = errors.New("other content than was stored")
	}
	return err
}

// checkWARC reads records, against all the digests that they have themselves. The first
// must be the answer.
func checkWARC(section *io.SectionReader, digest string) error {
	records := warc.NewReader(section, warc.ReaderOptions{Verify: true})
	first, err := records.Next()
	switch {
	case err == io.EOF:
		return errors.New("no record")
	case err != nil:
		return err
	case first.Type != warc.Response && first.Type != warc.Revisit:
		return fmt.Errorf("a record of type %.40q in place of the answer", first.Type)
	case !strings.EqualFold(string(first.PayloadDigest), digest):
		return errors.New("the record of another payload than was stored")
	}
	for err == nil {
		_, err = records.Next()
	}
	if err == io.EOF {
		return nil
	}
	return err
}
