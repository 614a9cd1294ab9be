package cdxj

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Line is a capture in an index.
type Line struct {
	Key      string    // the URL as [SURT] has it
	Time     time.Time // in UTC, to the second
	URL      string
	MIME     string // as the server declared it, without parameters; "warc/revisit" for a revisit
	Status   int    // 0: none
	Digest   string // of the payload: base32 alone for sha1, with its label for others
	Length   int64  // in the file, compressed as it is; 0 when it is not known
	Offset   int64
	Filename string
}

const stamp = "20060102150405"

// object is the JSON of a line, with numbers in strings, as pywb and warcio write them.
type object struct {
	URL      string `json:"url"`
	MIME     string `json:"mime,omitempty"`
	Status   number `json:"status,omitempty"`
	Digest   string `json:"digest,omitempty"`
	Length   number `json:"length,omitempty"`
	Offset   number `json:"offset"`
	Filename string `json:"filename"`
}

// number is one that was written as such or as a string, of which an empty one or "-" is
// none.
type number string

func (n *number) UnmarshalJSON(text []byte) error {
	s := string(text)
	if s == "null" {
		return nil
	}
	if s[0] == '"' {
		if err := json.Unmarshal(text, &s); err != nil {
			return err
		}
	}
	if s == "-" {
		s = ""
	}
	*n = number(s)
	return nil
}

func (n number) int64() (int64, error) {
	if n == "" {
		return 0, nil
	}
	v, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil || v < 0 {
		return 0, fmt.Errorf("%q is no number", string(n))
	}
	return v, nil
}

func numbered(n int64) number {
	if n == 0 {
		return ""
	}
	return number(strconv.FormatInt(n, 10))
}

// Append appends the line to b, with the line end behind it.
func (l *Line) Append(b []byte) []byte {
	b = append(b, l.Key...)
	b = append(b, ' ')
	b = l.Time.UTC().AppendFormat(b, stamp)
	b = append(b, ' ')
	text := bytes.NewBuffer(b)
	e := json.NewEncoder(text)
	e.SetEscapeHTML(false)
	_ = e.Encode(object{ // which fails for no strings
		URL:      l.URL,
		MIME:     l.MIME,
		Status:   numbered(int64(l.Status)),
		Digest:   l.Digest,
		Length:   numbered(l.Length),
		Offset:   number(strconv.FormatInt(l.Offset, 10)),
		Filename: l.Filename,
	})
	return text.Bytes()
}

// Error says what is wrong with a line of an index.
type Error struct {
	Line string // as far as a message can have it
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("index line %q: %v", e.Line, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// Parse reads a line, of which the line end may be missing. Fields of other names are
// passed over, and numbers may be strings or not. Its errors are an [*Error].
func Parse(text []byte) (Line, error) {
	l, err := parse(text)
	if err != nil {
		return Line{}, &Error{string(text[:min(len(text), 200)]), err}
	}
	return l, nil
}

func parse(text []byte) (l Line, err error) {
	key, rest, _ := strings.Cut(string(bytes.TrimRight(text, "\r\n")), " ")
	time14, fields, found := strings.Cut(rest, " ")
	if !found || key == "" {
		return l, errors.New("a key, a time and a JSON object belong there")
	}
	l.Key = key
	if l.Time, err = time.Parse(stamp, time14); err != nil || len(time14) != len(stamp) {
		return l, fmt.Errorf("%q is no time of 14 digits", time14)
	}
	var o object
	if err := json.Unmarshal([]byte(fields), &o); err != nil {
		return l, err
	}
	status, err := o.Status.int64()
	if err == nil && status > 999 {
		err = fmt.Errorf("%d is no status", status)
	}
	if err != nil {
		return l, err
	}
	if l.Length, err = o.Length.int64(); err != nil {
		return l, err
	}
	if l.Offset, err = o.Offset.int64(); err != nil {
		return l, err
	}
	l.URL, l.MIME, l.Status, l.Digest, l.Filename = o.URL, o.MIME, int(status), o.Digest, o.Filename
	return l, nil
}
