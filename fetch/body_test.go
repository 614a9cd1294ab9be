package fetch

import (
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
)

// text reads b whole and checks what it says of its size.
func text(t testing.TB, b Body) string {
	t.Helper()
	src, err := b.Open()
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(src)
	if e := src.Close(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	if size := b.Size(); size >= 0 && size != int64(len(data)) {
		t.Errorf("size %d, and %d bytes come", size, len(data))
	}
	return string(data)
}

func TestMultipartBody(t *testing.T) {
	b := Multipart(
		Part{Name: "a", Body: Text("ü")},
		Part{Name: "quote\"line\r\n", FileName: "x\".txt", Body: Bytes([]byte("file"))},
		Part{Name: "z", Body: Compressed(Text("packed"), "gzip"), Header: Header{{"X", "y"}, {"Content-Type", "a/b"}}},
		Part{Name: "nested", Body: MultipartOf("mixed", Part{Body: JSON(1)})},
		Part{Name: "none", Body: Bytes(nil)},
	)
	_, params, err := mime.ParseMediaType(b.ContentType())
	if err != nil {
		t.Fatal(err)
	}
	boundary := params["boundary"]
	if b.Size() != -1 || !Replayable(b) {
		t.Error("size known, or not replayable")
	}
	raw := text(t, b)
	if raw != text(t, b) {
		t.Error("another body the second time")
	}
	for _, want := range []string{
		"--" + boundary + "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nü\r\n--" + boundary + "\r\n",
		"Content-Disposition: form-data; name=\"quote%22line%0D%0A\"; filename=\"x%22.txt\"\r\nContent-Type: application/octet-stream\r\n\r\nfile\r\n",
		"Content-Disposition: form-data; name=\"z\"\r\nContent-Encoding: gzip\r\nX: y\r\nContent-Type: a/b\r\n\r\n",
		"name=\"nested\"\r\nContent-Type: multipart/mixed; boundary=",
		"\r\n--" + boundary + "--\r\n",
	} {
		if !strings.Contains(raw, want) {
			t.Errorf("lacks %q:\n%s", want, raw)
		}
	}
	mr := multipart.NewReader(strings.NewReader(raw), boundary)
	parts := 0
	for {
		if _, err := mr.NextPart(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		parts++
	}
	if parts != 5 {
		t.Errorf("%d parts", parts)
	}

	known := Multipart(Part{Name: "a", Body: Text("ü")}, Part{Name: "f", Body: Reader(strings.NewReader("12"), 2)})
	if known.Size() < 0 || !Replayable(known) {
		t.Error("size not known")
	}
	text(t, known)
	if _, err := known.Open(); err != ErrOnce || Replayable(known) {
		t.Errorf("%v", err)
	}
	text(t, Multipart())
	if _, err := Multipart(Part{Name: "a", Body: Text("x"), Header: Header{{"X", "a\r\nb"}}}).Open(); err == nil {
		t.Error("a line break in a part's field")
	}
}

func TestCompressed(t *testing.T) {
	plain := strings.Repeat("to be packed ", 10_000)
	for name := range encoders {
		b := Compressed(Text(plain), name)
		if b.Size() != -1 || !Replayable(b) || codingOf(b) != name || b.ContentType() != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d", name, b.Size())
		}
		packed := text(t, b)
		if _, got := mustGet(t, Stack(answering(packed, name), Decode(0)), "http://x/"); got != plain || len(packed) > len(plain)/10 {
			t.Errorf("%s: %d bytes packed, %d again", name, len(packed), len(got))
		}
	}
	once := Compressed(Reader(strings.NewReader("x"), 1), "br")
	text(t, once)
	if Replayable(once) {
		t.Error("replayable")
	}
}
