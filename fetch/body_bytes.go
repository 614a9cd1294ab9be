package fetch

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"strings"
)

// held is a body in memory.
type held struct {
	data        []byte
	contentType string
	err         error // instead of data
}

// Bytes is a body of b, which must not change until it was sent, of the type
// application/octet-stream.
func Bytes(b []byte) Body { return &held{data: b, contentType: "application/octet-stream"} }

// Text is a body of plain text in UTF-8.
func Text(s string) Body { return &held{data: []byte(s), contentType: "text/plain; charset=utf-8"} }

// JSON is v as [json.Marshal] writes it at once. What can't be written is an error
// of Open, and so of the request.
func JSON(v any) Body {
	data, err := json.Marshal(v)
	return &held{data: data, contentType: "application/json", err: err}
}

// Form is what a browser sends of a form without files: pairs in their order, of
// the type application/x-www-form-urlencoded.
func Form(pairs ...Field) Body {
	return &held{data: []byte(encodePairs(pairs)), contentType: "application/x-www-form-urlencoded"}
}

// encodePairs is the application/x-www-form-urlencoded serializer of the WHATWG
// URL standard, but for its choice among characters that mean the same.
func encodePairs(pairs []Field) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p.Value))
	}
	return b.String()
}

// Size implements [Body].
func (h *held) Size() int64 { return int64(len(h.data)) }

// ContentType implements [Body].
func (h *held) ContentType() string { return h.contentType }

// Open implements [Body].
func (h *held) Open() (io.ReadCloser, error) {
	if h.err != nil {
		return nil, h.err
	}
	return io.NopCloser(bytes.NewReader(h.data)), nil
}
