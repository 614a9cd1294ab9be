package warc

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"slices"
	"strings"
	"testing"
)

// message is the HTTP of a record with that block.
func message(block string) (*Message, error) {
	rec, err := NewReader(strings.NewReader(text("WARC/1.1\nWARC-Record-ID: <urn:uuid:1>", block)), ReaderOptions{}).Next()
	if err != nil {
		return nil, err
	}
	return rec.HTTP()
}

func TestHTTP(t *testing.T) {
	tests := map[string]struct {
		block   string
		want    Message // without its readers
		payload string
	}{
		"response": {"HTTP/1.1 200 OK\r\nX-One: 1\r\nx-two:2\r\nX-One: 3\r\n\r\nbody\r\n\r\n",
			Message{Proto: "HTTP/1.1", Status: 200, Reason: "OK", Header: Header{{"X-One", "1"}, {"x-two", "2"}, {"X-One", "3"}}}, "body\r\n\r\n"},
		"request": {"POST /a b HTTP/1.1\r\nHost: example.com\r\n\r\nq=1",
			Message{Proto: "HTTP/1.1", Method: "POST", Target: "/a b", Header: Header{{"Host", "example.com"}}}, "q=1"},
		"no reason":      {"HTTP/2 404\r\n\r\n", Message{Proto: "HTTP/2", Status: 404}, ""},
		"long reason":    {"HTTP/1.0  200  Very good\r\n\r\n", Message{Proto: "HTTP/1.0", Status: 200, Reason: " Very good"}, ""},
		"LF":             {"HTTP/1.0 200 OK\nA: b\n\nbody", Message{Proto: "HTTP/1.0", Status: 200, Reason: "OK", Header: Header{{"A", "b"}}}, "body"},
		"only a head":    {"HTTP/1.0 200 OK\r\nA: b\r\n", Message{Proto: "HTTP/1.0", Status: 200, Reason: "OK", Header: Header{{"A", "b"}}}, ""},
		"wrong length":   {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nbody", Message{Proto: "HTTP/1.0", Status: 200, Reason: "OK", Header: Header{{"Content-Length", "2"}}}, "body"},
		"chunks":         {chunkedHead + "3\r\none\r\nA;x\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", chunkedMessage, "one0123456789"},
		"no chunks":      {chunkedHead + "one\n\n", chunkedMessage, "one\n\n"},
		"empty, chunked": {chunkedHead, chunkedMessage, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := message(test.block)
			if err != nil {
				t.Fatal(err)
			}
			payload, err := io.ReadAll(m.Payload)
			if err != nil || string(payload) != test.payload {
				t.Errorf("the payload is %q, %v", payload, err)
			}
			if m.Proto != test.want.Proto || m.Status != test.want.Status || m.Reason != test.want.Reason ||
				m.Method != test.want.Method || m.Target != test.want.Target || !slices.Equal(m.Header, test.want.Header) {
				t.Errorf("got %+v", m)
			}
			again, err := message(test.block)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(again.Raw)
			if err != nil || string(again.Head)+string(raw) != test.block {
				t.Errorf("head and rest are %q and %q, %v", again.Head, raw, err)
			}
		})
	}
}

const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"

var chunkedMessage = Message{Proto: "HTTP/1.1", Status: 200, Reason: "OK", Header: Header{{"Transfer-Encoding", "gzip, Chunked"}}}

func TestHTTPErrors(t *testing.T) {
	for name, test := range map[string]struct {
		block string
		kind  Kind
	}{
		"empty":      {"", Malformed},
		"no HTTP":    {"hello\r\n\r\n", Malformed},
		"no status":  {"HTTP/1.1 OK\r\n\r\n", Malformed},
		"bad status": {"HTTP/1.1 99 OK\r\n\r\n", Malformed},
		"endless":    {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHead), Malformed},
		"cut chunk":  {chunkedHead + "3\r\no", Cut},
		"bad chunk":  {chunkedHead + "3\r\none\r\nx\r\n", Malformed},
	} {
		m, err := message(test.block)
		if err == nil {
			_, err = io.ReadAll(m.Payload)
		}
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != test.kind || e.ID != "urn:uuid:1" {
			t.Errorf("%s: %v", name, err)
		}
		if !errors.Is(err, ErrNoHTTP) && !errors.Is(err, ErrChunks) {
			t.Errorf("%s is taken for damage of the file: %v", name, err)
		}
	}
	// Damage of the file comes as it is.
	file := text("WARC/1.1", "HTTP/1.1 200 OK\r\n\r\nbody")
	rec, err := NewReader(strings.NewReader(file[:len(file)-12]), ReaderOptions{}).Next()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rec.HTTP(); err == nil {
		t.Error("a torn head is taken")
	} else if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Cut || errors.Is(err, ErrNoHTTP) {
		t.Errorf("got %v", err)
	}
	file = text("WARC/1.1", chunkedHead+"3\r\none\r\n5\r\nthree\r\n0\r\n\r\n")
	rec, err = NewReader(strings.NewReader(file[:len(file)-20]), ReaderOptions{}).Next()
	if err != nil {
		t.Fatal(err)
	}
	m, err := rec.HTTP()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(m.Payload); errors.Is(err, ErrChunks) {
		t.Errorf("the file is cut, and what is said is %v", err)
	} else if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Cut {
		t.Errorf("got %v", err)
	}
}

