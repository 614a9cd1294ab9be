package warc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/files"
	"crawl/files/warc"
	"crawl/files/warc/cdxj"
)

func newSink(t testing.TB, opt Options) (*Sink, files.Engine) {
	t.Helper()
	eng, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	return reopen(t, eng, opt), eng
}

func reopen(t testing.TB, eng files.Engine, opt Options) *Sink {
	t.Helper()
	s, err := Open(t.Context(), eng, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Sink) mustClose(t testing.TB) {
	t.Helper()
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

var began = time.Date(2026, 11, 26, 3, 26, 17, 5e8, time.UTC)

// exchange captures one as a client does.
func exchange(t testing.TB, to *fetch.Capture, url, request, answer string, cut error) *fetch.Record {
	t.Helper()
	req := &fetch.Request{URL: url, Capture: to}
	x := to.Begin(req)
	x.Sent([]byte(request))
	x.Received([]byte(answer))
	rec, err := fetch.ReadAnswer(bufio.NewReader(strings.NewReader(answer)), req)
	if err != nil {
		t.Fatal(err)
	}
	rec.Started = began
	x.Answered(rec, len(rec.RawHead), len(answer)-len(rec.RawHead))
	if cut == nil {
		cut = io.EOF
	}
	x.End(cut, 0)
	return rec
}

const (
	get   = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	hello = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
)

// summary is what a record is about, in short.
func summary(r *warc.Record) string {
	s := fmt.Sprint(r.Type, " ", r.TargetURI)
	if r.Profile != "" {
		s += " " + path.Base(string(r.Profile)) + " " + r.RefersToTargetURI
	}
	if r.Truncated != "" {
		s += " " + string(r.Truncated)
	}
	block, _ := io.ReadAll(r.Block)
	if r.Type == warc.Metadata {
		s += " " + strings.ReplaceAll(strings.TrimSpace(string(block)), "\r\n", "; ")
	}
	return s
}

// records reads all archives but for their warcinfos, and checks the links between records.
func records(t testing.TB, eng files.Engine) (all []string) {
	t.Helper()
	names, err := ours(t.Context(), eng)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, indexExtension) {
			continue
		}
		f, err := eng.Open(t.Context(), name, os.O_RDONLY)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r := warc.NewReader(f, warc.ReaderOptions{Verify: true})
		ids := map[string]string{} // of answers, their URLs
		for {
			rec, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if rec.Type == warc.Warcinfo {
				continue
			}
			if rec.Type == warc.Request || rec.Type == warc.Metadata {
				if len(rec.ConcurrentTo) != 1 || ids[rec.ConcurrentTo[0]] != rec.TargetURI {
					t.Errorf("%s of %s is concurrent to %q", rec.Type, rec.TargetURI, rec.ConcurrentTo)
				}
			} else {
				ids[rec.ID] = rec.TargetURI
			}
			if !rec.Date.Equal(began.Truncate(time.Second)) {
				t.Errorf("%s of %s is of %s", rec.Type, rec.TargetURI, rec.Date)
			}
			all = append(all, summary(rec))
		}
	}
	return all
}

