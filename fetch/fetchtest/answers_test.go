package fetchtest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/molecule-man/go-brrr"
)

func pageOf(t testing.TB, size int64) string {
	t.Helper()
	var b bytes.Buffer
	if n, err := plain(size).WriteTo(&b); err != nil || n != size {
		t.Fatalf("page of %d: %d, %v", size, n, err)
	}
	return b.String()
}

func TestPages(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	for _, size := range []int64{0, 1, 1500, 4096, 64 << 10, 64<<10 + 1, 3 << 20} {
		path := "/d/0/s/" + strconv.FormatInt(size, 10) + "/7"
		a := get(t, c, lab.URL(0, path))
		if a.StatusCode != 200 || a.ContentLength != size || int64(len(a.body)) != size || a.err != nil {
			t.Errorf("%s: %d, length %d, %d bytes, %v", path, a.StatusCode, a.ContentLength, len(a.body), a.err)
		}
		if size >= 4096 {
			if n := strings.Count(a.body, `<a href="/d/0/s/`); n != 20 || !strings.HasSuffix(a.body, pageEnd) || !strings.Contains(a.body, "<title>Page 7</title>") {
				t.Errorf("%s: %d links, starts %.80q", path, n, a.body)
			}
			if again := get(t, c, lab.URL(0, path)); again.body != a.body {
				t.Errorf("%s: differs the second time", path)
			}
		}
	}
	resp, err := c.Head(lab.URL(0, "/d/1/s/100000/1"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.ContentLength != 100000 {
		t.Errorf("HEAD says %d bytes", resp.ContentLength)
	}
}

func TestSmallAnswers(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	for _, want := range []struct {
		path, header, value, body string
		status                    int
	}{
		{"/empty", "", "", "", 204},
		{"/name/a%2Fb/../c%00?d=%C3%A9&e", "", "", "/name/a%2Fb/../c%00?d=%C3%A9&e", 200},
		{"/content-type?ct=image/png", "Content-Type", "image/png", pageOf(t, 1024), 200},
		{"/robots.txt", "Content-Type", "text/plain; charset=utf-8", "User-agent: *\nDisallow: /name/private/\nDisallow: /site/*/private/\n\nSitemap: http://" + lab.Addr() + "/site/5000/sitemap.xml\n", 200},
		{"/status/200", "", "", "200 OK\n", 200},
		{"/status/404", "", "", "404 Not Found\n", 404},
		{"/status/304", "", "", "", 304},
		{"/status/503?retry-after=-7%20x", "Retry-After", "-7 x", "503 Service Unavailable\n", 503},
		{"/status/799", "", "", "799\n", 799},
		{"/etag/v1", "Etag", `"v1"`, "this is \"v1\"\n", 200},
	} {
		a := get(t, c, lab.URL(0, want.path))
		if a.StatusCode != want.status || a.body != want.body || a.err != nil {
			t.Errorf("%s: %d %q, %v", want.path, a.StatusCode, a.body, a.err)
		}
		if want.header != "" && a.Header.Get(want.header) != want.value {
			t.Errorf("%s: %s is %q", want.path, want.header, a.Header.Get(want.header))
		}
		if a.Header.Get("Date") != "" || a.Header.Get("Server") != "" {
			t.Errorf("%s: fields nobody asked for: %v", want.path, a.Header)
		}
	}
}

func TestEtagMatches(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	for known, status := range map[string]int{`"v1"`: 304, `"v0", W/"v1"`: 304, "*": 304, `"v2"`: 200, "v1": 200} {
		if a := get(t, c, lab.URL(0, "/etag/v1"), "If-None-Match", known); a.StatusCode != status || a.Header.Get("ETag") != `"v1"` {
			t.Errorf("%s: %d, want %d", known, a.StatusCode, status)
		}
	}
	got, err := talk(t, lab, "GET /etag/v1 HTTP/1.1\r\nhost: lab\r\nif-none-match: \"v1\"\r\nconnection: close\r\n\r\n")
	if err != nil || !strings.HasPrefix(got, "HTTP/1.1 304 ") {
		t.Errorf("lower case: %v, %q", err, got)
	}
}

func TestTrials(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	statuses := func(path string) (all []int) {
		for range 4 {
			a := get(t, c, lab.URL(0, path))
			all = append(all, a.StatusCode)
			if after := a.Header.Get("Retry-After"); a.StatusCode == 429 && after != "30" {
				t.Errorf("%s: Retry-After %q", path, after)
			}
		}
		return all
	}
	for path, want := range map[string][]int{
		"/flaky/2/a":    {503, 503, 200, 200},
		"/flaky/0/a":    {200, 200, 200, 200},
		"/limit/1/30/a": {429, 200, 200, 200},
		"/limit/3/30/b": {429, 429, 429, 200},
	} {
		if got := statuses(path); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	lab.ResetStats()
	if a := get(t, c, lab.URL(0, "/flaky/1/a")); a.StatusCode != 503 {
		t.Errorf("after a reset: %d", a.StatusCode)
	}
	a := get(t, c, lab.URL(0, "/limit/1/3600/d?date=1"))
	if at, err := http.ParseTime(a.Header.Get("Retry-After")); err != nil || time.Until(at) < 50*time.Minute {
		t.Errorf("date %q: %v", a.Header.Get("Retry-After"), err)
	}
}

func TestRedirects(t *testing.T) {
	lab := start(t, 2)
	c := client(t)
	for _, want := range []struct {
		path, location string
		status         int
	}{
		{"/redirect/3", "/redirect/2", 302},
		{"/redirect/1", landing, 302},
		{"/redirect/loop", "/redirect/loop", 302},
		{"/redirect/relative", ".." + landing, 302},
		{"/redirect/none", "", 302},
		{"/redirect/to?url=https%3A%2F%2Fexample.com%2F%23f&status=308", "https://example.com/#f", 308},
		{"/redirect/to?url=/empty", "/empty", 302},
		{"/redirect/to?url=javascript:alert(1)&status=200", "javascript:alert(1)", 302},
	} {
		a := get(t, c, lab.URL(0, want.path))
		if a.StatusCode != want.status || a.Header.Get("Location") != want.location {
			t.Errorf("%s: %d to %q", want.path, a.StatusCode, a.Header.Get("Location"))
		}
	}
	following := &http.Client{Transport: c.Transport}
	for _, path := range []string{"/redirect/4", "/redirect/relative", "/redirect/other-host"} {
		if a := get(t, following, lab.URL(1, path)); a.StatusCode != 200 || a.Request.URL.Path != landing {
			t.Errorf("%s ends at %s with %d", path, a.Request.URL, a.StatusCode)
		}
	}
	a := get(t, c, lab.URL(0, "/redirect/other-host"))
	if to, err := url.Parse(a.Header.Get("Location")); err != nil || to.Host == a.Request.URL.Host {
		t.Errorf("other host is %s: %v", to, err)
	}
}

func TestCodings(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	gunzip := func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
	for _, size := range []int64{0, 10000, 300000} {
		for _, want := range []struct {
			name, encoding string
			decode         func(io.Reader) (io.Reader, error)
		}{
			{"gzip", "gzip", gunzip},
			{"deflate", "deflate", func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }},
			{"rawdeflate", "deflate", func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil }},
			{"br", "br", func(r io.Reader) (io.Reader, error) { return brrr.NewReader(r), nil }},
			{"zstd", "zstd", func(r io.Reader) (io.Reader, error) {
				return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
			}},
			{"multi-gzip", "gzip", gunzip},
			{"nested", "br, gzip", func(r io.Reader) (io.Reader, error) {
				z, err := gzip.NewReader(r)
				return brrr.NewReader(z), err
			}},
		} {
			path := "/" + want.name + "/" + strconv.FormatInt(size, 10)
			for range 2 { // the second is remembered
				a := get(t, c, lab.URL(0, path))
				if a.Header.Get("Content-Encoding") != want.encoding || a.err != nil {
					t.Fatalf("%s: coded %q, %v", path, a.Header.Get("Content-Encoding"), a.err)
				}
				r, err := want.decode(strings.NewReader(a.body))
				if err != nil {
					t.Fatalf("%s: %v", path, err)
				}
				if body, err := io.ReadAll(r); err != nil || string(body) != pageOf(t, size) {
					t.Errorf("%s: %d bytes, %v", path, len(body), err)
				}
			}
		}
	}
}

func TestTwoMembers(t *testing.T) {
	r, err := gzip.NewReader(bytes.NewReader(twoMembers([]byte("onetwo"))))
	if err != nil {
		t.Fatal(err)
	}
	r.Multistream(false)
	if first, err := io.ReadAll(r); err != nil || string(first) != "one" {
		t.Errorf("first member %q, %v", first, err)
	}
}

func TestBomb(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	for _, size := range []int64{0, 5, zeroRun, 10*zeroRun + 17} {
		a := get(t, c, lab.URL(0, "/bomb/"+strconv.FormatInt(size, 10)))
		if a.err != nil || a.ContentLength != int64(len(a.body)) || int64(len(a.body)) > size/500+100 {
			t.Errorf("bomb of %d: %d bytes, length %d, %v", size, len(a.body), a.ContentLength, a.err)
		}
		r, err := gzip.NewReader(strings.NewReader(a.body))
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); n != size || err != nil { // checks the sum, too
			t.Errorf("bomb of %d: %d, %v", size, n, err)
		}
	}
}

