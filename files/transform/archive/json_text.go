package archive

import (
	"io"
	"unicode/utf8"

	"crawl/files/charset"
	"crawl/files/journal/jsonline"
	"crawl/files/transform"
)

// jsonText writes texts as strings of JSON in UTF-8, one at a time.
type jsonText struct {
	converter *charset.Converter
	piece     [transform.BlockSize]byte
	quoted    []byte
}

func newJSONText() *jsonText {
	return &jsonText{converter: charset.NewConverter(nil, charset.Options{})}
}

// write writes text of that type.
func (t *jsonText) write(out io.Writer, text io.Reader, contentType string) error {
	t.converter.Reset(text, charset.Options{ContentType: contentType, Replace: true})
	if _, err := io.WriteString(out, `"`); err != nil {
		return err
	}
	for kept := 0; ; { // the beginning of a character
		n, err := t.converter.Read(t.piece[kept:])
		piece := t.piece[:kept+n]
		if err == nil {
			piece = piece[:len(piece)-unfinished(piece)]
		}
		t.quoted = jsonline.AppendString(t.quoted[:0], string(piece))
		if _, err := out.Write(t.quoted[1 : len(t.quoted)-1]); err != nil {
			return err
		}
		kept = copy(t.piece[:], t.piece[len(piece):kept+n])
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
