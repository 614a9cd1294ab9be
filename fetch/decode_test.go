package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/molecule-man/go-brrr"
)

// coders undo what the decoders of the same name do.
var coders = map[string]func(w io.Writer) io.WriteCloser{
	"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"zlib": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
	"raw":  func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 6); return z },
	"br":   func(w io.Writer) io.WriteCloser { z, _ := brrr.NewWriter(w, 5); return z },
	"zstd": func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)); return z },
}

func code(coding, plain string) string {
	var b bytes.Buffer
	w := coders[coding](&b)
	io.WriteString(w, plain)
	w.Close()
	return b.String()
}

// answering is a Fetcher with one answer.
func answering(body string, codings ...string) Fetcher {
	return FetcherFunc(func(_ context.Context, req *Request) (*Record, error) {
		rec := &Record{URL: req.URL, Status: 200, Body: io.NopCloser(strings.NewReader(body)), Wire: new(Wire)}
		for _, c := range codings {
			rec.Header.Add("Content-Encoding", c)
		}
		return rec, nil
	})
}

const page = "<html>hello, hello, hello, hello</html>"

func TestDecode(t *testing.T) {
	nest := func(times int) string {
		s := page
		for range times {
			s = code("gzip", s)
		}
		return s
	}
	dictionary := func() string {
		var b bytes.Buffer
		w, _ := zlib.NewWriterLevelDict(&b, 6, []byte("hello"))
		io.WriteString(w, page)
		w.Close()
		return b.String()
	}
	window := func(size int) string {
		var b bytes.Buffer
		w, err := zstd.NewWriter(&b, zstd.WithWindowSize(size), zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		for range 100 { // longer than one segment, so that the window is named
			io.WriteString(w, strings.Repeat("0123456789abcdef", 1<<12))
			w.Flush()
		}
		w.Close()
		return b.String()
	}
	tests := []struct {
		name    string
		codings []string
		body    string
		want    string
		class   Class // "" is success
	}{
		{"none", nil, page, page, ""},
		{"gzip", []string{"gzip"}, code("gzip", page), page, ""},
		{"x-gzip", []string{"x-gzip"}, code("gzip", page), page, ""},
		{"upper case", []string{"GZIP"}, code("gzip", page), page, ""},
		{"deflate", []string{"deflate"}, code("zlib", page), page, ""},
		{"raw deflate", []string{"deflate"}, code("raw", page), page, ""},
		{"br", []string{"br"}, code("br", page), page, ""},
		{"zstd", []string{"zstd"}, code("zstd", page), page, ""},
		{"identity", []string{"identity"}, page, page, ""},
		{"empty name", []string{""}, page, page, ""},
		{"list", []string{"gzip, zstd"}, code("zstd", code("gzip", page)), page, ""},
		{"list with spaces and empty parts", []string{" ,gzip ,\t, identity, br,"}, code("br", code("gzip", page)), page, ""},
		{"two fields", []string{"deflate", "br"}, code("br", code("zlib", page)), page, ""},
		{"gzip twice", []string{"gzip, gzip"}, nest(2), page, ""},
		{"five nested", []string{"gzip, gzip, gzip, gzip, gzip"}, nest(5), page, ""},
		{"six nested", []string{"gzip, gzip, gzip, gzip, gzip, gzip"}, nest(6), "", ClassEncoding},
		{"unknown", []string{"compress"}, page, "", ClassEncoding},
		{"unknown within known", []string{"sdch, gzip"}, code("gzip", page), "", ClassEncoding},

		{"gzip members", []string{"gzip"}, code("gzip", page) + code("gzip", "") + code("gzip", page), page + page, ""},
		{"200,000 empty members", []string{"gzip"}, strings.Repeat(code("gzip", ""), 200_000) + code("gzip", page), page, ""},
		{"gzip and zeros", []string{"gzip"}, code("gzip", page) + strings.Repeat("\x00", 512), page, ""},
		{"gzip and garbage", []string{"gzip"}, code("gzip", page) + "garbage", page, ""},
		{"gzip and one byte of a member", []string{"gzip"}, code("gzip", page) + "\x1f", page, ""},
		{"zlib and garbage", []string{"deflate"}, code("zlib", page) + "garbage", page, ""},
		{"raw deflate and garbage", []string{"deflate"}, code("raw", page) + "garbage", page, ""},
		{"zstd frames", []string{"zstd"}, code("zstd", page) + code("zstd", page), page + page, ""},
		{"zstd with a skippable frame", []string{"zstd"}, "\x50\x2a\x4d\x18\x02\x00\x00\x00hi" + code("zstd", page), page, ""},
		{"zstd window of 8 MiB", []string{"zstd"}, window(8 << 20), strings.Repeat("0123456789abcdef", 100<<12), ""},
		{"zstd window of 16 MiB", []string{"zstd"}, window(16 << 20), "", ClassEncoding},
		{"preset dictionary", []string{"deflate"}, dictionary(), "", ClassEncoding},

		{"plain named gzip", []string{"gzip"}, page, "", ClassEncoding},
		{"plain named deflate", []string{"deflate"}, page, "", ClassEncoding},
		{"plain named zstd", []string{"zstd"}, page, "", ClassEncoding},
		{"plain named br", []string{"br"}, page, "", ClassEncoding},
		{"gzip named br", []string{"br"}, code("gzip", page), "", ClassEncoding},
		{"br named gzip", []string{"gzip"}, code("br", page), "", ClassEncoding},
		{"gzip with a wrong checksum", []string{"gzip"}, strings.Replace(code("gzip", page), code("gzip", page)[len(code("gzip", page))-8:], "01234567", 1), "", ClassEncoding},
		{"gzip and a broken member", []string{"gzip"}, code("gzip", page) + "\x1f\x8b\x00\x00\x00\x00\x00\x00\x00\x00", "", ClassEncoding},
		{"gzip and a cut member", []string{"gzip"}, code("gzip", page) + "\x1f\x8b\x08", "", ClassTruncated},
	}
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		whole := code(strings.Replace(coding, "deflate", "zlib", 1), page)
		tests = append(tests, []struct {
			name    string
			codings []string
			body    string
			want    string
			class   Class
		}{
			{coding + " of nothing", []string{coding}, "", "", ""},
			{coding + " cut in the middle", []string{coding}, whole[:len(whole)/2], "", ClassTruncated},
			{coding + " without its last byte", []string{coding}, whole[:len(whole)-1], "", ClassTruncated},
			{coding + " cut after its first byte", []string{coding}, whole[:1], "", ClassTruncated},
		}...)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := Stack(answering(tt.body, tt.codings...), Decode(0))
			for range 2 { // the second time with used decoders
				_, body, err := get(t, f, "http://x/")
				if tt.class != "" {
					if err == nil {
						t.Fatalf("accepted as %.100q", body)
					}
					wantClass(t, err, tt.class)
				} else if err != nil || body != tt.want {
					t.Fatalf("got %.100q, %v; want %.100q", body, err, tt.want)
				}
			}
		})
	}
}

