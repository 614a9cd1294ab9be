package standard

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"crawl/fetch"
)

func text(t testing.TB, r *fetch.Recording) string {
	t.Helper()
	b, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCapture: what HTTP/2 says is written down as HTTP/1.1 has it.
func TestCapture(t *testing.T) {
	server, opt := secure(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header()["Date"] = nil
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", "5")
		if r.URL.Path == "/404" {
			w.WriteHeader(404)
		}
		io.WriteString(w, "hello")
	})
	c := newClient(t, opt)
	host := server.Listener.Addr().String()
	for _, test := range []struct {
		req          *fetch.Request
		sent, answer string
	}{
		{&fetch.Request{URL: server.URL + "/a?b"}, "GET /a?b HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: crawl\r\n\r\n", "HTTP/1.1 200 OK"},
		{&fetch.Request{URL: server.URL + "/404", Header: fetch.Header{{Name: "X-Own", Value: "me"}}},
			"GET /404 HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: crawl\r\nX-Own: me\r\n\r\n", "HTTP/1.1 404 Not Found"},
		{&fetch.Request{URL: server.URL + "/", Method: "POST", Body: fetch.Text("some text")},
			"POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 9\r\nUser-Agent: crawl\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nsome text", "HTTP/1.1 200 OK"},
		{&fetch.Request{URL: server.URL + "/", Method: "POST", Body: fetch.Reader(strings.NewReader("some text"), -1), Header: fetch.Header{{Name: "Content-Type", Value: "x/y"}}},
			"POST / HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: crawl\r\nContent-Type: x/y\r\n\r\nsome text", "HTTP/1.1 200 OK"},
	} {
		test.req.Capture = (&fetch.Recorder{}).Capture()
		if _, _, err := read(t.Context(), c, test.req); err != nil {
			t.Fatal(err)
		}
		if len(test.req.Capture.Exchanges()) != 1 {
			t.Fatalf("%d exchanges", len(test.req.Capture.Exchanges()))
		}
		x := test.req.Capture.Exchanges()[0]
		if got := text(t, &x.Request); got != test.sent {
			t.Errorf("sent %q, want %q", got, test.sent)
		}
		if got, want := text(t, &x.Answer), test.answer+"\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello"; got != want {
			t.Errorf("answer %q, want %q", got, want)
		}
		if x.Proto != "HTTP/2.0" || x.Cut != nil || x.Answer.Size()-x.HeadSize != 5 || x.RemoteAddr.String() != host {
			t.Errorf("%+v", x)
		}
		test.req.Capture.Close()
	}
}

func TestCaptureOfWhatBreaks(t *testing.T) {
	server, opt := secure(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	c := newClient(t, opt)
	got := (&fetch.Recorder{}).Capture()
	defer got.Close()
	if _, _, err := read(t.Context(), c, &fetch.Request{URL: server.URL + "/none", Capture: got}); err == nil || len(got.Exchanges()) != 0 {
		t.Errorf("%v, %d exchanges", err, len(got.Exchanges()))
	}
	_, _, err := read(t.Context(), c, &fetch.Request{URL: server.URL, Capture: got})
	if err == nil || len(got.Exchanges()) != 1 {
		t.Fatalf("%v, %d exchanges", err, len(got.Exchanges()))
	}
	if x := got.Exchanges()[0]; !errors.Is(x.Cut, fetch.ClassTruncated) || !strings.HasSuffix(text(t, &x.Answer), "\r\n\r\nhalf") {
		t.Errorf("%v, %q", x.Cut, text(t, &x.Answer))
	}
}
