package warc_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"crawl/files"
	"crawl/files/warc"
	"crawl/files/warc/cdxj"
)

// warcio runs npm's warcio over a file, from where CI installs it.
func warcio(t *testing.T, how, file string) []byte {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("no cache folder, so no warcio from npm: no independent reader is asked")
	}
	modules := filepath.Join(cache, "crawl-ci", "npm", "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "warcio")); err != nil {
		t.Skip("npm's warcio is not installed: no independent reader is asked")
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "warcio.cjs"), how, file)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("warcio: %v: %s", err, stderr.Bytes())
	}
	return out
}

// lineEnds are the bytes behind each record that warcio does not count in plain files.
const lineEnds = 4

// seen is what warcio says of a record.
type seen struct {
	Type, ID, URI, Date, Version, Concurrent, Profile, Truncated string
	BlockDigest, PayloadDigest                                   warc.Digest
	Block, Payload                                               warc.Digest // that it found
	Offset, Length                                               int64
}

// written is a file of ours with records of all sorts, and where they stand.
func written(t *testing.T, plain bool) (file string, places []warc.Place) {
	t.Helper()
	folder := t.TempDir()
	eng, err := files.NewDirect(folder, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	a, err := warc.OpenArchive(t.Context(), eng, "warc", warc.ArchiveOptions{Plain: plain, Info: warc.Header{{Name: "software", Value: "crawl"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	request := func(url string) warc.Draft {
		return warc.Draft{
			Head:  warc.Head{Type: warc.Request, TargetURI: url, ContentType: warc.HTTPRequest, IPAddress: "192.0.2.1"},
			Block: strings.NewReader("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"),
		}
	}
	response := func(url, message string) warc.Draft {
		return warc.Draft{
			Head:  warc.Head{Type: warc.Response, TargetURI: url, ContentType: warc.HTTPResponse, IPAddress: "2001:db8::1"},
			Block: strings.NewReader(message),
		}
	}
	metadata := func(url string) warc.Draft {
		return warc.Draft{Head: warc.Head{Type: warc.Metadata, TargetURI: url, ContentType: warc.Fields}, Block: warc.Header{{Name: "fetchTimeMs", Value: "12"}}.Block()}
	}
	add := func(capture ...warc.Draft) {
		t.Helper()
		more, err := a.Append(t.Context(), capture...)
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, more...)
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
	add(request("https://example.com/"), response("https://example.com/", head+"\r\n<p>Hello"), metadata("https://example.com/"))
	add(request("http://example.com:8080/b?b=1&a=2"), response("http://example.com:8080/b?b=1&a=2", head+"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"))
	add(request("https://example.com/large"), response("https://example.com/large", head+"\r\n"+strings.Repeat("0123456789abcdef", 270_000)))
	add(request("https://example.com/none"), response("https://example.com/none", "HTTP/1.1 404 Not Found\r\n\r\n"))
	cut := response("https://example.com/cut", head+"Content-Length: 100\r\n\r\n<p>")
	cut.Truncated = warc.TruncatedDisconnect
	add(request("https://example.com/cut"), cut)
	same := response("https://example.com/same", head+"\r\n")
	same.Type, same.Profile, same.Truncated = warc.Revisit, warc.IdenticalPayload, warc.TruncatedLength
	same.PayloadDigest = warc.Sum(warc.SHA1, bytes.Repeat([]byte{7}, 20))
	same.RefersTo, same.RefersToTargetURI, same.RefersToDate = places[1].ID, "https://example.com/", time.Now()
	add(request("https://example.com/same"), same)
	unchanged := response("https://example.com/", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n")
	unchanged.Type, unchanged.Profile = warc.Revisit, warc.NotModified
	add(request("https://example.com/"), unchanged)
	return filepath.Join(folder, filepath.FromSlash(places[0].File)), places
}

// TestWarcioReads: what we write an independent reader reads, and finds the digests right.
func TestWarcioReads(t *testing.T) {
	for _, plain := range []bool{false, true} {
		file, places := written(t, plain)
		lines := bufio.NewScanner(bytes.NewReader(warcio(t, "read", file)))
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r := warc.NewReader(f, warc.ReaderOptions{Verify: true})
		n := 0
		for ; lines.Scan(); n++ {
			var theirs seen
			if err := json.Unmarshal(lines.Bytes(), &theirs); err != nil {
				t.Fatal(err)
			}
			if plain {
				theirs.Length += lineEnds
			}
			ours, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			length, err := ours.Length()
			if err != nil {
				t.Fatal(err)
			}
			got := seen{
				Type: string(ours.Type), ID: "<" + ours.ID + ">", URI: ours.TargetURI, Date: ours.Header.Get("WARC-Date"), Version: "WARC/" + ours.Version,
				Profile: string(ours.Profile), Truncated: string(ours.Truncated), BlockDigest: ours.BlockDigest, PayloadDigest: ours.PayloadDigest,
				Offset: ours.Offset, Length: length, Block: theirs.Block, Payload: theirs.Payload,
			}
			if len(ours.ConcurrentTo) > 0 {
				got.Concurrent = "<" + ours.ConcurrentTo[0] + ">"
			}
			if got != theirs {
				t.Errorf("record %d\nours   %+v\ntheirs %+v", n, got, theirs)
			}
			if !theirs.Block.Equal(ours.BlockDigest) || ours.Type == warc.Response && !theirs.Payload.Equal(ours.PayloadDigest) {
				t.Errorf("record %d has the digests %s and %s, and warcio found %s and %s", n, ours.BlockDigest, ours.PayloadDigest, theirs.Block, theirs.Payload)
			}
			if n > 0 && (places[n-1].Offset != theirs.Offset || places[n-1].Length != theirs.Length) {
				t.Errorf("record %d was said to be at %+v and is at %d of %d", n, places[n-1], theirs.Offset, theirs.Length)
			}
		}
		if n != len(places)+1 {
			t.Errorf("warcio read %d records of %d", n, len(places)+1)
		}
	}
}

// TestWarcioIndexes: its index lines of a file of ours are those that we make. In plain
// files its lengths lack the line ends behind a record, and sometimes only some of them.
func TestWarcioIndexes(t *testing.T) {
	file, _ := written(t, false)
	theirs := strings.SplitAfter(string(warcio(t, "index", file)), "\n")
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var ours []string
	for l, err := range cdxj.Lines(warc.NewReader(f, warc.ReaderOptions{}), filepath.Base(file)) {
		if err != nil {
			t.Fatal(err)
		}
		ours = append(ours, string(l.Append(nil)))
	}
	if !slices.Equal(ours, theirs[:len(theirs)-1]) {
		t.Errorf("ours\n%s\ntheirs\n%s", strings.Join(ours, ""), strings.Join(theirs, ""))
	}
}

// TestWarcioWrites: what it writes we read, and find the digests right.
func TestWarcioWrites(t *testing.T) {
	for _, name := range []string{"theirs.warc", "theirs.warc.gz"} {
		file := filepath.Join(t.TempDir(), name)
		warcio(t, "write", file)
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r := warc.NewReader(f, warc.ReaderOptions{Verify: true})
		if info, err := r.Next(); err != nil || info.Type != warc.Warcinfo || info.Filename != name {
			t.Fatalf("%s begins with %+v, %v", name, info, err)
		}
		for i := range 3 {
			rec, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			m, err := rec.HTTP()
			if err != nil {
				t.Fatal(err)
			}
			payload, err := io.ReadAll(m.Payload)
			if want := strings.Repeat(fmt.Sprintf("page %d ", i), i*10000); err != nil || string(payload) != want || rec.PayloadDigest == "" {
				t.Errorf("%s: page %d has %d bytes, %v, and the digest %q", name, i, len(payload), err, rec.PayloadDigest)
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%s ends with %v", name, err)
		}
	}
}