// TestDecodeCutBelow has the connection fail under the decoder: that is the error,
// whatever the decoder makes of it.
func TestDecodeCutBelow(t *testing.T) {
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		whole := code(strings.Replace(coding, "deflate", "zlib", 1), page)
		for _, n := range []int{0, 1, 5, len(whole) / 2, len(whole) - 1, len(whole)} {
			reset := fault(ClassTimeoutIdle, nil, "nothing came")
			reset.URL = "http://x/"
			f := FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
				rec, _ := answering("", coding).Fetch(ctx, req)
				rec.Body = io.NopCloser(io.MultiReader(strings.NewReader(whole[:n]), failing{reset}))
				return rec, nil
			})
			_, _, err := get(t, Stack(f, Decode(0)), "http://x/")
			if !errors.Is(err, reset) {
				t.Errorf("%s cut after %d of %d: %v, want the connection's error", coding, n, len(whole), err)
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestMaxSize(t *testing.T) {
	plain := strings.Repeat("0123456789", 100)
	for _, coding := range []string{"", "gzip", "deflate", "br", "zstd"} {
		body := plain
		if coding != "" {
			body = code(strings.Replace(coding, "deflate", "zlib", 1), plain)
		}
		for _, max := range []int64{1, int64(len(plain)) - 1, int64(len(plain)), int64(len(plain)) + 1, math.MaxInt64, -1} {
			t.Run(fmt.Sprintf("%s/%d", coding, max), func(t *testing.T) {
				rec, err := Stack(answering(body, coding), Decode(max)).Fetch(t.Context(), &Request{URL: "http://x/"})
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(rec.Body)
				rec.Body.Close()
				if int64(len(plain)) <= max || max < 0 {
					if err != nil || string(got) != plain {
						t.Errorf("%d bytes, %v", len(got), err)
					}
					return
				}
				wantClass(t, err, ClassTooLarge)
				if string(got) != plain[:max] {
					t.Errorf("%d bytes before the error, want %d", len(got), max)
				}
				if _, again := rec.Body.Read(make([]byte, 1)); again != err && ClassOf(again) != ClassTooLarge {
					t.Errorf("the next read says %v", again)
				}
			})
		}
	}
}

// TestMaxSizeDeclared refuses by Content-Length before a byte is read, unless the
// length is not that of the answer's own body.
func TestMaxSizeDeclared(t *testing.T) {
	for _, tt := range []struct {
		method string
		status int
		class  Class
	}{{"GET", 200, ClassTooLarge}, {"HEAD", 200, ""}, {"GET", 304, ""}} {
		f := FetcherFunc(func(context.Context, *Request) (*Record, error) {
			return &Record{Status: tt.status, Header: Header{{"Content-Length", "1000"}}, Body: io.NopCloser(strings.NewReader(""))}, nil
		})
		_, _, err := read(t.Context(), Stack(f, Decode(999)), &Request{Method: tt.method, URL: "http://x/"})
		if ClassOf(err) != tt.class {
			t.Errorf("%s %d: %v, want class %q", tt.method, tt.status, err, tt.class)
		}
	}
}

// count counts what is read through it.
type count struct {
	io.Reader
	n int64
}

func (c *count) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

type repeat struct {
	block []byte
	at    int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := copy(p, r.block[r.at:])
	r.at = (r.at + n) % len(r.block)
	return n, nil
}

// TestBombs feeds decoders what stands for much more than it is, or for nothing at
// all without end. Memory and what is read stay bounded.
func TestBombs(t *testing.T) {
	const size, max, memory = 16 << 20, 1 << 20, 64 << 20
	bomb := func(coding string) string {
		var b bytes.Buffer
		w := coders[coding](&b)
		block := make([]byte, 1<<20)
		for range size / len(block) {
			w.Write(block)
		}
		w.Close()
		return b.String()
	}
	sources := map[string]struct {
		coding string
		r      io.Reader
	}{
		"gzip":                  {"gzip", strings.NewReader(bomb("gzip"))},
		"deflate":               {"deflate", strings.NewReader(bomb("zlib"))},
		"br":                    {"br", strings.NewReader(bomb("br"))},
		"zstd":                  {"zstd", strings.NewReader(bomb("zstd"))},
		"gzip in gzip":          {"gzip, gzip", strings.NewReader(code("gzip", bomb("gzip")))},
		"empty gzip members":    {"gzip", &repeat{block: []byte(code("gzip", ""))}},
		"empty deflate blocks":  {"deflate", &repeat{block: []byte("\x00\x00\x00\xff\xff")}},
		"skippable zstd frames": {"zstd", &repeat{block: []byte("\x50\x2a\x4d\x18\x02\x00\x00\x00hi")}},
		"name in a gzip head":   {"gzip", io.MultiReader(strings.NewReader("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x00"), &repeat{block: []byte("x")})},
		"end and padding":       {"gzip", io.MultiReader(strings.NewReader(code("gzip", page)), &repeat{block: make([]byte, 100)})},
	}
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			wire := &count{Reader: source.r}
			f := FetcherFunc(func(context.Context, *Request) (*Record, error) {
				return &Record{Header: Header{{"Content-Encoding", source.coding}}, Body: io.NopCloser(wire)}, nil
			})
			rec, err := Stack(f, Decode(max)).Fetch(t.Context(), &Request{URL: "http://x/"})
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			n, err := io.Copy(io.Discard, rec.Body)
			runtime.ReadMemStats(&after)
			rec.Body.Close()
			if name == "end and padding" {
				if err != nil || n != int64(len(page)) {
					t.Errorf("%d bytes, %v", n, err)
				}
			} else if err == nil || n > max {
				t.Errorf("%d bytes, error %v", n, err)
			}
			if got := after.HeapSys - before.HeapSys; int64(got) > memory {
				t.Errorf("%d bytes of memory taken", got)
			}
			if wire.n > max+maxOverhead+1<<20 {
				t.Errorf("%d bytes taken from the wire", wire.n)
			}
		})
	}
}

