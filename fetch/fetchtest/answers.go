package fetchtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

func notFound(x *exchange) { x.say(404, "no such path here; / lists them all") }

func empty(x *exchange) { x.SetStatusCode(204) }

func name(x *exchange) {
	x.SetContentType("text/plain; charset=utf-8")
	x.SetBody(x.RequestURI())
}

func contentType(x *exchange) {
	x.SetContentType(x.query("ct", "application/octet-stream"))
	p := plain(1024)
	x.stream(p.size, p)
}

func robots(x *exchange) {
	x.say(200, "User-agent: *\nDisallow: /name/private/\nDisallow: /site/*/private/\n\n"+
		"Sitemap: http://"+string(x.Host())+"/site/"+strconv.Itoa(DefaultPages)+"/sitemap.xml")
}

func status(x *exchange) {
	code := int(min(x.num[0], 1000))
	if code < 200 || code > 999 {
		x.say(404, "no such status; want 200 to 999")
		return
	}
	if after := x.query("retry-after", ""); after != "" {
		x.set("Retry-After", after)
	}
	x.say(code, strings.TrimSpace(strconv.Itoa(code)+" "+http.StatusText(code)))
}

func flaky(x *exchange) {
	if x.lab.trials.next(x.Path()) <= x.num[0] {
		x.say(503, "not yet")
		return
	}
	x.say(200, "at last")
}

func limit(x *exchange) {
	if x.lab.trials.next(x.Path()) > x.num[0] {
		x.say(200, "welcome")
		return
	}
	after := strconv.FormatInt(x.num[1], 10)
	if x.query("date", "") == "1" {
		at := time.Now().Add(time.Duration(min(x.num[1], 1<<31)) * time.Second)
		after = at.UTC().Format(http.TimeFormat)
	}
	x.set("Retry-After", after)
	x.say(429, "too many requests")
}

// trials counts the requests of paths whose answer changes with them.
type trials struct {
	mu   sync.Mutex
	seen map[string]int64
}

// next returns 1 for the first request of a path, then 2 and so on.
func (t *trials) next(path []byte) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[string]int64{}
	}
	t.seen[string(path)]++
	return t.seen[string(path)]
}

func (t *trials) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = nil
}

// field returns a field of the request, which fasthttp keeps as it was written.
func (x *exchange) field(name string) string {
	for key, value := range x.Request.Header.All() {
		if strings.EqualFold(string(key), name) {
			return string(value)
		}
	}
	return ""
}

// echo shows the request with its header fields as they were sent, in order.
func echo(x *exchange) {
	var headers [][2]string
	for line := range strings.Lines(string(x.Request.Header.RawHeaders())) {
		if name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":"); ok {
			headers = append(headers, [2]string{name, strings.TrimSpace(value)})
		}
	}
	x.json(struct {
		Method  string      `json:"method"`
		Target  string      `json:"target"`
		Headers [][2]string `json:"headers"`
		Body    string      `json:"body"`
	}{string(x.Method()), string(x.RequestURI()), headers, string(x.PostBody())})
}

func (x *exchange) json(v any) {
	x.SetContentType("application/json")
	e := json.NewEncoder(x)
	e.SetIndent("", "  ")
	e.Encode(v) // into memory
}

// etag answers as RFC 9110 section 13.1.2 says, comparing weakly.
func etag(x *exchange) {
	tag := `"` + x.text + `"`
	x.set("ETag", tag)
	for known := range strings.SplitSeq(x.field("If-None-Match"), ",") {
		known = strings.TrimSpace(known)
		if known == "*" || strings.TrimPrefix(known, "W/") == tag {
			x.SetStatusCode(304)
			return
		}
	}
	x.say(200, "this is "+tag)
}

func setCookies(x *exchange) {
	for name, value := range x.QueryArgs().All() {
		var c fasthttp.Cookie
		c.SetKeyBytes(name)
		c.SetValueBytes(value)
		c.SetPath("/")
		x.Response.Header.SetCookie(&c)
	}
	x.say(200, "set; /echo shows what comes back")
}

func showStats(x *exchange) { x.json(x.lab.Stats()) }

func resetStats(x *exchange) {
	x.lab.ResetStats()
	x.say(200, "counting anew")
}
