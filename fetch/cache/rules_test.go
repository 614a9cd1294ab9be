package cache

import (
	"testing"
	"time"

	"crawl/fetch"
)

const url = "http://a.test/x"

// step is one request. With a zero from, the server must not be asked.
type step struct {
	wait   time.Duration // before it
	method string
	header fetch.Header

	from fetch.Header  // of the server's answer
	code int           // its status; 0: the server must not be asked
	slow time.Duration // it takes
	body string

	sent   string // If-None-Match that the server must see
	want   string // the body; "" is as in body
	status int    // 0: as code, or 200
	cached bool
}

const (
	second = time.Second
	day    = 24 * time.Hour
)

// hit is a request that is answered from the store.
func hit(wait time.Duration, body string, header ...string) step {
	return step{wait: wait, header: h(header...), want: body, cached: true}
}

// miss is a request that gets a whole answer from the server.
func miss(wait time.Duration, body string, from fetch.Header, header ...string) step {
	return step{wait: wait, header: h(header...), code: 200, from: from, body: body, want: body}
}

// valid is a request that makes the server confirm what is stored.
func valid(wait time.Duration, tag, body string, from fetch.Header, header ...string) step {
	return step{wait: wait, header: h(header...), code: 304, status: 200, from: from, sent: tag, want: body, cached: true}
}

