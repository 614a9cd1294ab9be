package fetch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// record is a Record as a Client would have it.
func record(body string, header ...Field) *Record {
	return &Record{URL: "http://x/a/b", Status: 200, Header: header, Body: io.NopCloser(strings.NewReader(body)), Wire: &Wire{}}
}

func TestBytesAgain(t *testing.T) {
	r := record("grün", Field{"Content-Type", "text/plain; charset=UTF-8"})
	for range 2 {
		if b, err := r.Bytes(); string(b) != "grün" || err != nil {
			t.Errorf("%q, %v", b, err)
		}
		if s, err := r.Text(); s != "grün" || err != nil {
			t.Errorf("%q, %v", s, err)
		}
	}
}

func TestText(t *testing.T) {
	for _, tt := range []struct{ body, contentType, want string }{
		{"gr\xfcn", "text/html; charset=latin1", "grün"},
		{"\xef\xbb\xbfgrün", "text/plain; charset=latin1", "grün"},
		{"<meta charset=iso-8859-1>gr\xfcn", "text/html", "<meta charset=iso-8859-1>grün"},
		{"grün", "", "grün"},
	} {
		if got, err := record(tt.body, Field{"Content-Type", tt.contentType}).Text(); got != tt.want || err != nil {
			t.Errorf("%q of %s: %q, %v", tt.body, tt.contentType, got, err)
		}
	}
}

func TestJSON(t *testing.T) {
	for _, tt := range []struct {
		body, contentType string
		types             []string
		want              string // of a, or of the error
	}{
		{`{"a":"b"}`, "application/json", nil, "b"},
		{`{"a":"b"}`, "Application/Problem+JSON; charset=utf-8", nil, "b"},
		{"{\"a\":\"\xfc\"}", "application/json; charset=latin1", nil, "ü"},
		{`{"a":"b"}`, "text/plain", []string{"text/plain"}, "b"},
		{`{"a":"b"}`, "", []string{"*/*"}, "b"},
		{`{"a":"b"}`, "text/html", nil, `http://x/a/b: the body is of the type "text/html" and not JSON`},
		{`{"a"`, "text/json", nil, "http://x/a/b: the body's JSON: unexpected end of JSON input"},
		{" \n", "text/json", nil, "http://x/a/b: the body is empty and not JSON"},
	} {
		var v struct{ A string }
		err := record(tt.body, Field{"Content-Type", tt.contentType}).JSON(&v, tt.types...)
		if err != nil {
			wantClass(t, err, ClassEncoding)
			v.A = err.Error()
		}
		if v.A != tt.want {
			t.Errorf("%q of %q: %q, want %q", tt.body, tt.contentType, v.A, tt.want)
		}
	}
	if err := record("", Field{"Content-Type", "text/json"}).JSON(nil); !errors.Is(err, io.EOF) {
		t.Errorf("%v is no io.EOF", err)
	}
}

func TestLines(t *testing.T) {
	var got []string
	for line, err := range record("a\r\nb\n\nc").Lines() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(line))
	}
	if want := []string{"a", "b", "", "c"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	n := 0
	for line, err := range record(strings.Repeat("x", MaxLine) + "\n" + strings.Repeat("y", MaxLine+3)).Lines() {
		if n++; n == 1 && (len(line) != MaxLine || err != nil) {
			t.Errorf("%d bytes, %v", len(line), err)
		}
		if n == 2 {
			wantClass(t, err, ClassTooLarge)
		}
	}
	if n != 2 {
		t.Errorf("%d lines", n)
	}
}

func TestChunks(t *testing.T) {
	for n, want := range map[int]string{1: "[a b c d e]", 2: "[ab cd e]", 5: "[abcde]", 9: "[abcde]", 0: "[a b c d e]"} {
		var got []string
		for chunk, err := range record("abcde").Chunks(n) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(chunk))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%d: %v, want %s", n, got, want)
		}
	}
	r := record("")
	cut := &Error{Class: ClassTruncated, URL: "http://x/", Reason: "cut", Err: io.ErrUnexpectedEOF}
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("abc"), failing{cut}))
	var got []string
	var last error
	for chunk, err := range r.Chunks(2) {
		got, last = append(got, string(chunk)), err
	}
	if fmt.Sprint(got) != "[ab c ]" || !errors.Is(last, ClassTruncated) {
		t.Errorf("%q, %v", got, last)
	}
	closed := false
	r.Body = closing{strings.NewReader("abc"), func() { closed = true }}
	for range r.Chunks(1) {
		break
	}
	if !closed {
		t.Error("the body is open")
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "page")
	for _, body := range []string{"first", "second time"} {
		if n, err := record(body).Save(path); err != nil || n != int64(len(body)) {
			t.Fatal(n, err)
		}
		if got, _ := os.ReadFile(path); string(got) != body {
			t.Errorf("%q", got)
		}
	}
	wantUsualMode(t, path)
	r := record("")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("abc"), failing{&Error{Class: ClassTruncated, URL: "http://x/", Reason: "cut"}}))
	_, err := r.Save(filepath.Join(dir, "cut"))
	wantClass(t, err, ClassTruncated)
	_, err = record("x").Save(filepath.Join(dir, "none", "page"))
	wantClass(t, err, ClassDisk)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v is no os.ErrNotExist", err)
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

