package warc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"crawl/files"
	"crawl/files/errfs"
)

// noon is what the clock of the tests says.
var noon = time.Date(2026, 11, 26, 12, 0, 0, 123456789, time.UTC)

func clock() time.Time { return noon }

// engine is a new folder that fails by the rules.
func engine(t testing.TB, rules ...errfs.Rule) (*errfs.Engine, string) {
	t.Helper()
	folder := t.TempDir()
	direct, err := files.NewDirect(folder, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { direct.Close() })
	return errfs.New(direct, rules...), folder
}

func open(t testing.TB, eng files.Engine, opt ArchiveOptions) *Archive {
	t.Helper()
	opt.Now = clock
	a, err := OpenArchive(t.Context(), eng, "warc", opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

const answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"

// fetched is a capture of url: what was asked and what came.
func fetched(url, body string) []Draft {
	return []Draft{
		{Head{Type: Request, TargetURI: url, ContentType: HTTPRequest, IPAddress: "192.0.2.1"},
			strings.NewReader("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")},
		{Head{Type: Response, TargetURI: url, ContentType: HTTPResponse, IPAddress: "192.0.2.1"},
			strings.NewReader(answer + body)},
	}
}

func appended(t testing.TB, a *Archive, capture []Draft) []Place {
	t.Helper()
	places, err := a.Append(t.Context(), capture...)
	if err != nil {
		t.Fatal(err)
	}
	return places
}

// entry is what a test wants to know of a record.
type entry struct {
	Type  Type
	URI   string
	Block string
	Err   string
}

// readAll reads a file to its end, damage or not.
func readAll(file io.Reader) (entries []entry) {
	r := NewReader(file, ReaderOptions{Verify: true})
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return entries
		}
		if err != nil {
			entries = append(entries, entry{Err: err.Error()})
			if _, ok := errors.AsType[*Error](err); !ok {
				return entries
			}
			continue
		}
		e := entry{Type: rec.Type, URI: rec.TargetURI}
		block, err := io.ReadAll(rec.Block)
		if e.Block = string(block); err != nil {
			e.Err = err.Error()
		}
		entries = append(entries, e)
	}
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestAppend: what is written is read again, in order and where it was said to be.
func TestAppend(t *testing.T) {
	for _, plain := range []bool{false, true} {
		for _, digest := range []Algorithm{SHA1, SHA256} {
			t.Run(fmt.Sprint(plain, digest), func(t *testing.T) {
				eng, folder := engine(t)
				a := open(t, eng, ArchiveOptions{Plain: plain, Digest: digest, Info: Header{{"software", "crawl\r\ntest"}}})
				large := strings.Repeat("0123456789abcdef", maxParallel/16)
				var places []Place
				for _, body := range []string{"", "hello", large} {
					places = append(places, appended(t, a, fetched("https://example.com/"+body[:min(len(body), 5)], body))...)
				}
				places = append(places, appended(t, a, []Draft{
					{Head: Head{Type: Revisit, TargetURI: "https://example.com/again", ContentType: HTTPResponse,
						Profile: IdenticalPayload, PayloadDigest: Sum(SHA1, make([]byte, 20)), Truncated: TruncatedLength,
						RefersToTargetURI: "https://example.com/", RefersToDate: noon, RefersTo: places[1].ID},
						Block: strings.NewReader(answer)},
					{Head: Head{Type: Metadata, TargetURI: "https://example.com/again", ContentType: Fields, Extra: Header{{"X-Of", "ours"}}},
						Block: Header{{"via", "https://example.com/"}, {"fetchTimeMs", "12"}}.Block()},
					{Head: Head{Type: Revisit, TargetURI: "https://example.com/", Profile: NotModified}},
					{Head: Head{Type: Resource, TargetURI: "file:/etc/motd", ContentType: "text/plain"}, Block: bytes.NewReader([]byte("welcome"))},
				})...)
				if err := a.Close(); err != nil {
					t.Fatal(err)
				}
				checkPlaces(t, folder, places, plain, digest)
			})
		}
	}
}

// checkPlaces reads a file through and, by their places, each record alone.
func checkPlaces(t *testing.T, folder string, places []Place, plain bool, digest Algorithm) {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, places[0].File))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := NewReader(f, ReaderOptions{Verify: true})
	info, err := r.Next()
	if err != nil || info.Type != Warcinfo || info.Offset != 0 || info.Filename != filepath.Base(places[0].File) {
		t.Fatalf("the file begins with %+v, %v", info, err)
	}
	if block, err := io.ReadAll(info.Block); err != nil || !strings.HasPrefix(string(block), "software: crawl  test\r\nformat: WARC File Format 1.1\r\n") {
		t.Errorf("its warcinfo is %q, %v", block, err)
	}
	for i, place := range places {
		rec, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		length, err := rec.Length()
		if err != nil || rec.ID != place.ID || rec.Offset != place.Offset || length != place.Length {
			t.Errorf("record %d is %s at %d of %d, %v; said was %+v", i, rec.ID, rec.Offset, length, err, place)
		}
		if rec.Version != "1.1" || !rec.Date.Equal(noon) || rec.WarcinfoID != info.ID {
			t.Errorf("record %d has the head %+v", i, rec.Head)
		}
		if a, _, ok := rec.BlockDigest.parse(); !ok || a != digest {
			t.Errorf("record %d has the digest %s", i, rec.BlockDigest)
		}
		alone, err := NewReaderAt(f, place.Offset, place.Length, ReaderOptions{Verify: true}).Next()
		if err != nil || alone.ID != place.ID || alone.Offset != place.Offset {
			t.Errorf("record %d alone is %+v, %v", i, alone, err)
		} else if n, err := alone.Length(); err != nil || n != place.Length {
			t.Errorf("record %d alone has %d bytes, %v", i, n, err)
		}
		switch rec.Type {
		case Request, Metadata:
			if len(rec.ConcurrentTo) != 1 {
				t.Errorf("record %d is concurrent to %q", i, rec.ConcurrentTo)
			}
		case Revisit:
			if rec.Profile == IdenticalPayload && (rec.RefersTo != places[1].ID || !rec.RefersToDate.Equal(noon) || rec.Truncated != TruncatedLength) {
				t.Errorf("record %d has the head %+v", i, rec.Head)
			}
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("the file ends with %v", err)
	}
}

