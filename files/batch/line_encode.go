package batch

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"crawl/files/journal/jsonline"
)

// appendLine appends l, with that schema, as one JSON object and a newline.
func appendLine(b []byte, l *Line, schema int) []byte {
	b = append(b, '{')
	if schema != 0 {
		b = strconv.AppendInt(append(b, `"schema":`...), int64(schema), 10)
		b = append(b, `,"kind":"`+Kind+`",`...)
	}
	b = jsonline.AppendString(append(b, `"input":`...), l.Input)
	b = appendRaw(b, `,"input_raw":"`, l.Input)
	b = jsonline.AppendText(b, `,"url":`, l.URL)
	b = jsonline.AppendString(append(b, `,"steps":`...), l.Steps)
	b = jsonline.AppendString(append(b, `,"outcome":`...), string(l.Outcome))
	b = jsonline.AppendText(b, `,"reason":`, l.Reason)
	b = jsonline.AppendText(b, `,"error_class":`, l.ErrorClass)
	b = strconv.AppendInt(append(b, `,"input_bytes":`...), l.InputBytes, 10)
	b = jsonline.AppendText(b, `,"input_xxh3":`, l.InputXXH3)
	b = jsonline.AppendText(b, `,"path":`, l.Path)
	b = appendRaw(b, `,"path_raw":"`, l.Path)
	b = strconv.AppendInt(append(b, `,"bytes":`...), l.Bytes, 10)
	b = jsonline.AppendText(b, `,"xxh3":`, l.XXH3)
	b = appendSums(b, l.Sums)
	b = jsonline.AppendText(b, `,"stderr":`, l.Stderr)
	b = jsonline.AppendTime(b, `,"started":`, l.Started)
	b = jsonline.AppendFloat(append(b, `,"total_ms":`...), l.Total)
	b = jsonline.AppendText(b, `,"run":`, l.Run)
	return append(b, "}\n"...)
}

// appendRaw appends a name in base64 where JSON cannot carry it.
func appendRaw(b []byte, field, name string) []byte {
	if utf8.ValidString(name) {
		return b
	}
	return append(base64.StdEncoding.AppendEncode(append(b, field...), []byte(name)), '"')
}

func appendSums(b []byte, sums map[string]string) []byte {
	if len(sums) == 0 {
		return b
	}
	b = append(b, `,"sums":{`...)
	if len(sums) == 1 { // as nearly always
		for name, sum := range sums {
			b = append(jsonline.AppendString(b, name), ':')
			b = jsonline.AppendString(b, sum)
		}
		return append(b, '}')
	}
	for i, name := range slices.Sorted(maps.Keys(sums)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsonline.AppendString(b, name), ':')
		b = jsonline.AppendString(b, sums[name])
	}
	return append(b, '}')
}

// shorten returns l without what can make it longer than a line may be. Escapes
// take six bytes for one, and base64 four for three more; no system opens a name as
// long as those that are cut.
func shorten(l *Line) *Line {
	s := *l
	s.Sums = nil // they are of fixed length, unless this is no line of ours
	for _, name := range []*string{&s.Input, &s.Path} {
		*name = (*name)[:min(len(*name), 32<<10)]
	}
	for _, text := range []*string{&s.URL, &s.Steps, (*string)(&s.Outcome), &s.Reason, &s.ErrorClass,
		&s.InputXXH3, &s.XXH3, &s.Stderr, &s.Run} {
		*text = (*text)[:min(len(*text), 4<<10)]
	}
	return &s
}