// wantUsualMode checks that a file can be read by whom any other new file can be.
func wantUsualMode(t *testing.T, path string) {
	t.Helper()
	usual := filepath.Join(t.TempDir(), "usual")
	if err := os.WriteFile(usual, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	want, err := os.Stat(usual)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.Stat(path); err != nil || got.Mode() != want.Mode() {
		t.Errorf("mode %v, want %v (%v)", got.Mode(), want.Mode(), err)
	}
}

func TestResponseFields(t *testing.T) {
	r := record("", Field{"content-type", `Text/HTML; Charset="utf-8"`}, Field{"Content-Disposition", `attachment; filename="../a b.txt"`},
		Field{"Link", `<next?page=2>; rel=next, <ftp://x/>; rel=x`}, Field{"Link", `</>; rel="up start"`},
		Field{"Set-Cookie", "a=b; Path=/; HttpOnly"}, Field{"Set-Cookie", ";"}, Field{"Set-Cookie", "c=d"})
	if r.ContentType() != "text/html" || r.Charset() != "utf-8" {
		t.Error(r.ContentType(), r.Charset())
	}
	if kind, name, ok := r.ContentDisposition(); kind != "attachment" || name != "a b.txt" || !ok {
		t.Error(kind, name, ok)
	}
	links := r.Links()
	if len(links) != 2 || links[0].Target != "http://x/a/next?page=2" || !links[0].Is("next") || links[1].Target != "http://x/" {
		t.Errorf("%+v", links)
	}
	cookies := r.Cookies()
	if len(cookies) != 2 || cookies[0].Name != "a" || !cookies[0].HttpOnly || cookies[1].Value != "d" {
		t.Errorf("%+v", cookies)
	}
	if plain := record(""); plain.ContentType() != "" || plain.Charset() != "" || plain.Links() != nil || plain.Cookies() != nil {
		t.Error("something of nothing")
	}
}

func TestErr(t *testing.T) {
	for status, class := range map[int]Class{200: "", 304: "", 399: "", 400: ClassHTTP4xx, 404: ClassHTTP4xx, 499: ClassHTTP4xx, 500: ClassHTTP5xx, 599: ClassHTTP5xx, 999: ClassHTTP5xx} {
		r := record("")
		r.Status = status
		if err := r.Err(); ClassOf(err) != class || r.OK() != (class == "") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestMultipartAnswer(t *testing.T) {
	r := record("--b\r\nX: 1\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", Field{"Content-Type", "multipart/mixed; boundary=b"})
	mr, err := r.Multipart()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for {
		part, err := mr.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(part)
		got = append(got, string(text))
	}
	if fmt.Sprint(got) != "[one two]" {
		t.Error(got)
	}
	_, err = record("", Field{"Content-Type", "text/html"}).Multipart()
	wantClass(t, err, ClassEncoding)
}

// TestTrailer has fields come after the body, with lines among them that are none.
func TestTrailer(t *testing.T) {
	o := serve(t, once(chunkedHead+"5\r\nhello\r\n0\r\nX-Sum: 1\r\nnonsense\r\nx-sum: 2\r\n\r\n"))
	rec, err := newClient(t, Options{}).Fetch(soon(t), &Request{URL: o.URL})
	if err != nil {
		t.Fatal(err)
	}
	if rec.Trailer != nil {
		t.Error("a trailer before the body")
	}
	if _, err := rec.Bytes(); err != nil {
		t.Fatal(err)
	}
	if got := rec.Trailer.Values("X-Sum"); !slices.Equal(got, []string{"1", "2"}) || rec.Header.Has("X-Sum") {
		t.Errorf("%v", rec.Trailer)
	}
}

// TestHeadAsReceived has heads that are put into another form to be read: what the
// Record says of them stays as it came.
func TestHeadAsReceived(t *testing.T) {
	for _, raw := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nX-y:  z\n\n",
	} {
		o := serve(t, once(raw+"5\r\nhello\r\n0\r\n\r\n"))
		rec, body := mustGet(t, Stack(newClient(t, Options{}), Decode(4<<10)), o.URL)
		if rec.RawHead != raw || body != "hello" {
			t.Errorf("%q, %q", rec.RawHead, body)
		}
		if want := strings.Contains(raw, "Length"); rec.Header.Has("Content-Length") != want || rec.Header.Has("Connection") {
			t.Errorf("%v", rec.Header)
		}
		if rec.Request.URL != o.URL || !rec.Request.Header.Has("Accept-Encoding") {
			t.Errorf("%+v", rec.Request)
		}
	}
}

func TestMeter(t *testing.T) {
	o := serve(t, keep(ok200))
	m := NewMeter()
	f := Stack(newClient(t, Options{}), m.Layer)
	rec, err := f.Fetch(soon(t), &Request{URL: o.URL})
	if err != nil {
		t.Fatal(err)
	}
	if m.InFlight() != 1 {
		t.Errorf("%d in flight", m.InFlight())
	}
	rec.Bytes()
	rec.Body.Close()
	get(t, f, "http://u:secret@127.0.0.1:1/")
	get(t, Stack(answeringStatus(404), m.Layer), "http://x/")
	s := m.Snapshot()
	if m.InFlight() != 0 || s.Total != 3 || s.Bytes < 5 || s.WireBytes < 5 || s.Outcomes["failed"] != 2 || s.Classes["refused"] != 1 || s.Classes["http_4xx"] != 1 || s.Statuses[http.StatusNotFound] != 1 {
		t.Errorf("%+v", s)
	}
	for _, g := range s.Groups {
		if strings.Contains(g.Example, "secret") {
			t.Errorf("%+v", g)
		}
	}
}
