package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"crawl/pipeline"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"1", time.Second},
		{" 120 ", 2 * time.Minute},
		{"4294967296", (1 << 32) * time.Second},
		{"9000000000000000000", (1 << 32) * time.Second},
		{"9223372036854775808", (1 << 32) * time.Second}, // 2^63
		{"99999999999999999999", (1 << 32) * time.Second},
		{strings.Repeat("9", 1000), (1 << 32) * time.Second},
		{"-99999999999999999999", 0},
		{"-1", 0},
		{"+1", 0},
		{"1.5", 0},
		{"1s", 0},
		{"0x10", 0},
		{"soon", 0},
		{now.Add(time.Minute).Format(http.TimeFormat), time.Minute},
		{now.Add(time.Minute).Format("Monday, 02-Jan-06 15:04:05 GMT"), time.Minute},
		{now.Add(time.Minute).Format(time.ANSIC), time.Minute},
		{now.Add(-time.Minute).Format(http.TimeFormat), 0},
		{now.Format(http.TimeFormat), 0},
		{"Fri, 31 Dec 9999 23:59:59 GMT", 1<<63 - 1},
		{"Fri, 99 Dec 2026 23:59:59 GMT", 0},
	}
	for _, tt := range tests {
		if got := RetryAfter(Header{{"retry-after", tt.value}}, now); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.value, got, tt.want)
		}
	}
	if got := RetryAfter(nil, now); got != 0 {
		t.Errorf("none: %v", got)
	}
}

func TestRetryable(t *testing.T) {
	again := map[int]bool{408: true, 425: true, 429: true, 500: true, 502: true, 503: true, 504: true}
	for status := 100; status < 600; status++ {
		if _, ok := Retryable(&Request{}, &Record{Status: status}, nil); ok != again[status] {
			t.Errorf("status %d: %v", status, ok)
		}
	}
	if after, _ := Retryable(&Request{}, &Record{Status: 429, Header: Header{{"Retry-After", "7"}}}, nil); after != 7*time.Second {
		t.Errorf("after %v", after)
	}
	worth := map[Class]bool{
		ClassDNS: true, ClassRefused: true, ClassReset: true, ClassTruncated: true, ClassTimeoutConnect: true, ClassTimeoutIdle: true,
		ClassTimeoutTotal: false, ClassTLS: false, ClassProtocol: false, ClassEncoding: false, ClassTooLarge: false,
		ClassRedirectLoop: false, ClassRedirectLimit: false, ClassBadURL: false, ClassPrivateAddress: false, ClassDisk: false, ClassCancelled: false,
	}
	for class, want := range worth {
		if _, ok := Retryable(&Request{}, nil, fmt.Errorf("wrapped: %w", &Error{Class: class})); ok != want {
			t.Errorf("%s: %v", class, ok)
		}
	}
	if _, ok := Retryable(&Request{}, nil, &Error{Class: ClassDNS, Err: &net.DNSError{IsNotFound: true}}); ok {
		t.Error("a host that does not exist is not worth another try")
	}
	if _, ok := Retryable(&Request{}, nil, errors.New("of another kind")); ok {
		t.Error("an unknown error is not worth another try")
	}
}

// TestRetryableWithHarm has methods that must not be repeated once a server may have
// got something.
func TestRetryableWithHarm(t *testing.T) {
	led := []Hop{{URL: "http://a.example/", Status: 307}}
	spent := Reader(strings.NewReader("x"), 1)
	if _, err := spent.Open(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		req  Request
		rec  *Record
		err  error
		want bool
	}{
		{"POST answered", Request{Method: "POST"}, &Record{Status: 503}, nil, false},
		{"PATCH dropped", Request{Method: "PATCH"}, nil, &Error{Class: ClassReset}, false},
		{"POST unanswered", Request{Method: "POST"}, nil, &Error{Class: ClassTimeoutIdle}, false},
		{"POST refused", Request{Method: "POST"}, nil, fmt.Errorf("wrapped: %w", &Error{Class: ClassRefused}), true},
		{"POST to a name that can't be looked up now", Request{Method: "POST"}, nil, &Error{Class: ClassDNS}, true},
		{"POST not connected", Request{Method: "POST"}, nil, &Error{Class: ClassTimeoutConnect}, true},
		{"POST redirected and refused", Request{Method: "POST"}, nil, &Error{Class: ClassRefused, Redirects: led}, false},
		{"method of one's own", Request{Method: "BUY"}, nil, &Error{Class: ClassReset}, false},
		{"PUT dropped", Request{Method: "PUT"}, nil, &Error{Class: ClassReset}, true},
		{"GET redirected and refused", Request{}, nil, &Error{Class: ClassRefused, Redirects: led}, true},
		{"PUT of what is gone", Request{Method: "PUT", Body: spent}, nil, &Error{Class: ClassReset}, false},
	}
	for _, tt := range tests {
		if _, ok := Retryable(&tt.req, tt.rec, tt.err); ok != tt.want {
			t.Errorf("%s: %v", tt.name, ok)
		}
	}
}

