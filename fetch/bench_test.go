package fetch

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"
)

// BenchmarkFetch4K fetches a page of 4 KiB from a server on the same machine, one
// after the other. The server's own work is in the figures for time, not in those
// for allocations: it makes none.
func BenchmarkFetch4K(b *testing.B) {
	url := serveFast(b, strings.Repeat("x", 4<<10))
	client := newClient(b, Options{})
	for _, stack := range []struct {
		name    string
		fetcher Fetcher
	}{
		{"client", client},
		{"stack", Stack(client, Redirect(0), Decode(0))},
	} {
		b.Run(stack.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(4 << 10)
			ctx := b.Context()
			buf := make([]byte, 32<<10)
			for b.Loop() {
				rec, err := stack.fetcher.Fetch(ctx, &Request{URL: url})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{rec.Body}, buf); err != nil {
					b.Fatal(err)
				}
				rec.Body.Close()
			}
		})
	}
}

func serveFast(b *testing.B, page string) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString(page) }}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	b.Cleanup(func() {
		server.Shutdown()
		if err := <-served; err != nil {
			b.Error(err)
		}
	})
	return "http://" + l.Addr().String() + "/"
}

// BenchmarkReadHead reads the head of a common answer.
func BenchmarkReadHead(b *testing.B) {
	const raw = "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 23 Nov 2026 18:00:00 GMT\r\nContent-Type: text/html; charset=utf-8\r\n" +
		"Content-Length: 4096\r\nConnection: keep-alive\r\nCache-Control: max-age=60\r\nETag: \"abc\"\r\n\r\n"
	b.ReportAllocs()
	source := strings.NewReader("")
	br := bufio.NewReaderSize(source, readBuffer)
	for b.Loop() {
		source.Reset(raw)
		br.Reset(source)
		if _, err := readHead(br, 256<<10, nil); err != nil {
			b.Fatal(err)
		}
	}
}
