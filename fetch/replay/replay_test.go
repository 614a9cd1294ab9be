package replay_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"crawl/fetch"
	"crawl/fetch/fetchtest"
	"crawl/fetch/replay"
	"crawl/files"
	"crawl/files/warc"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreCurrent(),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

var day = time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)

// response is a record of an answer, so many seconds into the day.
func response(url string, second int, answer string) warc.Draft {
	return warc.Draft{
		Head: warc.Head{
			Type: warc.Response, TargetURI: url, Date: day.Add(time.Duration(second) * time.Second),
			ContentType: warc.HTTPResponse, IPAddress: "192.0.2.1",
		},
		Block: strings.NewReader(answer),
	}
}

func ok(body string) string { return "HTTP/1.1 200 OK\r\nX: y\r\n\r\n" + body }

// archive writes records and opens them.
func archive(t testing.TB, drafts ...warc.Draft) *replay.Archive {
	t.Helper()
	eng := newEngine(t)
	w, err := warc.OpenArchive(t.Context(), eng, "warc", warc.ArchiveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range drafts {
		if _, err := w.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if len(drafts) == 0 {
		return open(t, eng, ".")
	}
	return open(t, eng, "warc")
}

func newEngine(t testing.TB) files.Engine {
	t.Helper()
	eng, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	return eng
}

// open opens all files of a folder.
func open(t testing.TB, eng files.Engine, folder string) *replay.Archive {
	t.Helper()
	entries, err := eng.ReadDir(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	var sources []replay.Source
	for _, e := range entries {
		if strings.Contains(e.Name(), ".warc") {
			sources = append(sources, replay.Source{Engine: eng, Name: folder + "/" + e.Name()})
		}
	}
	a, err := replay.Open(t.Context(), sources...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func get(t testing.TB, f fetch.Fetcher, req *fetch.Request) (*fetch.Record, string, error) {
	t.Helper()
	rec, err := f.Fetch(t.Context(), req)
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(rec.Body)
	if e := rec.Body.Close(); err == nil {
		err = e
	}
	return rec, string(body), err
}

func TestFetch(t *testing.T) {
	revisit := func(url, of string, second int, head, payload string) warc.Draft {
		d := response(url, second, head)
		d.Type, d.Profile, d.RefersToTargetURI = warc.Revisit, warc.IdenticalPayload, of
		d.PayloadDigest = warc.Digest(payload)
		return d
	}
	cut := func(reason warc.Reason) warc.Draft {
		d := response("http://h/cut", 1, ok("half"))
		d.Truncated = reason
		return d
	}
	const helloSum = "sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N"
	unchanged := response("http://h/304", 9, "HTTP/1.1 304 Not Modified\r\n\r\n")
	unchanged.Type, unchanged.Profile, unchanged.RefersToTargetURI = warc.Revisit, warc.NotModified, "http://h/304"
	tests := []struct {
		name   string
		drafts []warc.Draft
		url    string
		want   string // "STATUS BODY"
		class  fetch.Class
	}{
		{"an answer", []warc.Draft{response("http://h/a", 1, ok("hello"))}, "http://h/a", "200 hello", ""},
		{"in another form of the URL", []warc.Draft{response("HTTP://H:80/a#x", 1, ok("hello"))}, "http://h/a", "200 hello", ""},
		{"with a password that is not asked for", []warc.Draft{response("http://h/a", 1, ok("hello"))}, "http://me:secret@h/a", "200 hello", ""},
		{"not there", []warc.Draft{response("http://h/a", 1, ok("hello"))}, "http://h/b", "", fetch.ClassNotArchived},
		{"nothing there", nil, "http://h/b", "", fetch.ClassNotArchived},
		{"no URL", nil, "http://", "", fetch.ClassBadURL},
		{"the latest", []warc.Draft{response("http://h/a", 2, ok("new")), response("http://h/a", 1, ok("old"))}, "http://h/a", "200 new", ""},
		{"that of a login, after its refusal", []warc.Draft{response("http://h/a", 1, ok("in")), response("http://h/a", 1, "HTTP/1.1 401 No\r\n\r\nout")},
			"http://h/a", "200 in", ""},
		{"a refusal", []warc.Draft{response("http://h/a", 1, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone")}, "http://h/a", "404 gone", ""},
		{"chunks", []warc.Draft{response("http://h/a", 1, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")}, "http://h/a", "200 hello", ""},
		{"chunks that are none", []warc.Draft{response("http://h/a", 1, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello")}, "http://h/a", "200 hello", ""},
		{"cut chunks", []warc.Draft{response("http://h/a", 1, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello")}, "http://h/a", "", fetch.ClassTruncated},
		{"a cut length", []warc.Draft{response("http://h/a", 1, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")}, "http://h/a", "", fetch.ClassTruncated},
		{"more than the length", []warc.Draft{response("http://h/a", 1, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\r\n")}, "http://h/a", "200 hello", ""},
		{"a cut head", []warc.Draft{response("http://h/a", 1, "HTTP/1.1 200 OK\r\nContent-Len")}, "http://h/a", "", fetch.ClassTruncated},
		{"no HTTP", []warc.Draft{response("http://h/a", 1, "hello\r\n\r\n")}, "http://h/a", "", fetch.ClassProtocol},
		{"HTTP/2", []warc.Draft{response("http://h/a", 1, "HTTP/2 200\r\nx: y\r\n\r\nhello")}, "http://h/a", "200 hello", ""},
		{"cut by a limit of size", []warc.Draft{cut(warc.TruncatedLength)}, "http://h/cut", "", fetch.ClassTooLarge},
		{"of time", []warc.Draft{cut(warc.TruncatedTime)}, "http://h/cut", "", fetch.ClassTimeoutTotal},
		{"by the server", []warc.Draft{cut(warc.TruncatedDisconnect)}, "http://h/cut", "", fetch.ClassTruncated},
		{"a revisit", []warc.Draft{response("http://h/a", 1, ok("hello")), revisit("http://h/b", "http://h/a", 2, "HTTP/1.1 201 Made\r\n\r\n", helloSum)},
			"http://h/b", "201 hello", ""},
		{"a revisit without a head", []warc.Draft{response("http://h/a", 1, ok("hello")), revisit("http://h/b", "http://h/a", 2, "", helloSum)},
			"http://h/b", "200 hello", ""},
		{"of its own URL", []warc.Draft{response("http://h/a", 1, ok("hello")), revisit("http://h/a", "", 2, "HTTP/1.1 201 Made\r\n", helloSum)},
			"http://h/a", "201 hello", ""},
		{"of another payload", []warc.Draft{response("http://h/a", 1, ok("other")), revisit("http://h/b", "http://h/a", 2, ok(""), helloSum)},
			"http://h/b", "", fetch.ClassNotArchived},
		{"of what is not there", []warc.Draft{revisit("http://h/b", "http://h/a", 2, ok(""), helloSum)}, "http://h/b", "", fetch.ClassNotArchived},
		{"of itself", []warc.Draft{revisit("http://h/b", "http://h/b", 2, ok(""), helloSum)}, "http://h/b", "", fetch.ClassNotArchived},
		{"not modified", []warc.Draft{response("http://h/304", 1, ok("hello")), unchanged}, "http://h/304", "200 hello", ""},
		{"not modified since nothing", []warc.Draft{unchanged}, "http://h/304", "", fetch.ClassNotArchived},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rec, body, err := get(t, archive(t, test.drafts...), &fetch.Request{URL: test.url})
			if fetch.ClassOf(err) != test.class || (err != nil) != (test.class != "") {
				t.Fatalf("%v, want class %q", err, test.class)
			}
			if err != nil {
				if e, _ := errors.AsType[*fetch.Error](err); e.URL != test.url || e.Reason == "" {
					t.Errorf("%+v", e)
				}
				return
			}
			if status, text, _ := strings.Cut(test.want, " "); rec.RawHead == "" || status != map[int]string{200: "200", 201: "201", 404: "404"}[rec.Status] || body != text {
				t.Errorf("%d %q, want %s", rec.Status, body, test.want)
			}
			if rec.URL != test.url || rec.RemoteAddr.Addr().String() != "192.0.2.1" || rec.Started.IsZero() {
				t.Errorf("%+v", rec)
			}
			if test.name == "HTTP/2" && rec.Proto != "HTTP/2.0" {
				t.Errorf("proto %s", rec.Proto)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	a := archive(t, response("http://h/a", 1, "HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 5\r\n\r\nhello"))
	if _, body, err := get(t, a, &fetch.Request{URL: "http://h/a", Method: "HEAD"}); body != "" || err != nil {
		t.Errorf("HEAD: %q, %v", body, err)
	}
	if _, _, err := get(t, a, &fetch.Request{URL: "http://h/a", Method: "POST"}); !errors.Is(err, fetch.ClassNotArchived) {
		t.Errorf("POST: %v", err)
	}
	rec, _, err := get(t, a, &fetch.Request{URL: "http://h/a"})
	if err != nil || rec.Header.Has("Retry-After") || !strings.Contains(rec.RawHead, "Retry-After") {
		t.Errorf("%+v, %v", rec, err)
	}
	if n, damaged := a.Len(); n != 1 || damaged != 0 {
		t.Errorf("%d captures, %d damaged", n, damaged)
	}
}

// With its layers an archive answers as a client does.
func TestStack(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("hello"))
	_ = z.Close()
	a := archive(t,
		response("http://h/a", 1, "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"),
		response("http://h/b", 1, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"+packed.String()),
		response("http://h/c", 1, "HTTP/1.1 302 Found\r\nLocation: /none\r\nContent-Length: 0\r\n\r\n"))
	f := fetch.Stack(a, fetch.Redirect(0), fetch.Decode(0))
	rec, body, err := get(t, f, &fetch.Request{URL: "http://h/a"})
	if err != nil || body != "hello" || rec.URL != "http://h/b" || len(rec.Redirects) != 1 {
		t.Errorf("%+v, %q, %v", rec, body, err)
	}
	_, _, err = get(t, f, &fetch.Request{URL: "http://h/c"})
	if e, _ := errors.AsType[*fetch.Error](err); e == nil || e.Class != fetch.ClassNotArchived || len(e.Redirects) != 1 {
		t.Errorf("%+v", err)
	}
}

func TestEnds(t *testing.T) {
	a := archive(t, response("http://h/a", 1, ok(strings.Repeat("x", 1<<20))))
	ctx, cancel := context.WithCancel(t.Context())
	rec, err := a.Fetch(ctx, &fetch.Request{URL: "http://h/a"})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(rec.Body); !errors.Is(err, fetch.ClassCancelled) {
		t.Errorf("cancelled: %v", err)
	}
	rec.Body.Close()
	if _, err := a.Fetch(t.Context(), &fetch.Request{URL: "http://h/a", Deadline: time.Now()}); !errors.Is(err, fetch.ClassTimeoutTotal) {
		t.Errorf("too late: %v", err)
	}
}

// A capture of a replay has what was in the archive, the request too where it stands
// behind the answer.
func TestCaptured(t *testing.T) {
	eng := newEngine(t)
	w, err := warc.OpenArchive(t.Context(), eng, "warc", warc.ArchiveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	answer := response("http://h/a", 1, ok("hello"))
	request := warc.Draft{Head: answer.Head, Block: strings.NewReader("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")}
	request.Type, request.ContentType = warc.Request, warc.HTTPRequest
	if _, err := w.Append(t.Context(), answer, request); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got := (&fetch.Recorder{}).Capture()
	defer got.Close()
	if _, _, err := get(t, open(t, eng, "warc"), &fetch.Request{URL: "http://h/a", Capture: got}); err != nil {
		t.Fatal(err)
	}
	x := got.Exchanges()[0]
	if string(x.Answer.Memory()) != ok("hello") || string(x.Request.Memory()) != "GET /a HTTP/1.1\r\nHost: h\r\n\r\n" || x.Cut != nil ||
		!x.Started.Equal(day.Add(time.Second)) || x.HeadSize != int64(len(ok(""))) {
		t.Errorf("%+v", x)
	}
}

// Damage in an archive is told, and keeps to its record.
func TestDamage(t *testing.T) {
	eng := newEngine(t)
	w, err := warc.OpenArchive(t.Context(), eng, "warc", warc.ArchiveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var places []warc.Place
	for _, url := range []string{"http://h/a", "http://h/b", "http://h/c"} {
		at, err := w.Append(t.Context(), response(url, 1, ok(url)))
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, at...)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := eng.Open(t.Context(), places[1].File, os.O_RDWR)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("damage"), places[1].Offset+places[1].Length/2); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	a := open(t, eng, "warc")
	if _, damaged := a.Len(); damaged == 0 {
		t.Error("no damage was seen")
	}
	for i, url := range []string{"http://h/a", "http://h/b", "http://h/c"} {
		_, body, err := get(t, a, &fetch.Request{URL: url})
		if i == 1 && err == nil || i != 1 && (err != nil || body != url) {
			t.Errorf("%s: %q, %v", url, body, err)
		}
	}
}

// TestWget: what wget has archived is answered as the server did.
func TestWget(t *testing.T) {
	wget, err := exec.LookPath("wget")
	if err != nil {
		t.Log("no wget here: its archives are not looked at")
		return
	}
	lab, err := fetchtest.Start(t.Context(), fetchtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()
	var urls []string
	for _, path := range []string{"/d/0/s/5000/1", "/d/0/s/0/2", "/redirect/2", "/status/404", "/gzip/3000", "/chunked/5000"} {
		urls = append(urls, lab.URL(0, path))
	}
	dir := t.TempDir()
	for name, args := range map[string][]string{"packed": nil, "plain": {"--no-warc-compression"}, "indexed": {"--warc-cdx"}} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(dir, name)
			args = append(append([]string{"-q", "-O", os.DevNull, "--tries=1", "--warc-file", out}, args...), urls...)
			cmd := exec.CommandContext(t.Context(), wget, args...)
			cmd.Dir = dir
			_ = cmd.Run() // one answer is a 404
			eng, err := files.NewDirect(dir, files.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer eng.Close()
			file := name + ".warc.gz"
			if name == "plain" {
				file = name + ".warc"
			}
			a, err := replay.Open(t.Context(), replay.Source{Engine: eng, Name: file})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			for _, url := range urls {
				want, wantBody, err := get(t, fetch.Stack(client, fetch.Redirect(0)), &fetch.Request{URL: url})
				if err != nil {
					t.Fatal(err)
				}
				got, body, err := get(t, fetch.Stack(a, fetch.Redirect(0)), &fetch.Request{URL: url})
				if err != nil || got.Status != want.Status || body != wantBody || got.URL != want.URL {
					t.Errorf("%s: %+v, %d bytes, %v; want %d, %d bytes", url, got, len(body), err, want.Status, len(wantBody))
				}
			}
		})
	}
}