func TestRotation(t *testing.T) {
	eng, folder := engine(t)
	a := open(t, eng, ArchiveOptions{Plain: true, MaxSize: 4000, Prefix: "site"})
	var workers sync.WaitGroup
	for i := range 40 {
		workers.Go(func() {
			if _, err := a.Append(t.Context(), fetched(fmt.Sprintf("https://example.com/%d", i), "hello")...); err != nil {
				t.Error(err)
			}
		})
	}
	workers.Wait()
	// One capture may exceed a file by itself, compressed in memory or not.
	for _, size := range []int{9000, maxParallel + 1} {
		appended(t, a, fetched("https://example.com/large", strings.Repeat("x", size)))
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(folder, "warc", "site-20261126120000-*.warc"))
	if err != nil || len(names) < 10 {
		t.Fatalf("files %q, %v", names, err)
	}
	seen := map[string]int{}
	for i, name := range names {
		entries := readAll(bytes.NewReader(readFile(t, name)))
		if entries[0].Type != Warcinfo || len(entries)%2 == 0 {
			t.Errorf("%s holds %d records", name, len(entries))
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) > 3 && info.Size() > 4000 || i < len(names)-3 && info.Size() < 2000 {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
		for _, e := range entries {
			if e.Err != "" {
				t.Error(e.Err)
			}
			seen[string(e.Type)+e.URI]++
		}
	}
	for i := range 40 {
		if url := fmt.Sprintf("responsehttps://example.com/%d", i); seen[url] != 1 {
			t.Errorf("%s is there %d times", url, seen[url])
		}
	}
}

// TestResume: what the journal does not know goes, and the file is gone on with.
func TestResume(t *testing.T) {
	for _, plain := range []bool{false, true} {
		eng, folder := engine(t)
		a := open(t, eng, ArchiveOptions{Plain: plain})
		first := appended(t, a, fetched("https://example.com/1", "one"))
		appended(t, a, fetched("https://example.com/2", "two"))
		a.Close()
		name := first[0].File
		data := readFile(t, filepath.Join(folder, name))
		known := first[1].Offset + first[1].Length
		for _, size := range []int64{known, known + 1, known + 100, int64(len(data))} {
			if err := os.WriteFile(filepath.Join(folder, name), data[:size], 0o644); err != nil {
				t.Fatal(err)
			}
			a := open(t, eng, ArchiveOptions{Plain: plain, Trusted: map[string]int64{name: known}})
			place := appended(t, a, fetched("https://example.com/3", "three"))[0]
			if place.File != name || place.Offset != known {
				t.Errorf("gone on with at %+v, not at %d of %s", place, known, name)
			}
			a.Close()
			var urls []string
			for _, e := range readAll(bytes.NewReader(readFile(t, filepath.Join(folder, name)))) {
				urls = append(urls, e.URI+e.Err)
			}
			if want := []string{"", "https://example.com/1", "https://example.com/1", "https://example.com/3", "https://example.com/3"}; !slices.Equal(urls, want) {
				t.Errorf("cut from %d: %q", size, urls)
			}
		}
		if err := os.WriteFile(filepath.Join(folder, name), data[:known-1], 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := OpenArchive(t.Context(), eng, "warc", ArchiveOptions{Trusted: map[string]int64{name: known}})
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Cut {
			t.Errorf("a file that lost something: %v", err)
		}
	}
}

// TestResumeElsewhere: which files are not gone on with.
func TestResumeElsewhere(t *testing.T) {
	eng, folder := engine(t)
	a := open(t, eng, ArchiveOptions{})
	place := appended(t, a, fetched("https://example.com/1", "one"))[1]
	a.Close()
	size := place.Offset + place.Length
	for name, opt := range map[string]ArchiveOptions{
		"not named":         {},
		"full":              {MaxSize: size, Trusted: map[string]int64{place.File: size}},
		"other compression": {Plain: true, Trusted: map[string]int64{place.File: size}},
		"other prefix":      {Prefix: "other", Trusted: map[string]int64{place.File: size}},
	} {
		before := readFile(t, filepath.Join(folder, place.File))
		a := open(t, eng, opt)
		if next := appended(t, a, fetched("https://example.com/2", "two"))[0]; next.File == place.File {
			t.Errorf("%s: gone on with", name)
		}
		a.Close()
		if !bytes.Equal(before, readFile(t, filepath.Join(folder, place.File))) {
			t.Errorf("%s: changed", name)
		}
	}
}

// TestResumeUnknown: the last file, of which the journal does not know, is mended.
func TestResumeUnknown(t *testing.T) {
	eng, folder := engine(t)
	a := open(t, eng, ArchiveOptions{})
	places := appended(t, a, fetched("https://example.com/1", "one"))
	a.Close()
	name := filepath.Join(folder, places[0].File)
	data := readFile(t, name)
	for size, want := range map[int64]int64{
		int64(len(data)): int64(len(data)), int64(len(data)) - 1: places[1].Offset, places[0].Offset - 1: 0, 0: 0,
	} {
		for _, trusted := range []map[string]int64{nil, {}, {places[0].File: 0}} {
			if err := os.WriteFile(name, data[:size], 0o644); err != nil {
				t.Fatal(err)
			}
			a := open(t, eng, ArchiveOptions{Trusted: trusted})
			next := appended(t, a, fetched("https://example.com/2", "two"))[0].File
			a.Close()
			info, err := os.Stat(name)
			want := want
			switch {
			case trusted == nil:
				want = size
			case len(trusted) > 0:
				want = 0
			}
			if want == 0 && trusted != nil {
				if !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%d bytes, trusted %v: it is still there", size, trusted)
				}
			} else if err != nil || info.Size() != want {
				t.Errorf("%d bytes, trusted %v: there are %v, %v", size, trusted, info, err)
			}
			if next == places[0].File {
				t.Errorf("%s is gone on with", next)
			}
			if err := os.Remove(filepath.Join(folder, next)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestDiskFull: after an error the file ends where it ended before, and a disk that has
// room again is written to.
func TestDiskFull(t *testing.T) {
	tests := []struct {
		name string
		size int
		rule errfs.Rule
	}{
		{"small", 100, errfs.Rule{Op: errfs.FileWrite, Nth: 3, Times: 1, Short: true, Err: syscall.ENOSPC}},
		{"large, midway", maxParallel, errfs.Rule{Op: errfs.FileWrite, Nth: 5, Times: 1, Short: true, Err: syscall.ENOSPC}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			eng, folder := engine(t, test.rule)
			a := open(t, eng, ArchiveOptions{Plain: true})
			first := appended(t, a, fetched("https://example.com/1", "one"))[1]
			_, err := a.Append(t.Context(), fetched("https://example.com/2", strings.Repeat("x", test.size))...)
			if !errors.Is(err, syscall.ENOSPC) || len(eng.Injected()) == 0 {
				t.Fatalf("got %v", err)
			}
			third := appended(t, a, fetched("https://example.com/3", "three"))[0]
			if third.Offset != first.Offset+first.Length {
				t.Errorf("appended at %d", third.Offset)
			}
			a.Close()
			for _, e := range readAll(bytes.NewReader(readFile(t, filepath.Join(folder, third.File)))) {
				if e.Err != "" || strings.HasSuffix(e.URI, "/2") {
					t.Errorf("read %+v", e)
				}
			}
		})
	}
}

// TestUncut: a file whose tail can't be cut takes nothing more.
func TestUncut(t *testing.T) {
	eng, _ := engine(t,
		errfs.Rule{Op: errfs.FileWrite, Nth: 2, Times: 1, Short: true, Err: syscall.EIO},
		errfs.Rule{Op: errfs.FileTruncate, Err: syscall.EROFS})
	a := open(t, eng, ArchiveOptions{})
	for range 2 {
		_, err := a.Append(t.Context(), fetched("https://example.com/", "one")...)
		if !errors.Is(err, syscall.EIO) || !errors.Is(err, syscall.EROFS) {
			t.Errorf("got %v", err)
		}
	}
}

// TestBegunInVain: a file whose warcinfo can't be written is removed.
func TestBegunInVain(t *testing.T) {
	eng, folder := engine(t, errfs.Rule{Op: errfs.FileWrite, Nth: 1, Times: 1, Short: true, Err: syscall.ENOSPC})
	a := open(t, eng, ArchiveOptions{})
	if _, err := a.Append(t.Context(), fetched("https://example.com/", "one")...); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	if entries, err := os.ReadDir(filepath.Join(folder, "warc")); err != nil || len(entries) > 0 {
		t.Errorf("left are %v, %v", entries, err)
	}
	if place := appended(t, a, fetched("https://example.com/", "one"))[0]; !strings.HasSuffix(place.File, "-00001.warc.gz") {
		t.Errorf("then %s was begun", place.File)
	}
}

// cancelling ends a context when its middle is read.
type cancelling struct {
	*strings.Reader
	cancel func()
}

func (c cancelling) ReadAt(p []byte, off int64) (int, error) {
	if off > c.Size()/2 {
		c.cancel()
	}
	return c.Reader.ReadAt(p, off)
}

func TestCancelled(t *testing.T) {
	for _, size := range []int{100, maxParallel} {
		eng, folder := engine(t)
		a := open(t, eng, ArchiveOptions{Plain: true})
		place := appended(t, a, fetched("https://example.com/1", "one"))[1]
		ctx, cancel := context.WithCancel(t.Context())
		capture := fetched("https://example.com/2", strings.Repeat("x", size))
		capture[1].BlockDigest, capture[1].PayloadDigest = "sha1:X", "sha1:X" // so that it is read once
		capture[1].Block = cancelling{capture[1].Block.(*strings.Reader), cancel}
		if size == 100 {
			cancel()
		}
		if _, err := a.Append(ctx, capture...); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		cancel()
		if data := readFile(t, filepath.Join(folder, place.File)); int64(len(data)) != place.Offset+place.Length {
			t.Errorf("the file has %d bytes", len(data))
		}
	}
}

func TestClosed(t *testing.T) {
	eng, _ := engine(t)
	a := open(t, eng, ArchiveOptions{})
	for range 2 {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := a.Append(t.Context(), fetched("https://example.com/", "")...); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestDraftErrors(t *testing.T) {
	eng, folder := engine(t)
	a := open(t, eng, ArchiveOptions{})
	for name, head := range map[string]Head{
		"no type":           {TargetURI: "https://example.com/"},
		"no URI":            {Type: Response},
		"URI of a warcinfo": {Type: Warcinfo, TargetURI: "https://example.com/"},
		"no profile":        {Type: Revisit, TargetURI: "https://example.com/"},
		"no digest":         {Type: Revisit, TargetURI: "https://example.com/", Profile: IdenticalPayload},
		"segment":           {Type: Continuation, TargetURI: "https://example.com/"},
		"line end in a URI": {Type: Response, TargetURI: "https://example.com/\r\nWARC-Type: x"},
		"bad name":          {Type: Response, TargetURI: "https://example.com/", Extra: Header{{"a b", "c"}}},
		"second length":     {Type: Response, TargetURI: "https://example.com/", Extra: Header{{"content-length", "1"}}},
	} {
		_, err := a.Append(t.Context(), Draft{Head: head})
		if _, ok := errors.AsType[*DraftError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	short := Draft{Head{Type: Resource, TargetURI: "file:/x"}, io.NewSectionReader(strings.NewReader("short"), 0, 10)}
	if _, err := a.Append(t.Context(), short); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a block that is shorter than it says: %v", err)
	}
	if _, err := os.Stat(filepath.Join(folder, "warc")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
}

func TestArchiveOptions(t *testing.T) {
	eng, _ := engine(t)
	for _, opt := range []ArchiveOptions{{Prefix: "../x"}, {Prefix: ".x"}, {Level: 10}, {Level: -1}, {Digest: MD5}} {
		if _, err := OpenArchive(t.Context(), eng, "warc", opt); err == nil {
			t.Errorf("%+v is taken", opt)
		}
	}
}

func TestMend(t *testing.T) {
	for _, plain := range []bool{false, true} {
		eng, folder := engine(t)
		a := open(t, eng, ArchiveOptions{Plain: plain})
		places := appended(t, a, fetched("https://example.com/", "hello"))
		a.Close()
		name := filepath.Join(folder, places[0].File)
		data := readFile(t, name)
		for size := 0; size <= len(data); size += 1 + (len(data)-size)%11 {
			if err := os.WriteFile(name, data[:size], 0o644); err != nil {
				t.Fatal(err)
			}
			want := int64(0) // the end of the last whole record
			for _, end := range []int64{places[0].Offset, places[1].Offset, int64(len(data))} {
				if end <= int64(size) {
					want = end
				}
			}
			cut, err := Mend(t.Context(), eng, places[0].File)
			if want == 0 {
				if err == nil || len(readFile(t, name)) != size {
					t.Fatalf("no record is whole in %d bytes: cut %d, %v", size, cut, err)
				}
				continue
			}
			if err != nil || cut != int64(size)-want || int64(len(readFile(t, name))) != want {
				t.Fatalf("of %d bytes %d were cut, %v, want %d to stay", size, cut, err, want)
			}
		}
	}
}

// TestHeadText: a record as it is written, to the byte.
func TestHeadText(t *testing.T) {
	d := Draft{Head{
		Type: Revisit, ID: "urn:uuid:1", Date: noon, TargetURI: "https://example.com/", IPAddress: "192.0.2.1",
		ContentType: HTTPResponse, ConcurrentTo: []string{"urn:uuid:2", "urn:uuid:3"}, WarcinfoID: "urn:uuid:4",
		Profile: IdenticalPayload, RefersTo: "urn:uuid:5", RefersToTargetURI: "https://example.com/first", RefersToDate: noon.Truncate(time.Second),
		Truncated: TruncatedLength, BlockDigest: "sha1:B", PayloadDigest: "sha1:P", IdentifiedPayloadType: "text/html",
		Extra: Header{{"X-More", "one\r\ntwo"}},
	}, strings.NewReader("HTTP/1.1 200 OK\r\n\r\n")}
	const want = "WARC/1.1\r\n" +
		"WARC-Type: revisit\r\n" +
		"WARC-Record-ID: <urn:uuid:1>\r\n" +
		"WARC-Date: 2026-11-26T12:00:00.123456789Z\r\n" +
		"WARC-Target-URI: https://example.com/\r\n" +
		"WARC-IP-Address: 192.0.2.1\r\n" +
		"WARC-Concurrent-To: <urn:uuid:2>\r\n" +
		"WARC-Concurrent-To: <urn:uuid:3>\r\n" +
		"WARC-Warcinfo-ID: <urn:uuid:4>\r\n" +
		"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n" +
		"WARC-Refers-To: <urn:uuid:5>\r\n" +
		"WARC-Refers-To-Target-URI: https://example.com/first\r\n" +
		"WARC-Refers-To-Date: 2026-11-26T12:00:00Z\r\n" +
		"WARC-Truncated: length\r\n" +
		"WARC-Block-Digest: sha1:B\r\n" +
		"WARC-Payload-Digest: sha1:P\r\n" +
		"WARC-Identified-Payload-Type: text/html\r\n" +
		"X-More: one  two\r\n" +
		"Content-Type: application/http;msgtype=response\r\n" +
		"Content-Length: 19\r\n" +
		"\r\n" +
		"HTTP/1.1 200 OK\r\n\r\n" +
		"\r\n\r\n"
	var b bytes.Buffer
	if err := d.encode(&b, make([]byte, 7)); err != nil || b.String() != want {
		t.Errorf("got %v\n%s", err, b.String())
	}
}

func TestNewID(t *testing.T) {
	form := regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if a, b := newID(), newID(); !form.MatchString(a) || a == b {
		t.Errorf("IDs %s and %s", a, b)
	}
}
