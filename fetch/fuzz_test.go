package fetch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"crawl/fetch/urls"
)

// standard reads an answer to a GET as net/http does, behind any 1xx.
func standard(raw []byte) (*http.Response, error) {
	br := bufio.NewReader(bytes.NewReader(raw))
	for {
		resp, err := http.ReadResponse(br, &http.Request{Method: "GET"})
		if err != nil || resp.StatusCode >= 200 {
			return resp, err
		}
	}
}

// FuzzReadHead reads heads from arbitrary bytes. What net/http takes too must mean
// the same to both: the status and where the body ends.
func FuzzReadHead(f *testing.F) {
	for _, seed := range []string{
		ok200, chunkedHead, "HTTP/1.0 200 OK\n\n", "HTTP/1.1 200\r\nX: a\r\n b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length : 05\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n",
		"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: x, close\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\n" + ok200, "HTTP/1.2 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	const limit = 4 << 10
	f.Fuzz(func(t *testing.T, raw []byte) {
		source := &count{Reader: bytes.NewReader(raw)}
		br := bufio.NewReaderSize(source, 64) // small, so that heads are longer
		h, err := readHead(br, limit, new(time.Time))
		if taken := source.n - int64(br.Buffered()); taken > limit+64+maxEmptyLines {
			t.Fatalf("took %d bytes", taken)
		}
		if whole := bufio.NewReader(bytes.NewReader(raw)); (err == nil) != readsHead(whole, limit) && len(raw) < limit {
			t.Errorf("the size of the buffer decides whether a head is taken: %v", err)
		}
		if err != nil {
			return
		}
		if h.status < 100 || h.status > 999 || h.length < untilClose {
			t.Fatalf("head %+v", h)
		}
		resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), &http.Request{Method: "HEAD"})
		if err != nil {
			return
		}
		if resp.StatusCode != h.status {
			t.Errorf("status %d, net/http %d", h.status, resp.StatusCode)
		}
		if got, want := frame(h), standardFrame(raw); got != want && h.status >= 200 {
			t.Errorf("body of %s, net/http %s", got, want)
		}
	})
}

func readsHead(br *bufio.Reader, limit int) bool {
	_, err := readHead(br, limit, nil)
	return err == nil
}

func frame(h *head) string {
	switch {
	case h.status == 204 || h.status == 304:
		return "nothing"
	case h.length == chunked:
		return "chunks"
	case h.length == untilClose:
		return "all there is"
	}
	return fmt.Sprint(h.length)
}

func standardFrame(raw []byte) string {
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), &http.Request{Method: "GET"})
	switch {
	case err != nil:
		return err.Error()
	case resp.StatusCode == 204 || resp.StatusCode == 304:
		return "nothing"
	case len(resp.TransferEncoding) > 0:
		return "chunks"
	case resp.ContentLength < 0:
		return "all there is"
	}
	return fmt.Sprint(resp.ContentLength)
}

// FuzzBody reads whole answers. One that net/http takes whole too has the same body.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		ok200, ok200 + "rest", ok200[:len(ok200)-1], "HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.1 100 Continue\r\n\r\n" + ok200,
		chunkedHead + "5\r\nhello\r\n0\r\n\r\n", chunkedHead + "5;x=y\r\nhello\r\n0\r\nX: y\r\n\r\n", chunkedHead + "5\r\nhel",
		chunkedHead + "0\r\n\r\n" + ok200, chunkedHead + "ffffffffffffffff\r\nx", chunkedHead + "00000000000000005\r\nhello\r\n0\r\n\r\n", chunkedHead + "5 \r\nhello\r\n0\n\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		body, err := readAnswer(t.Context(), raw)
		if err != nil {
			if ClassOf(err) == "" {
				t.Errorf("error without a class: %v", err)
			}
			return
		}
		resp, err := standard(raw)
		if err != nil {
			return
		}
		want, err := io.ReadAll(resp.Body)
		if err == nil && !bytes.Equal(body, want) {
			t.Errorf("body %q, net/http %q", body, want)
		}
	})
}

// readAnswer is Client's way through the bytes of an answer, without a network.
func readAnswer(ctx context.Context, raw []byte) ([]byte, error) {
	c := NewClient(Options{MaxHeaderBytes: 64 << 10})
	defer c.Close()
	key := connKey{scheme: "http", addr: "x:80"}
	keepIdle(c.pool, &canned{r: bytes.NewReader(raw)}, key)
	rec, err := c.Fetch(ctx, &Request{URL: "http://x/", Method: "POST"}) // never sent again
	if err != nil {
		return nil, err
	}
	defer rec.Body.Close()
	return io.ReadAll(rec.Body)
}