func (s *Sink) put(t testing.TB, url, answer string) sink.Stored {
	t.Helper()
	got := s.Capture()
	defer got.Close()
	stored, err := s.Put(t.Context(), exchange(t, got, url, get, answer, nil), url)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// TestVisits pins which records a visit makes.
func TestVisits(t *testing.T) {
	const moved = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
	tooLarge := &fetch.Error{Class: fetch.ClassTooLarge, Reason: "the body is larger than 3 bytes"}
	closed := &fetch.Error{Class: fetch.ClassCancelled, Reason: "closed"}
	tests := []struct {
		name  string
		visit func(t *testing.T, s *Sink, got *fetch.Capture) error
		want  []string
	}{
		{"an answer", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			_, err := s.Put(t.Context(), exchange(t, got, "http://h/", get, hello, nil), "http://h/")
			return err
		}, []string{"response http://h/", "request http://h/"}},
		{"a redirect", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			exchange(t, got, "http://h/a", get, moved, nil)
			_, err := s.Put(t.Context(), exchange(t, got, "http://h/b", get, hello, nil), "http://h/a")
			return err
		}, []string{"response http://h/b", "request http://h/b", "metadata http://h/b via: http://h/a", "response http://h/a", "request http://h/a"}},
		{"a refusal", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			exchange(t, got, "http://h/a", get, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", nil)
			_, err := s.Keep(t.Context(), got, nil)
			return err
		}, []string{"response http://h/a", "request http://h/a"}},
		{"not modified", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			exchange(t, got, "http://h/a", get, "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", nil)
			_, err := s.Keep(t.Context(), got, nil)
			return err
		}, []string{"revisit http://h/a server-not-modified http://h/a", "request http://h/a"}},
		{"no answer", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			stored, err := s.Keep(t.Context(), got, &fetch.Error{Class: fetch.ClassDNS})
			if stored != (sink.Stored{}) {
				t.Errorf("%+v", stored)
			}
			return err
		}, nil},
		{"cut", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			cut := &fetch.Error{Class: fetch.ClassTruncated, Reason: "the body ended early"}
			exchange(t, got, "http://h/a", get, hello[:len(hello)-1], cut)
			_, err := s.Keep(t.Context(), got, cut)
			return err
		}, []string{"response http://h/a disconnect", "request http://h/a", "metadata http://h/a fetchError: truncated: the body ended early"}},
		{"too slow", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			exchange(t, got, "http://h/a", get, hello[:len(hello)-1], &fetch.Error{Class: fetch.ClassTimeoutIdle, Reason: "silence"})
			_, err := s.Keep(t.Context(), got, nil)
			return err
		}, []string{"response http://h/a time", "request http://h/a", "metadata http://h/a fetchError: timeout_idle: silence"}},
		{"too large", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			exchange(t, got, "http://h/a", get, hello, closed)
			_, err := s.Keep(t.Context(), got, tooLarge)
			return err
		}, []string{"response http://h/a length", "request http://h/a", "metadata http://h/a fetchError: too_large: the body is larger than 3 bytes"}},
		{"not wanted", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			exchange(t, got, "http://h/a", get, hello, closed)
			_, err := s.Keep(t.Context(), got, nil)
			return err
		}, []string{"response http://h/a unspecified", "request http://h/a"}},
		{"a password in the URL", func(t *testing.T, s *Sink, got *fetch.Capture) error {
			exchange(t, got, "http://me:secret@h/a", get, moved, nil)
			_, err := s.Put(t.Context(), exchange(t, got, "http://me:secret@h/b", get, hello, nil), "http://me:secret@h/a")
			return err
		}, []string{"response http://h/b", "request http://h/b", "metadata http://h/b via: http://h/a", "response http://h/a", "request http://h/a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, eng := newSink(t, Options{})
			got := s.Capture()
			if err := test.visit(t, s, got); err != nil {
				t.Fatal(err)
			}
			got.Close()
			s.mustClose(t)
			if all := records(t, eng); !slices.Equal(all, test.want) {
				t.Errorf("%q\nwant %q", all, test.want)
			}
			checkIndex(t, eng)
		})
	}
}

// checkIndex expects the indexes to be those that a second look at the archives makes.
func checkIndex(t testing.TB, eng files.Engine) {
	t.Helper()
	var want []cdxj.Line
	names, err := ours(t.Context(), eng)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, indexExtension) {
			continue
		}
		f, err := eng.Open(t.Context(), name, os.O_RDONLY)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var lines []cdxj.Line
		for l, err := range cdxj.Lines(warc.NewReader(f, warc.ReaderOptions{}), path.Base(name)) {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, l)
		}
		slices.SortFunc(lines, func(a, b cdxj.Line) int { return strings.Compare(string(a.Append(nil)), string(b.Append(nil))) })
		want = append(want, lines...)
	}
	if got := index(t, eng); !reflect.DeepEqual(got, want) {
		t.Errorf("indexes\n%+v\nwant\n%+v", got, want)
	}
}

