package fetch

import (
	"encoding/json"
	"io"
	"mime/multipart"
	"slices"
	"strings"

	"crawl/files/charset"
	"crawl/files/mediatype"
)

// ContentType is the media type of the body in lower case, as in "text/html", or ""
// when the server did not say.
func (r *Record) ContentType() string {
	t, _ := mediatype.Parse(r.Header.Get("Content-Type"))
	return t
}

// Charset is the charset that the Content-Type says, as it stands there, or "".
func (r *Record) Charset() string {
	_, params := mediatype.Parse(r.Header.Get("Content-Type"))
	return params.Get("charset")
}

// Text reads the body whole, as [Record.Bytes] does, and returns it as UTF-8. The
// encoding is found as browsers find it: see [crawl/files/charset].
func (r *Record) Text() (string, error) {
	body, err := r.Bytes()
	if err != nil {
		return "", err
	}
	text, _ := charset.Text(body, r.Header.Get("Content-Type"))
	return text, nil
}

// JSON reads the body whole, as [Record.Bytes] does, and stores its value in v as
// [json.Unmarshal] does. The body's type must be application/json, text/json, one
// that ends in +json, or one of types, where "*/*" stands for any, also none at all.
// What is no JSON is an error of [ClassEncoding]; for an empty body it is [io.EOF].
func (r *Record) JSON(v any, types ...string) error {
	if t := r.ContentType(); !isJSON(t) && !slices.Contains(types, t) && !slices.Contains(types, "*/*") {
		r.Body.Close()
		return r.fault(ClassEncoding, nil, "the body is of the type %q and not JSON", t)
	}
	text, err := r.Text()
	if err != nil {
		return err
	}
	if strings.Trim(text, " \t\r\n") == "" {
		return r.fault(ClassEncoding, io.EOF, "the body is empty and not JSON")
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return r.fault(ClassEncoding, err, "the body's JSON: %v", err)
	}
	return nil
}

func isJSON(t string) bool {
	return t == "application/json" || t == "text/json" || strings.HasSuffix(t, "+json")
}

// Multipart reads the body part by part, if it is of a multipart type. The body is
// still the caller's to close.
func (r *Record) Multipart() (*multipart.Reader, error) {
	t, params := mediatype.Parse(r.Header.Get("Content-Type"))
	boundary := params.Get("boundary")
	if !strings.HasPrefix(t, "multipart/") || boundary == "" {
		return nil, r.fault(ClassEncoding, nil, "the body is of the type %q and not multipart", t)
	}
	return multipart.NewReader(r.Body, boundary), nil
}