// FuzzDecode undoes codings of arbitrary bytes, with decoders that were used before.
func FuzzDecode(f *testing.F) {
	codings := []string{"gzip", "deflate", "br", "zstd", "gzip, br", "zstd, zstd"}
	for i, coding := range []string{"gzip", "zlib", "br", "zstd", "raw"} {
		f.Add(uint8(i), []byte(code(coding, page)))
	}
	f.Add(uint8(0), []byte(code("gzip", page)+code("gzip", "")+"rest"))
	f.Add(uint8(4), []byte(code("br", code("gzip", page))))
	f.Add(uint8(5), []byte(code("zstd", code("zstd", page))))
	f.Add(uint8(7), []byte("\xd4\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f!\xf2#\x1f[\xa0O"))
	const max = 1 << 16
	f.Fuzz(func(t *testing.T, which uint8, raw []byte) {
		coding := codings[int(which)%len(codings)]
		fetcher := Stack(answering(string(raw), coding), Decode(max))
		_, body, err := get(t, fetcher, "http://x/")
		if len(body) > max {
			t.Errorf("%d bytes", len(body))
		}
		// In what way broken data is broken may depend on what was decoded before: see openDeflate.
		if _, again, e := get(t, fetcher, "http://x/"); (e == nil) != (err == nil) || err == nil && again != body {
			t.Errorf("a used decoder says %q, %v, and before %q, %v", again, e, body, err)
		}
		if err != nil {
			wantClass(t, err, ClassOf(err))
		}
		if coding == "gzip" && len(raw) > 0 {
			z, e := gzip.NewReader(bytes.NewReader(raw))
			if e != nil {
				return
			}
			if want, e := io.ReadAll(io.LimitReader(z, max)); e == nil && err == nil && !strings.HasPrefix(body, string(want)) {
				t.Errorf("decoded %q, the standard library %q", body, want)
			}
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"0", "120", "-1", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "soon", " 1\t"} {
		f.Add(seed, int64(0))
	}
	f.Fuzz(func(t *testing.T, value string, unix int64) {
		now := time.Unix(unix%(1<<35), 0)
		if wait := RetryAfter(Header{{"Retry-After", value}}, now); wait < 0 {
			t.Errorf("%q at %v: %v", value, now, wait)
		}
	})
}

// FuzzRequest sends requests of arbitrary parts. What goes on the wire is one request
// to net/http too, with the method, the target, the fields and the body meant, and
// not a byte more.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/", "X", "y", "", "", false)
	f.Add("POST", "/a b?q=ä#f", "Content-Type", "", "hello", "text/plain", false)
	f.Add("PUT", "/\r\nX: y\r\n\r\n", "Expect", "100-continue", "hello", "a/b\r\nX: y", true)
	f.Add("get /x", "//u:p@h:1/", "Transfer-Encoding", "chunked", "0\r\n\r\nGET / HTTP/1.1\r\n\r\n", "", true)
	f.Add("GET", "//%%F4", "X", "y", "", "", false)
	f.Add("HEAD", "/\x00", "Content-Length", "5", "", "", false)
	f.Add("POST", "/", "X", "a\r\nY: b", "x", "\x00", false)
	f.Add("POST", "/", "Host", "a b", "x", "", false)
	f.Fuzz(func(t *testing.T, verb, target, name, value, body, contentType string, inChunks bool) {
		c := NewClient(Options{})
		defer c.Close()
		sent := &spoken{canned: canned{r: strings.NewReader("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")}}
		key := connKey{scheme: "http", addr: "x:80"}
		keepIdle(c.pool, sent, key)
		req := &Request{Method: verb, URL: "http://x" + target, Header: Header{{name, value}}}
		if body != "" {
			m := &held{data: []byte(body), contentType: contentType}
			if req.Body = m; inChunks {
				req.Body = faulty{size: -1, r: strings.NewReader(body)}
			}
		}
		u, err := urls.Parse(req.URL)
		if err != nil || u.Host() != key.addr {
			return // or it would go on the network
		}
		rec, err := c.Fetch(t.Context(), req)
		if err != nil {
			if ClassOf(err) == ClassBadURL && len(sent.said) > 0 {
				t.Errorf("%q was sent, and then refused: %v", sent.said, err)
			}
			return
		}
		rec.Body.Close()
		wire := bufio.NewReader(bytes.NewReader(sent.said))
		got, err := http.ReadRequest(wire)
		if err != nil {
			if _, odd := url.PathUnescape(u.Path()); odd != nil {
				return // "%%", which browsers send too and net/http does not read
			}
			if req.Header.Has("Host") || strings.EqualFold(name, "Expect") || strings.EqualFold(name, "Trailer") || strings.EqualFold(name, "Connection") {
				return // net/http judges their values; on the wire they were single lines
			}
			t.Fatalf("%q: %v", sent.said, err)
		}
		if got.Method != method(req) || got.RequestURI != u.RequestURI() {
			t.Errorf("asked for %q %q, sent %q", method(req), u.RequestURI(), sent.said)
		}
		known := map[string]bool{"User-Agent": true, "Authorization": true, "Content-Type": true, "Content-Length": true, http.CanonicalHeaderKey(name): true}
		for field := range got.Header {
			if !known[field] {
				t.Errorf("a field %q in %q", field, sent.said)
			}
		}
		if hasToken(req.Header, "Expect", "100-continue") {
			return // the answer was there first, so the body never went
		}
		if text, err := io.ReadAll(got.Body); err != nil || string(text) != body {
			t.Errorf("body %q, %v, want %q", text, err, body)
		}
		if rest, _ := io.ReadAll(wire); len(rest) > 0 {
			t.Errorf("%q follows the request", rest)
		}
	})
}

// spoken is a canned connection that notes what the client says.
type spoken struct {
	canned
	said []byte
}

func (s *spoken) Write(p []byte) (int, error) {
	s.said = append(s.said, p...)
	return len(p), nil
}