// TestRequestsKeepSecrets: what logs in is nobody else's business.
func TestRequestsKeepSecrets(t *testing.T) {
	const rest = "\r\nCookie: a=b\r\n\r\nbody with Authorization: in it"
	for request, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic c2VjcmV0" + rest:                                   "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: ***" + rest,
		"GET / HTTP/1.1\r\nproxy-authorization: Basic c2VjcmV0\r\nHost: h" + rest:                             "GET / HTTP/1.1\r\nproxy-authorization: ***\r\nHost: h" + rest,
		"GET / HTTP/1.1\r\nHost: h" + rest:                                                                    "GET / HTTP/1.1\r\nHost: h" + rest,
		"GET / HTTP/1.1\r\nAUTHORIZATION: x" + strings.Repeat("x", 5000) + rest + string(make([]byte, 2<<20)): "GET / HTTP/1.1\r\nAUTHORIZATION: ***" + rest + string(make([]byte, 2<<20)),
	} {
		s, _ := newSink(t, Options{})
		got := s.Capture()
		exchange(t, got, "http://h/", request, hello, nil)
		block := masked(&got.Exchanges()[0].Request)
		text, err := io.ReadAll(io.NewSectionReader(block, 0, block.Size()))
		if err != nil || string(text) != want {
			t.Errorf("%d bytes, %.100q, %v; want %d", len(text), text, err, len(want))
		}
		if tail := make([]byte, 10); block.Size() > 100 {
			if _, err := block.ReadAt(tail, block.Size()-10); err != nil || string(tail) != want[len(want)-10:] {
				t.Errorf("tail %q, %v", tail, err)
			}
		}
		got.Close()
		s.mustClose(t)
	}
}