// Each case is about the section of RFC 9111 in its name.
var rules = map[string][]step{
	// What is stored.
	"3 fresh answers are used again":       {miss(0, "a", h("Cache-Control", "max-age=10")), hit(9*second, "a"), miss(second, "b", nil)},
	"3 no-store":                           {miss(0, "a", h("Cache-Control", "max-age=10, no-store")), miss(0, "b", nil)},
	"3 no-store of the request":            {miss(0, "a", h("Cache-Control", "max-age=10"), "Cache-Control", "no-store"), miss(0, "b", nil)},
	"3 private is for us":                  {miss(0, "a", h("Cache-Control", "private, max-age=10")), hit(0, "a")},
	"3 nothing to go by":                   {miss(0, "a", nil), miss(0, "b", nil)},
	"3 a status that is not heuristic":     {{code: 302, from: h("Last-Modified", date(-day)), body: "a", want: "a"}, miss(0, "b", nil)},
	"3 but it may say how long":            {{code: 302, from: h("Cache-Control", "max-age=10"), body: "a", want: "a"}, {want: "a", status: 302, cached: true}},
	"3 errors are answers too":             {{code: 404, from: h("Cache-Control", "max-age=10"), body: "a", want: "a"}, {want: "a", status: 404, cached: true}},
	"3.3 partial answers":                  {{code: 206, from: h("Cache-Control", "max-age=10"), body: "a", want: "a"}, miss(0, "b", nil)},
	"3.3 requests for a part":              {miss(0, "abc", h("Cache-Control", "max-age=10")), miss(0, "b", nil, "Range", "bytes=1-1"), hit(0, "abc")},
	"3.5 authorization":                    {miss(0, "a", h("Cache-Control", "max-age=10"), "Authorization", "Basic x"), miss(0, "b", nil)},
	"3.5 authorization, public":            {miss(0, "a", h("Cache-Control", "public, max-age=10"), "Authorization", "Basic x"), hit(0, "a")},
	"3.5 authorization, s-maxage":          {miss(0, "a", h("Cache-Control", "s-maxage=1, max-age=10"), "Authorization", "Basic x"), hit(0, "a")},
	"3.5 authorization, must-revalidate":   {miss(0, "a", h("Cache-Control", "must-revalidate, max-age=10"), "Authorization", "Basic x"), hit(0, "a")},
	"conditions of the caller pass":        {miss(0, "a", h("Cache-Control", "max-age=10")), {header: h("If-None-Match", `"z"`), code: 304, sent: `"z"`, status: 304}, hit(0, "a")},
	"another host name is another content": {miss(0, "a", h("Cache-Control", "max-age=10")), miss(0, "b", nil, "Host", "b.test")},

	// Freshness.
	"4.2.1 max-age before Expires":      {miss(0, "a", h("Cache-Control", "max-age=10", "Expires", date(-day), "Date", date(0))), hit(9*second, "a")},
	"4.2.1 s-maxage is not for us":      {miss(0, "a", h("Cache-Control", "s-maxage=0, max-age=10")), hit(9*second, "a")},
	"4.2.1 Expires":                     {miss(0, "a", h("Expires", date(10*second), "Date", date(0))), hit(9*second, "a"), miss(second, "b", nil)},
	"4.2.1 Expires is relative to Date": {miss(0, "a", h("Expires", date(-day+10*second), "Date", date(-day))), miss(0, "b", nil)},
	"4.2.1 Expires: 0":                  {miss(0, "a", h("Expires", "0", "Last-Modified", date(-100*day))), {code: 200, body: "b", want: "b"}},
	"4.2.1 the first max-age counts":    {miss(0, "a", h("Cache-Control", "max-age=10, max-age=100")), hit(9*second, "a"), miss(2*second, "b", nil)},
	"4.2.1 max-age that is no number":   {miss(0, "a", h("Cache-Control", "max-age=-1", "Expires", date(day))), miss(0, "b", nil)},
	"4.2.1 max-age in quotes":           {miss(0, "a", h("Cache-Control", `max-age="10"`)), hit(9*second, "a")},
	"4.2.1 max-age without end":         {miss(0, "a", h("Cache-Control", "max-age=99999999999999999999")), hit(1000*day, "a")},
	"4.2.2 a tenth of Last-Modified":    {miss(0, "a", h("Last-Modified", date(-100*second))), hit(9*second, "a"), {wait: second, code: 200, body: "b", want: "b"}},
	"4.2.2 a day at most":               {miss(0, "a", h("Last-Modified", date(-1000*day))), hit(day-second, "a"), {wait: second, code: 200, body: "b", want: "b"}},
	"4.2.2 public makes it possible":    {{code: 500, from: h("Cache-Control", "public", "Last-Modified", date(-100*second)), body: "a", want: "a"}, {want: "a", status: 500, cached: true}},
	"4.2.3 Age counts":                  {miss(0, "a", h("Cache-Control", "max-age=10", "Age", "5")), hit(4*second, "a"), miss(second, "b", nil)},
	"4.2.3 the way here counts":         {{slow: 5 * second, code: 200, from: h("Cache-Control", "max-age=10"), body: "a", want: "a"}, hit(4*second, "a"), miss(second, "b", nil)},
	"4.2.3 Date counts":                 {miss(0, "a", h("Cache-Control", "max-age=10", "Date", date(-5*second))), hit(4*second, "a"), miss(second, "b", nil)},
	"4.2.3 a Date to come does not":     {miss(0, "a", h("Cache-Control", "max-age=10", "Date", date(day))), hit(9*second, "a"), miss(second, "b", nil)},

	// Variants.
	"4.1 Vary": {
		miss(0, "de", h("Cache-Control", "max-age=10", "Vary", "Accept-Language"), "Accept-Language", "de"),
		miss(0, "fr", h("Cache-Control", "max-age=10", "Vary", "Accept-Language"), "Accept-Language", "fr"),
		hit(0, "de", "accept-language", " de "), hit(0, "fr", "Accept-Language", "fr"), miss(0, "en", nil),
	},
	"4.1 absent equals absent":      {miss(0, "a", h("Cache-Control", "max-age=10", "Vary", "Cookie")), hit(0, "a"), miss(0, "b", nil, "Cookie", "")},
	"4.1 lists are compared spaced": {miss(0, "a", h("Cache-Control", "max-age=10", "Vary", "accept"), "Accept", "a,b"), hit(0, "a", "Accept", "a , b")},
	"4.1 Vary: * never matches":     {miss(0, "a", h("Cache-Control", "max-age=10", "Vary", "*")), miss(0, "b", nil)},
	"4.1 nor within a list":         {miss(0, "a", h("Cache-Control", "max-age=10", "Vary", "Accept, *")), miss(0, "b", nil)},
	"4.1 the newest that fits": {
		miss(0, "old", h("Cache-Control", "max-age=100", "Vary", "A")),
		miss(0, "new", h("Cache-Control", "max-age=100"), "A", "1"), hit(0, "new"),
	},

	// Validation.
	"4.3 a confirmed answer is fresh again": {
		miss(0, "a", h("ETag", `"1"`, "Cache-Control", "max-age=10")),
		valid(10*second, `"1"`, "a", h("ETag", `"1"`, "Cache-Control", "max-age=20")), hit(19*second, "a"),
		{wait: second, code: 200, sent: `"1"`, body: "b", want: "b"},
	},
	"4.3.1 weak tags will do":       {miss(0, "a", h("ETag", `W/"1"`)), valid(0, `W/"1"`, "a", h("ETag", `W/"1"`)), valid(0, `W/"1"`, "a", nil)},
	"4.3.3 a changed answer":        {miss(0, "a", h("ETag", `"1"`)), {code: 200, sent: `"1"`, from: h("ETag", `"2"`), body: "b", want: "b"}, valid(0, `"2"`, "b", nil)},
	"4.3.3 a failure is the answer": {miss(0, "a", h("ETag", `"1"`)), {code: 503, sent: `"1"`, body: "no", want: "no"}, valid(0, `"1"`, "a", nil)},
	"5.2.2.4 no-cache asks each time": {
		miss(0, "a", h("ETag", `"1"`, "Cache-Control", "no-cache, max-age=10")), valid(0, `"1"`, "a", nil), valid(0, `"1"`, "a", nil),
	},
	"5.2.2.4 no-cache without a validator": {miss(0, "a", h("Cache-Control", "no-cache, max-age=10")), miss(0, "b", nil)},

	// What requests may say.
	"5.2.1.1 max-age":                       {miss(0, "a", h("Cache-Control", "max-age=100")), hit(5*second, "a", "Cache-Control", "max-age=5"), miss(second, "b", nil, "Cache-Control", "max-age=5")},
	"5.2.1.2 max-stale":                     {miss(0, "a", h("Cache-Control", "max-age=10")), hit(15*second, "a", "Cache-Control", "max-stale=5"), hit(day, "a", "Cache-Control", "max-stale"), miss(0, "b", nil)},
	"5.2.1.2 max-stale has an end":          {miss(0, "a", h("Cache-Control", "max-age=10")), miss(16*second, "b", nil, "Cache-Control", "max-stale=5")},
	"5.2.2.2 must-revalidate forbids it":    {miss(0, "a", h("Cache-Control", "max-age=10, must-revalidate")), hit(0, "a", "Cache-Control", "max-stale"), miss(10*second, "b", nil, "Cache-Control", "max-stale")},
	"5.2.1.3 min-fresh":                     {miss(0, "a", h("Cache-Control", "max-age=10")), hit(5*second, "a", "Cache-Control", "min-fresh=5"), miss(0, "b", nil, "Cache-Control", "min-fresh=6")},
	"5.2.1.4 no-cache":                      {miss(0, "a", h("ETag", `"1"`, "Cache-Control", "max-age=10")), valid(0, `"1"`, "a", nil, "Cache-Control", "no-cache")},
	"5.4 Pragma: no-cache":                  {miss(0, "a", h("ETag", `"1"`, "Cache-Control", "max-age=10")), valid(0, `"1"`, "a", nil, "Pragma", "no-cache"), hit(0, "a", "Pragma", "no-cache", "Cache-Control", "max-age=9")},
	"5.2.1.7 only-if-cached":                {{header: h("Cache-Control", "only-if-cached"), status: 504, cached: true}, miss(0, "a", h("Cache-Control", "max-age=10")), hit(0, "a", "Cache-Control", "only-if-cached"), {wait: day, header: h("Cache-Control", "only-if-cached"), status: 504, cached: true}},
	"RFC 8246 immutable outlives a reload":  {miss(0, "a", h("Cache-Control", "max-age=10, immutable", "ETag", `"1"`)), hit(5*second, "a", "Cache-Control", "max-age=0"), valid(0, `"1"`, "a", nil, "Cache-Control", "no-cache")},
	"RFC 8246 nor what the request wants":   {miss(0, "a", h("Cache-Control", "max-age=10, immutable")), miss(20*second, "b", nil, "Cache-Control", "max-age=5, max-stale")},
	"RFC 8246 but not its own freshness":    {miss(0, "a", h("Cache-Control", "max-age=10, immutable", "ETag", `"1"`)), valid(10*second, `"1"`, "a", nil, "Cache-Control", "max-age=0")},
	"RFC 5861 stale-while-revalidate is no": {miss(0, "a", h("Cache-Control", "max-age=10, stale-while-revalidate=100")), miss(10*second, "b", nil)},

	// Other methods.
	"4 HEAD is answered from GET": {miss(0, "a", h("Cache-Control", "max-age=10")), {method: "HEAD", cached: true}},
	"4 but never the other way":   {{method: "HEAD", code: 200, from: h("Cache-Control", "max-age=10")}, miss(0, "a", nil)},
	"4.3.5 HEAD freshens": {
		miss(0, "a", h("Cache-Control", "max-age=10", "ETag", `"1"`)),
		{wait: 10 * second, method: "HEAD", code: 200, from: h("Cache-Control", "max-age=10", "ETag", `"1"`)}, hit(9*second, "a"),
	},
	"4.3.5 HEAD tells of a change": {
		miss(0, "a", h("Cache-Control", "max-age=10", "ETag", `"1"`)),
		{wait: 10 * second, method: "HEAD", code: 200, from: h("ETag", `"2"`)}, miss(0, "b", nil),
	},
	"4.4 unsafe methods":        {miss(0, "a", h("Cache-Control", "max-age=10")), {method: "POST", code: 201}, miss(0, "b", nil)},
	"4.4 unless they fail":      {miss(0, "a", h("Cache-Control", "max-age=10")), {method: "POST", code: 500}, hit(0, "a")},
	"4.4 OPTIONS and TRACE are": {miss(0, "a", h("Cache-Control", "max-age=10")), {method: "OPTIONS", code: 200}, {method: "TRACE", code: 200}, hit(0, "a")},
}

