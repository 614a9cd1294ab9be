package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestReadAnswer: what a client has captured means the same again.
func TestReadAnswer(t *testing.T) {
	for name, raw := range map[string]string{
		"a length":        ok200,
		"chunks":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n",
		"until the end":   "HTTP/1.0 200 OK\r\n\r\nhello",
		"bare line ends":  "HTTP/1.1 200 OK\nX-Folded: a\n b\nContent-Length: 5\n\nhello",
		"no body":         "HTTP/1.1 204 No Content\r\n\r\n",
		"an empty body":   "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"cut":             "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
		"cut in chunks":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhel",
		"cut in trailers": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b",
		"broken chunks":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\nzz\r\n",
		"two lengths":     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		"no status":       "HTTP/1.1 OK\r\n\r\nhello",
	} {
		t.Run(name, func(t *testing.T) {
			o := serve(t, once(raw))
			want, wantBody, wantErr := get(t, newClient(t, Options{}), o.URL)
			got, err := ReadAnswer(bufio.NewReader(iotest.HalfReader(strings.NewReader(raw))), &Request{URL: o.URL})
			body := ""
			if err == nil {
				var data []byte
				data, err = io.ReadAll(got.Body)
				body = string(data)
			}
			if ClassOf(err) != ClassOf(wantErr) || body != wantBody {
				t.Fatalf("%q, %v; want %q, %v", body, err, wantBody, wantErr)
			}
			if want == nil || err != nil {
				return
			}
			if got.Status != want.Status || got.RawHead != want.RawHead || got.Proto != want.Proto || len(got.Header) != len(want.Header) ||
				len(got.Trailer) != len(want.Trailer) || got.Wire.Bytes != want.Wire.Bytes {
				t.Errorf("%+v\nwant %+v", got, want)
			}
		})
	}
}

func TestReadAnswerOfOthers(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		in     io.Reader
		method string
		want   string
		class  Class
	}{
		"chunks put together":    {strings.NewReader("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello"), "", "hello", ""},
		"an error of the source": {io.MultiReader(strings.NewReader("HTTP/1.1 200 OK\r\n\r\nhe"), iotest.ErrReader(broken)), "", "he", ClassProtocol},
		"in the head":            {io.MultiReader(strings.NewReader("HTTP/1.1 200"), iotest.ErrReader(broken)), "", "", ClassProtocol},
		"nothing":                {strings.NewReader(""), "", "", ClassTruncated},
		"HEAD":                   {strings.NewReader("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), "HEAD", "", ""},
	} {
		rec, err := ReadAnswer(bufio.NewReader(test.in), &Request{Method: test.method, URL: "http://h/"})
		var body []byte
		if err == nil {
			body, err = io.ReadAll(rec.Body)
			rec.Body.Close()
		}
		if string(body) != test.want || ClassOf(err) != test.class {
			t.Errorf("%s: %q, %v", name, body, err)
		}
		if strings.Contains(name, "source") && !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(ok200))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\nA: b\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\nContent-Length: 3\n\nhe"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		rec, err := ReadAnswer(bufio.NewReader(bytes.NewReader(raw)), &Request{URL: "http://h/"})
		if err == nil {
			var body []byte
			if body, err = io.ReadAll(rec.Body); len(body) > len(raw) {
				t.Errorf("%d bytes of %d", len(body), len(raw))
			}
		}
		if e, ok := errors.AsType[*Error](err); err != nil && (!ok || e.URL != "http://h/") {
			t.Errorf("%T %v", err, err)
		}
	})
}