// TestRetry runs in virtual time. Script is what the server does, one word a try:
// a status, a status/Retry-After, or a class.
func TestRetry(t *testing.T) {
	policy := pipeline.Retry{Max: 3, Base: time.Second, Cap: 10 * time.Second}
	tests := []struct {
		name, method, script string
		total                time.Duration
		tries                int
		status               int
		class                Class
		min, max             time.Duration
	}{
		{"good at once", "", "200", 0, 1, 200, "", 0, 0},
		{"not worth it", "", "404", 0, 1, 404, "", 0, 0},
		{"better later", "", "503 reset 200", 0, 3, 200, "", 0, 3 * time.Second},
		{"never better", "", "500 500 500 502", 0, 4, 502, "", 0, 7 * time.Second},
		{"never there", "", "refused refused refused reset", 0, 4, 0, ClassReset, 0, 7 * time.Second},
		{"fails for good", "", "503 tls", 0, 2, 0, ClassTLS, 0, time.Second},
		{"Retry-After", "", "429/20 200", 0, 2, 200, "", 20 * time.Second, 21 * time.Second},
		{"POST", "POST", "503", 0, 1, 503, "", 0, 0},
		{"POST that never got there", "POST", "refused 200", 0, 2, 200, "", 0, time.Second},
		{"HEAD", "HEAD", "503 200", 0, 2, 200, "", 0, time.Second},
		{"no time", "", "429/3600", 5 * time.Second, 1, 429, "", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				script := strings.Fields(tt.script)
				tries, open := 0, 0
				f := Stack(FetcherFunc(func(_ context.Context, req *Request) (*Record, error) {
					word := script[tries]
					tries++
					status, after, _ := strings.Cut(word, "/")
					rec := &Record{URL: req.URL, Header: Header{{"Retry-After", after}}}
					if _, err := fmt.Sscan(status, &rec.Status); err != nil {
						return nil, &Error{Class: Class(word), URL: req.URL, Reason: "scripted"}
					}
					open++
					rec.Body = closing{strings.NewReader(word), func() { open-- }}
					return rec, nil
				}), Retry(policy))
				ctx, cancel := context.WithCancel(t.Context())
				if tt.total > 0 {
					ctx, cancel = context.WithTimeout(ctx, tt.total)
				}
				defer cancel()
				start := time.Now()
				rec, body, err := read(ctx, f, &Request{Method: tt.method, URL: "http://x/"})
				if took := time.Since(start); took < tt.min || took > tt.max {
					t.Errorf("took %v, want %v to %v", took, tt.min, tt.max)
				}
				if tries != tt.tries || open != 0 {
					t.Errorf("%d tries, %d open bodies; want %d, 0", tries, open, tt.tries)
				}
				if tt.class != "" {
					wantClass(t, err, tt.class)
				} else if err != nil || rec.Status != tt.status || body != script[tries-1] {
					t.Errorf("%+v, %q, %v", rec, body, err)
				}
			})
		})
	}
}

func TestRetryCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := Stack(answeringStatus(503), Retry(pipeline.Retry{Max: 1, Base: time.Hour, Cap: time.Hour}))
		time.AfterFunc(0, cancel)
		_, _, err := read(ctx, f, &Request{URL: "http://x/"})
		wantClass(t, err, ClassCancelled)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v is not context.Canceled", err)
		}
	})
}

// TestRetryNoTime has a deadline that the next try could not meet: nobody waits for it.
func TestRetryNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := Stack(answeringStatus(503), Retry(pipeline.Retry{Max: 9, Base: time.Minute, Cap: time.Minute}))
		start := time.Now()
		rec, _, err := read(t.Context(), f, &Request{URL: "http://x/", Deadline: start.Add(time.Minute)})
		if err != nil || rec.Status != 503 {
			t.Errorf("%+v, %v, want the last answer", rec, err)
		}
		if took := time.Since(start); took >= time.Minute {
			t.Errorf("waited %v for a deadline of a minute", took)
		}
	})
}

func answeringStatus(status int) Fetcher {
	return FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
		rec, err := answering("").Fetch(ctx, req)
		rec.Status = status
		return rec, err
	})
}

func TestStackOrder(t *testing.T) {
	var order []string
	layer := func(name string) Layer {
		return func(next Fetcher) Fetcher {
			return FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
				order = append(order, name)
				return next.Fetch(ctx, req)
			})
		}
	}
	get(t, Stack(answering(""), layer("outer"), layer("inner")), "http://x/")
	if strings.Join(order, " ") != "outer inner" {
		t.Errorf("called %v", order)
	}
}

func TestHeader(t *testing.T) {
	h := Header{{"A", "1"}, {"b", "2"}, {"a", "3"}}
	before := fmt.Sprint(h)
	changed := h
	changed.Set("A", "4")
	changed.Add("C", "5")
	if got, want := fmt.Sprint(changed), "[{b 2} {A 4} {C 5}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if fmt.Sprint(h) != before {
		t.Errorf("the copied header became %v", h)
	}
	if h.Get("B") != "2" || h.Get("x") != "" || !h.Has("b") || h.Has("x") || fmt.Sprint(h.Values("A")) != "[1 3]" {
		t.Errorf("look-ups in %v", h)
	}
}