func TestBrokenCodings(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	a := get(t, c, lab.URL(0, "/wrong-encoding"))
	if a.Header.Get("Content-Encoding") != "gzip" || a.body != pageOf(t, 1024) {
		t.Errorf("/wrong-encoding: %v %.40q", a.Header, a.body)
	}
	a = get(t, c, lab.URL(0, "/cut/gzip/4096"))
	r, err := gzip.NewReader(strings.NewReader(a.body))
	if a.err != nil || err != nil {
		t.Fatal(a.err, err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("/cut/gzip: %v", err)
	}
}

func TestFraming(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	for _, size := range []int64{0, 1, 5000, 1 << 20} {
		n := strconv.FormatInt(size, 10)
		for _, path := range []string{"/chunked/" + n, "/close/" + n} {
			a := get(t, c, lab.URL(0, path))
			if a.StatusCode != 200 || a.body != pageOf(t, size) || a.err != nil || a.ContentLength != -1 {
				t.Errorf("%s: %d, %d bytes, length %d, %v", path, a.StatusCode, len(a.body), a.ContentLength, a.err)
			}
			if inChunks := len(a.TransferEncoding) > 0; inChunks != strings.HasPrefix(path, "/chunked") {
				t.Errorf("%s: transfer coding %v", path, a.TransferEncoding)
			}
		}
	}
	for _, size := range []int{64, 1000, 1100, 65536} {
		head, err := talk(t, lab, ask("/headers/"+strconv.Itoa(size)))
		if err != nil || len(head) != size || !strings.HasSuffix(head, "\r\n\r\n") {
			t.Errorf("head of %d: %d, %v", size, len(head), err)
		}
	}
	a := get(t, c, lab.URL(0, "/headers/70000"))
	if a.StatusCode != 200 || len(a.Header.Values("X-Filler")) < 60 {
		t.Errorf("big head: %d, %d fields", a.StatusCode, len(a.Header.Values("X-Filler")))
	}
}

func TestCutsAreSeen(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	for _, path := range []string{"/cut/length/10000", "/cut/length/1", "/cut/chunked/10000", "/cut/chunked/1"} {
		if a := get(t, c, lab.URL(0, path)); !errors.Is(a.err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %d bytes, %v", path, len(a.body), a.err)
		}
	}
	if a := get(t, c, lab.URL(0, "/cut/length/10000")); a.body != pageOf(t, 5000) {
		t.Errorf("/cut/length sent %d bytes", len(a.body))
	}
	got, err := talk(t, lab, ask("/cut/head"))
	if err != nil || strings.Contains(got, "\r\n\r\n") || got == "" {
		t.Errorf("/cut/head: %q, %v", got, err)
	}
	if got, err := talk(t, lab, ask("/reset")); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("/reset: %q, %v", got, err)
	}
}

