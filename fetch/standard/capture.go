package standard

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"

	"crawl/fetch"
)

// recordRequest captures the head of m as it is in HTTP/1.1. It begins anew each time,
// since net/http may send a request twice.
func (x *exchange) recordRequest(m *fetch.Message) {
	if x.captured == nil {
		return
	}
	x.captured.SentAnew()
	head := m.Method + " " + m.Target + " HTTP/1.1\r\nHost: " + m.Host + "\r\n"
	if body := x.Request.Body; body != nil && body.Size() >= 0 {
		head += "Content-Length: " + strconv.FormatInt(body.Size(), 10) + "\r\n"
	}
	x.captured.Sent([]byte(head + lines(m.Header) + "\r\n"))
}

// recordAnswer captures the head of the answer as it is in HTTP/1.1, with the words
// of the standard where HTTP/2 has none.
func (x *exchange) recordAnswer() {
	if x.captured == nil {
		return
	}
	head := fmt.Sprintf("HTTP/1.1 %03d %s\r\n%s\r\n", x.Status, cmp.Or(x.Reason, http.StatusText(x.Status)), lines(x.Header))
	x.captured.Received([]byte(head))
	x.captured.Answered(&x.Record, len(head), 0)
}

func lines(h fetch.Header) string {
	var text string
	for _, f := range h {
		text += f.Name + ": " + f.Value + "\r\n"
	}
	return text
}