func TestAcceptEncoding(t *testing.T) {
	var got Header
	f := Stack(FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
		got = req.Header
		return answering("").Fetch(ctx, req)
	}), Decode(0))
	header := make(Header, 1, 4)
	header[0] = Field{"X", "y"}
	for _, tt := range []struct{ asked, want Header }{
		{nil, Header{{"Accept-Encoding", AcceptEncoding}}},
		{header, Header{{"X", "y"}, {"Accept-Encoding", AcceptEncoding}}},
		{Header{{"accept-encoding", "identity"}}, Header{{"accept-encoding", "identity"}}},
	} {
		read(t.Context(), f, &Request{URL: "http://x/", Header: tt.asked})
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("asked with %v, want %v", got, tt.want)
		}
	}
	if header[:2][1] != (Field{}) {
		t.Error("the caller's header was written to")
	}
}

// TestDecodeKeepsConnection reads coded bodies to the end of what they stand for:
// padding behind it must not cost the connection.
func TestDecodeKeepsConnection(t *testing.T) {
	body := code("gzip", page) + strings.Repeat("\x00", 1000)
	o := serve(t, keep(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(body), body)))
	f := Stack(newClient(t, Options{}), Decode(0))
	for range 3 {
		rec, got := mustGet(t, f, o.URL)
		if got != page || rec.Wire.Bytes != int64(len(body)) {
			t.Errorf("%q, %d bytes on the wire of %d", got, rec.Wire.Bytes, len(body))
		}
	}
	if n := o.conns.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

// TestRawDeflateRemembersNothing has a body with an empty table of distances come after
// one with a full one, whose codes must not do for it.
func TestRawDeflateRemembersNothing(t *testing.T) {
	const broken = "\xd4\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f!\xf2#\x1f[\xa0O"
	_, fresh := io.ReadAll(flate.NewReader(strings.NewReader(broken)))
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "%d %x;", i*i, i)
	}
	for range 3 {
		mustGet(t, Stack(answering(code("raw", text.String()), "deflate"), Decode(0)), "http://x/")
		_, _, err := get(t, Stack(answering(broken, "deflate"), Decode(0)), "http://x/")
		wantClass(t, err, ClassEncoding)
		if !strings.HasSuffix(err.Error(), fresh.Error()) {
			t.Errorf("%v, from a new decoder %v", err, fresh)
		}
	}
}