func TestHTTP2IsSaid(t *testing.T) {
	s, eng := newSink(t, Options{})
	got := s.Capture()
	rec := exchange(t, got, "https://h/", get, hello, nil)
	got.Exchanges()[0].Proto = "HTTP/2.0"
	stored, err := s.Put(t.Context(), rec, "https://h/")
	got.Close()
	if err != nil {
		t.Fatal(err)
	}
	s.mustClose(t)
	f, err := eng.Open(t.Context(), stored.WARC.Path, os.O_RDONLY)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := warc.NewReaderAt(f, stored.WARC.Offset, stored.WARC.Length, warc.ReaderOptions{}).Next()
	if err != nil || r.Header.Get("WARC-Protocol") != "h2" {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestDedupe: equal payloads are revisits, also of an earlier run's, whether that ended or
// was killed.
func TestDedupe(t *testing.T) {
	other := strings.Replace(hello, "text/plain", "text/html", 1)
	for _, killed := range []bool{false, true} {
		s, eng := newSink(t, Options{Dedupe: true})
		a := s.put(t, "http://h/a", hello)
		b := s.put(t, "http://h/b", other)
		s.put(t, "http://h/c", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		s.put(t, "http://h/d", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		if a.SHA256 != b.SHA256 || b.Bytes != 5 || a.WARC.Digest != b.WARC.Digest {
			t.Errorf("%+v, %+v", a, b)
		}
		s.mustClose(t)
		if killed {
			if err := eng.Remove(t.Context(), indexName(a.WARC.Path)); err != nil {
				t.Fatal(err)
			}
		}
		info, err := eng.Stat(t.Context(), a.WARC.Path)
		if err != nil {
			t.Fatal(err)
		}
		s = reopen(t, eng, Options{Dedupe: true, Known: map[string]sink.Extent{a.WARC.Path: {End: info.Size()}}})
		s.put(t, "http://h/e", hello)
		s.mustClose(t)
		want := []string{
			"response http://h/a", "request http://h/a",
			"revisit http://h/b identical-payload-digest http://h/a", "request http://h/b",
			"response http://h/c", "request http://h/c",
			"response http://h/d", "request http://h/d",
			"revisit http://h/e identical-payload-digest http://h/a", "request http://h/e",
		}
		if all := records(t, eng); !slices.Equal(all, want) {
			t.Errorf("%q\nwant %q", all, want)
		}
		checkIndex(t, eng)
	}
}

// TestResume pins what a start does with the files that it finds.
func TestResume(t *testing.T) {
	s, eng := newSink(t, Options{})
	first := s.put(t, "http://h/a", hello)
	s.mustClose(t)
	s = reopen(t, eng, Options{}) // goes on in a file of its own, since that one is finished
	second := s.put(t, "http://h/b", hello)
	s.put(t, "http://h/c", hello)
	s.mustClose(t)
	if first.WARC.Path == second.WARC.Path {
		t.Error("a finished file grew")
	}
	if err := eng.WriteFile(t.Context(), indexName(second.WARC.Path), []byte("h)/b 2026\x00\x00\x00")); err != nil { // as after a power failure
		t.Fatal(err)
	}
	if err := eng.WriteFile(t.Context(), Folder+"/somebody-elses.warc.gz", nil); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, eng, Options{Known: map[string]sink.Extent{second.WARC.Path: {End: second.WARC.Offset + second.WARC.Length}}})
	third := s.put(t, "http://h/d", hello)
	s.mustClose(t)
	if third.WARC.Path != second.WARC.Path || third.WARC.Offset != second.WARC.Offset+second.WARC.Length {
		t.Errorf("%+v, %+v", second, third)
	}
	want := []string{"response http://h/a", "request http://h/a", "response http://h/b", "request http://h/b", "response http://h/d", "request http://h/d"}
	if all := records(t, eng); !slices.Equal(all, want) {
		t.Errorf("%q\nwant %q", all, want)
	}
	checkIndex(t, eng)

	if err := eng.Remove(t.Context(), indexName(second.WARC.Path)); err != nil {
		t.Fatal(err)
	}
	reopen(t, eng, Options{}).mustClose(t) // nothing of it is known
	if all := records(t, eng); !slices.Equal(all, want[:2]) {
		t.Errorf("%q\nwant %q", all, want[:2])
	}
	if err := RemoveAll(t.Context(), eng); err != nil {
		t.Fatal(err)
	}
	left, err := eng.ReadDir(t.Context(), Folder)
	if err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
	_, err = Open(t.Context(), eng, Options{Known: map[string]sink.Extent{}})
	if err != nil {
		t.Error(err)
	}
}

// A file that has lost what a manifest knows is no file to go on with.
func TestShortFile(t *testing.T) {
	s, eng := newSink(t, Options{})
	stored := s.put(t, "http://h/a", hello)
	s.mustClose(t)
	if err := eng.Remove(t.Context(), indexName(stored.WARC.Path)); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), eng, Options{Known: map[string]sink.Extent{stored.WARC.Path: {End: 1 << 20}}})
	if disk := (*sink.Error)(nil); !errors.As(err, &disk) {
		t.Errorf("got %v", err)
	}
}

func TestLayer(t *testing.T) {
	s, eng := newSink(t, Options{})
	boom := &fetch.Error{Class: fetch.ClassReset, Reason: "gone"}
	fetcher := s.Layer()(fetch.FetcherFunc(func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		if strings.HasSuffix(req.URL, "/none") {
			return nil, boom
		}
		return exchange(t, req.Capture, req.URL, get, hello, nil), nil
	}))
	req := &fetch.Request{URL: "http://h/robots.txt"}
	rec, err := fetcher.Fetch(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := rec.Bytes(); string(body) != "hello" || err != nil || req.Capture != nil {
		t.Errorf("%q, %v", body, err)
	}
	if _, err := fetcher.Fetch(t.Context(), &fetch.Request{URL: "http://h/none"}); err != boom {
		t.Errorf("got %v", err)
	}
	s.mustClose(t)
	if all := records(t, eng); !slices.Equal(all, []string{"response http://h/robots.txt", "request http://h/robots.txt"}) {
		t.Errorf("%q", all)
	}
}

// What was not captured can't be kept.
func TestUncaptured(t *testing.T) {
	s, _ := newSink(t, Options{})
	if _, err := s.Put(t.Context(), &fetch.Record{Request: &fetch.Request{}}, "http://h/"); err == nil {
		t.Error("no error")
	}
	s.mustClose(t)
}

// TestVerify: what no manifest is about is verified, too.
func TestVerify(t *testing.T) {
	tests := []struct {
		name   string
		damage func(t *testing.T, eng files.Engine, file string, at sink.Section)
		want   []string
	}{
		{"nothing", func(*testing.T, files.Engine, string, sink.Section) {}, nil},
		{"the beginning", func(t *testing.T, eng files.Engine, file string, _ sink.Section) { overwrite(t, eng, file, 100) },
			[]string{"at byte 0"}},
		{"the index", func(t *testing.T, eng files.Engine, file string, _ sink.Section) {
			if err := eng.WriteFile(t.Context(), indexName(file), []byte("h)/ 2026 {}\n")); err != nil {
				t.Fatal(err)
			}
		}, []string{"line 1 of its index", "its index lacks what stands at byte"}},
		{"a tail", func(t *testing.T, eng files.Engine, file string, at sink.Section) {
			if err := files.Truncate(t.Context(), eng, file, at.Offset+at.Length+30); err != nil {
				t.Fatal(err)
			}
		}, []string{"at byte"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, eng := newSink(t, Options{})
			stored := s.put(t, "http://h/a", hello)
			s.mustClose(t)
			test.damage(t, eng, stored.WARC.Path, stored.WARC)
			var got []string
			known := map[string]sink.Spans{stored.WARC.Path: {{Offset: stored.WARC.Offset, Length: stored.WARC.Length}}}
			err := Verify(t.Context(), eng, known, func(file, problem string) { got = append(got, problem) })
			if err != nil || len(got) != len(test.want) {
				t.Fatalf("%q, %v", got, err)
			}
			for i := range got {
				if !strings.Contains(got[i], test.want[i]) {
					t.Errorf("%q, want %q", got[i], test.want[i])
				}
			}
		})
	}
}

func overwrite(t testing.TB, eng files.Engine, name string, at int64) {
	t.Helper()
	f, err := eng.Open(t.Context(), name, os.O_RDWR)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("damage"), at); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestMend: what power failure took from the middle of a file is filled, and all else
// stays where it is.
func TestMend(t *testing.T) {
	for name, zeros := range map[string]func(lost sink.Section) (from, to int64){
		"all of a visit":    func(s sink.Section) (int64, int64) { return s.Offset, s.Offset + s.Length },
		"its beginning":     func(s sink.Section) (int64, int64) { return s.Offset, s.Offset + 20 },
		"its end":           func(s sink.Section) (int64, int64) { return s.Offset + s.Length - 20, s.Offset + s.Length },
		"the warcinfo, too": func(s sink.Section) (int64, int64) { return 0, s.Offset + s.Length },
		"only the warcinfo": func(s sink.Section) (int64, int64) { return 0, s.Offset },
		"nothing":           func(s sink.Section) (int64, int64) { return s.Offset, s.Offset },
	} {
		t.Run(name, func(t *testing.T) {
			s, eng := newSink(t, Options{})
			body := make([]byte, 200<<10) // so that several records fill its place
			_, _ = rand.NewChaCha8([32]byte{}).Read(body)
			lost := s.put(t, "http://h/a", "HTTP/1.1 200 OK\r\n\r\n"+string(body))
			kept := s.put(t, "http://h/b", hello)
			s.mustClose(t)
			if err := eng.Remove(t.Context(), indexName(lost.WARC.Path)); err != nil {
				t.Fatal(err)
			}
			from, to := zeros(lost.WARC)
			f, err := eng.Open(t.Context(), lost.WARC.Path, os.O_RDWR)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteAt(make([]byte, to-from), from); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			span := sink.Span{Offset: kept.WARC.Offset, Length: kept.WARC.Length}
			known := map[string]sink.Spans{kept.WARC.Path: {span}}
			s = reopen(t, eng, Options{
				Known: map[string]sink.Extent{kept.WARC.Path: sink.Extent{}.Add(span)},
				Spans: func(context.Context, string) (sink.Spans, error) { return known[kept.WARC.Path], nil },
			})
			added := s.put(t, "http://h/c", hello)
			s.mustClose(t)
			known[added.WARC.Path] = append(known[added.WARC.Path], sink.Span{Offset: added.WARC.Offset, Length: added.WARC.Length})
			err = Verify(t.Context(), eng, known, func(file, problem string) { t.Errorf("%s: %s", file, problem) })
			if err != nil {
				t.Error(err)
			}
			checkIndex(t, eng)
			if got := suite(Options{}).Read(t, eng, kept); got != "hello" {
				t.Errorf("read %q", got)
			}
		})
	}
}
