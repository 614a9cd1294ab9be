package standard

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"

	"crawl/fetch"
)

// request is m as net/http wants it.
func (x *exchange) request(m *fetch.Message) (*http.Request, error) {
	hr := (&http.Request{
		Method: m.Method,
		URL:    target(m),
		Host:   m.Host,
		Header: make(http.Header, len(m.Header)+1),
		Proto:  "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(httptrace.WithClientTrace(x.run, x.hooks()))
	for _, f := range m.Header {
		hr.Header.Add(f.Name, f.Value)
	}
	if hr.Header["User-Agent"] == nil {
		hr.Header["User-Agent"] = []string{""} // or net/http sends its own
	}
	if m.Expect && hr.Header["Expect"] == nil {
		hr.Header.Set("Expect", "100-continue")
	}
	body := x.Request.Body
	if body == nil || body.Size() == 0 {
		x.recordRequest(m)
		return hr, nil
	}
	var err error
	if hr.Body, err = x.upload(m, body); err != nil {
		return nil, err
	}
	hr.ContentLength = body.Size()
	hr.GetBody = func() (io.ReadCloser, error) {
		if !fetch.Replayable(body) {
			return nil, fetch.ErrOnce
		}
		return x.upload(m, body)
	}
	return hr, nil
}

// target is where m goes, so that net/http asks for it byte for byte: what is opaque
// it leaves alone. But two slashes it would take for the start of a host.
func target(m *fetch.Message) *url.URL {
	u := &url.URL{Scheme: m.URL.Scheme(), Host: m.URL.Host()}
	absolute, isAbsolute := strings.CutPrefix(m.Target, u.Scheme+":")
	path, err := url.PathUnescape(m.URL.Path())
	switch {
	case isAbsolute:
		u.Opaque = absolute
	case strings.HasPrefix(m.Target, "//") && err == nil:
		u.Path, u.RawPath, u.RawQuery = path, m.URL.Path(), m.URL.RawQuery()
	default:
		u.Opaque = m.Target
	}
	return u
}

// upload opens body to be sent.
func (x *exchange) upload(m *fetch.Message, body fetch.Body) (io.ReadCloser, error) {
	r, err := fetch.OpenBody(body)
	if err != nil {
		return nil, err
	}
	x.recordRequest(m)
	return &upload{ReadCloser: r, exchange: x}, nil
}

// upload is a request's body that is watched.
type upload struct {
	io.ReadCloser
	exchange *exchange
}

func (u *upload) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	u.exchange.progress()
	u.exchange.captured.Sent(p[:n])
	if n > 0 && u.exchange.trace.ChunkSent != nil {
		u.exchange.trace.ChunkSent(u.exchange.ctx, n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = u.exchange.blame(err)
	}
	return n, err
}