func TestSlowAnswersArriveWhole(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	if a := get(t, c, lab.URL(0, "/slow/body/1/20")); a.body != string(filler[:20]) || a.err != nil {
		t.Errorf("/slow/body: %q, %v", a.body, a.err)
	}
	if a := get(t, c, lab.URL(0, "/slow/head/0")); a.StatusCode != 200 || a.body != "" {
		t.Errorf("/slow/head: %d %q", a.StatusCode, a.body)
	}
}

func TestEndlessGoesOn(t *testing.T) {
	lab := start(t, 1)
	resp, err := client(t).Get(lab.URL(0, "/endless"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.CopyN(io.Discard, resp.Body, 5<<20); err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestEcho(t *testing.T) {
	lab := start(t, 1)
	got, err := talk(t, lab, "PUT /echo?a=%20b HTTP/1.1\r\nHost: lab\r\nx-oDD: 1\r\nX-Odd:  2 \r\nContent-Length: 4\r\nconnection: close\r\n\r\nbody")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(got, "\r\n\r\n")
	var asked struct {
		Method, Target, Body string
		Headers              [][2]string
	}
	if err := json.Unmarshal([]byte(body), &asked); err != nil {
		t.Fatalf("%v in %q", err, got)
	}
	want := [][2]string{{"Host", "lab"}, {"x-oDD", "1"}, {"X-Odd", "2"}, {"Content-Length", "4"}, {"connection", "close"}}
	if asked.Method != "PUT" || asked.Target != "/echo?a=%20b" || asked.Body != "body" || !slices.Equal(asked.Headers, want) {
		t.Errorf("echo %+v", asked)
	}
}

func TestCookies(t *testing.T) {
	lab := start(t, 1)
	cookies := get(t, client(t), lab.URL(0, "/cookie/set?a=1&b=two")).Cookies()
	if len(cookies) != 2 || cookies[0].String() != "a=1; Path=/" || cookies[1].String() != "b=two; Path=/" {
		t.Errorf("cookies %v", cookies)
	}
}

func TestStatsPage(t *testing.T) {
	lab := start(t, 1)
	c := client(t)
	get(t, c, lab.URL(0, "/status/404"))
	a := get(t, c, lab.URL(0, "/stats"))
	var s Stats
	if err := json.Unmarshal([]byte(a.body), &s); err != nil || s.Requests != 1 || s.Bytes != int64(len("404 Not Found\n")) {
		t.Errorf("%v in %s", err, a.body)
	}
}