// TestHTTPReadsAhead: damage that is met while reading ahead is told to who comes to it,
// and else by Next.
func TestHTTPReadsAhead(t *testing.T) {
	whole := text("WARC/1.1", chunkedHead+"3\r\none\r\nx\r\n"+strings.Repeat("x", 20))
	for name, read := range map[string]func(*Message) error{
		"nothing": func(*Message) error { return nil },
		"chunks":  func(m *Message) error { _, err := io.ReadAll(m.Payload); return err },
		"raw":     func(m *Message) error { _, err := io.ReadAll(m.Raw); return err },
	} {
		for _, missing := range []int{5, 10, 20} {
			r := NewReader(strings.NewReader(whole[:len(whole)-missing]), ReaderOptions{})
			rec, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			m, err := rec.HTTP()
			if err != nil {
				t.Fatal(err)
			}
			told := read(m)
			_, next := r.Next()
			if name == "chunks" && errors.Is(told, ErrChunks) { // before the reader came to the end
				told = nil
			}
			var damage *Error
			if !errors.As(errors.Join(told, next), &damage) || damage.Kind != Cut || (told != nil) == (next != io.EOF) {
				t.Errorf("%s, without %d: told %v, then %v", name, missing, told, next)
			}
		}
	}
}

// FuzzHTTP holds ours against net/http where that takes a message, and the two ways to put
// chunks together against each other.
func FuzzHTTP(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\nbody")
	f.Add(chunkedHead + "3\r\none\r\n0\r\n\r\n")
	f.Add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\none\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n")
	f.Add("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	f.Fuzz(func(t *testing.T, block string) {
		m, err := message(block)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("got %v", err)
			}
			return
		}
		payload, err := io.ReadAll(m.Payload)
		if _, ok := errors.AsType[*Error](err); err != nil && !ok {
			t.Fatalf("got %v", err)
		}
		if !strings.HasPrefix(block, string(m.Head)) {
			t.Errorf("the head %q does not begin %q", m.Head, block)
		}
		d := newPayload(HTTPResponse, SHA256)
		for rest := []byte(block); len(rest) > 0; rest = rest[min(7, len(rest)):] {
			d.write(rest[:min(7, len(rest))])
		}
		if err == nil && d.whole != nil && wellChunked(block[len(m.Head):]) && !d.is(sumOf(SHA256, payload)) {
			t.Errorf("the digest is not that of %q", payload)
		}
		theirs, err := http.ReadResponse(bufio.NewReader(strings.NewReader(block)), nil)
		if err != nil || m.Status == 0 {
			return
		}
		theirs.Body.Close()
		if theirs.StatusCode != m.Status || theirs.Proto != m.Proto {
			t.Errorf("%s %d, in net/http %s %d", m.Proto, m.Status, theirs.Proto, theirs.StatusCode)
		}
	})
}

func sumOf(a Algorithm, p []byte) []byte {
	h := a.hash()
	h.Write(p)
	return h.Sum(nil)
}

// wellChunked reports whether body is chunks to its end.
func wellChunked(body string) bool {
	r := bufio.NewReader(strings.NewReader(body))
	_, err := io.Copy(io.Discard, httputil.NewChunkedReader(r))
	return err == nil
}

// FuzzReader: nothing ends in a panic or goes on for ever, and what is read can be
// written and read again.
func FuzzReader(f *testing.F) {
	one, two := resource("a:1", "one"), resource("a:2", "two")
	f.Add([]byte(one + two))
	f.Add([]byte(gzipped(one, two)))
	f.Add([]byte(gzipped(one + two)[:60]))
	f.Add([]byte(framed(f, nil, one, two)))
	f.Add([]byte(skippableFrame(0x50, "x") + framed(f, nil, one[:30], one[30:])))
	f.Add([]byte("\n\nWARC/1.0\nContent-Length: 1\n\n\n" + one))
	f.Fuzz(func(t *testing.T, file []byte) {
		r := NewReader(bytes.NewReader(file), ReaderOptions{Verify: true})
		last := int64(-1)
		for n := 0; ; n++ {
			if n > 2*len(file)+10 {
				t.Fatal("it does not end")
			}
			rec, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				if _, ok := errors.AsType[*Error](err); !ok {
					t.Fatalf("got %v", err)
				}
				continue
			}
			if rec.Offset < last || rec.Offset >= int64(len(file)) {
				t.Errorf("record %d is at %d, behind one at %d", n, rec.Offset, last)
			}
			last = rec.Offset
			block, _ := io.ReadAll(rec.Block)
			if int64(len(block)) > rec.Size {
				t.Errorf("a block of %d bytes has %d", rec.Size, len(block))
			}
			if length, err := rec.Length(); err == nil && rec.Offset+length > int64(len(file)) {
				t.Errorf("record %d has %d bytes", n, length)
			}
			d := Draft{Head: rec.Head, Block: bytes.NewReader(block)}
			if d.check() != nil {
				continue
			}
			var written bytes.Buffer
			if err := d.encode(&written, make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
			again, err := NewReader(&written, ReaderOptions{}).Next()
			if err != nil {
				t.Fatalf("%v, of %q", err, written.Bytes())
			}
			if copied, err := io.ReadAll(again.Block); err != nil || !bytes.Equal(copied, block) {
				t.Errorf("written was %q, and read %q, %v", block, copied, err)
			}
			if again.TargetURI != rec.TargetURI || again.ID != rec.ID || again.Type != rec.Type || !again.Date.Equal(rec.Date) {
				t.Errorf("written was %+v, and read %+v", rec.Head, again.Head)
			}
		}
	})
}