func TestRules(t *testing.T) {
	for name, steps := range rules {
		t.Run(name, func(t *testing.T) {
			stores(t, func(t *testing.T, s Store) { run(t, s, steps) })
		})
	}
}

func run(t *testing.T, s Store, steps []step) {
	server := &origin{}
	f := Layer(s, strict(t))(server)
	for i, step := range steps {
		<-time.After(step.wait)
		server.asked = nil
		server.next = func(req *fetch.Request) (*fetch.Record, error) {
			<-time.After(step.slow)
			return answer(req, step.code, step.from, step.body), nil
		}
		rec, body := get(t, f, &fetch.Request{Method: step.method, URL: url, Header: step.header})

		if asked := len(server.asked) > 0; asked != (step.code != 0) || len(server.asked) > 1 {
			t.Errorf("step %d: server asked %d times", i, len(server.asked))
		} else if asked && step.sent != "" && server.asked[0].Header.Get("If-None-Match") != step.sent {
			t.Errorf("step %d: server was sent %v", i, server.asked[0].Header)
		}
		status := step.status
		if status == 0 {
			status = max(200, step.code)
		}
		if rec.Status != status || body != step.want || rec.Cached != step.cached {
			t.Errorf("step %d: got %d %q cached %v, want %d %q %v", i, rec.Status, body, rec.Cached, status, step.want, step.cached)
		}
	}
}
