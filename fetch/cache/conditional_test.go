package cache

import (
	"reflect"
	"testing"

	"crawl/fetch"
)

func TestConditional(t *testing.T) {
	known := map[string][2]string{
		"http://a.test/both": {`"1"`, date(0)},
		"http://a.test/tag":  {`W/"1"`, ""},
		"http://a.test/date": {"", date(0)},
	}
	validators := func(url string) (string, string, bool) {
		v, ok := known[url]
		return v[0], v[1], ok
	}
	cases := []struct {
		method, url string
		header      fetch.Header
		want        fetch.Header
	}{
		{"", "http://a.test/both", nil, h("If-None-Match", `"1"`, "If-Modified-Since", date(0))},
		{"GET", "http://a.test/tag", h("X", "y"), h("X", "y", "If-None-Match", `W/"1"`)},
		{"HEAD", "http://a.test/date", nil, h("If-Modified-Since", date(0))},
		{"GET", "http://a.test/other", nil, nil},
		{"POST", "http://a.test/both", nil, nil},
		{"GET", "http://a.test/both", h("if-none-match", "*"), h("if-none-match", "*")},
		{"GET", "http://a.test/both", h("If-Modified-Since", date(day)), h("If-Modified-Since", date(day))},
		{"GET", "http://a.test/both", h("Range", "bytes=0-1"), h("Range", "bytes=0-1")},
	}
	for _, c := range cases {
		server := always(304, nil, "")
		rec, _ := get(t, Conditional(validators)(server), &fetch.Request{Method: c.method, URL: c.url, Header: c.header})
		if got := server.asked[0].Header; !reflect.DeepEqual(got, c.want) || rec.Status != 304 {
			t.Errorf("%s %s %v: sent %v", c.method, c.url, c.header, got)
		}
	}
}

// Validators belong to one URL: they do not follow a redirect.
func TestConditionalInsideRedirect(t *testing.T) {
	validators := func(url string) (string, string, bool) { return `"of ` + url + `"`, "", url != "http://a.test/2" }
	server := &origin{next: func(req *fetch.Request) (*fetch.Record, error) {
		if req.URL == "http://a.test/1" {
			return answer(req, 302, h("Location", "/2"), ""), nil
		}
		return answer(req, 200, nil, "here"), nil
	}}
	get(t, fetch.Stack(server, fetch.Redirect(0), Conditional(validators)), &fetch.Request{URL: "http://a.test/1"})
	if len(server.asked) != 2 || server.asked[0].Header.Get("If-None-Match") == "" || server.asked[1].Header.Has("If-None-Match") {
		t.Errorf("asked %+v", server.asked)
	}
}
