package warc

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/zstd"
)

// text is a record as a file has it, with CR LF for the line ends of its head.
func text(head, block string) string {
	head = strings.ReplaceAll(strings.TrimSpace(head), "\n", "\r\n")
	return fmt.Sprintf("%s\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n", head, len(block), block)
}

func resource(url, block string) string {
	return text("WARC/1.1\nWARC-Type: resource\nWARC-Record-ID: <urn:uuid:"+url+">\nWARC-Date: 2026-11-26T12:00:00Z\nWARC-Target-URI: "+url, block)
}

// gzipped makes a member of each part.
func gzipped(parts ...string) string {
	var b bytes.Buffer
	for _, part := range parts {
		z := gzip.NewWriter(&b)
		io.WriteString(z, part)
		z.Close()
	}
	return b.String()
}

// framed makes a Zstandard frame of each part, with a dictionary or none.
func framed(t testing.TB, dictionary []byte, parts ...string) string {
	t.Helper()
	options := []zstd.EOption{zstd.WithEncoderConcurrency(1)}
	if dictionary != nil {
		options = append(options, zstd.WithEncoderDict(dictionary))
	}
	e, err := zstd.NewWriter(nil, options...)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var all []byte
	for _, part := range parts {
		all = e.EncodeAll([]byte(part), all)
	}
	return string(all)
}

// newDictionary makes a dictionary for records like these.
func newDictionary(t testing.TB, records ...string) []byte {
	t.Helper()
	history := strings.Join(records, "")
	opt := zstd.BuildDictOptions{ID: 77777, History: []byte(history), Offsets: [3]int{1, 4, 8}, Level: zstd.SpeedDefault}
	for i := range 20 {
		opt.Contents = append(opt.Contents, fmt.Appendf(nil, "%s%d%s", records[0], i, history))
	}
	dictionary, err := zstd.BuildDict(opt)
	if err != nil {
		t.Fatal(err)
	}
	return dictionary
}

// skippableFrame is one with a magic number that ends so.
func skippableFrame(magic byte, data string) string {
	n := len(data)
	return string([]byte{magic, 0x2a, 0x4d, 0x18, byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) + data
}

// blocks are what readAll finds, in few words: the blocks, or "!" where there is damage.
func blocks(entries []entry) (list []string) {
	for _, e := range entries {
		if e.Err != "" {
			e.Block += "!"
		}
		list = append(list, e.Block)
	}
	return list
}

// TestFormats: the same records in every form that a file can have.
func TestFormats(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", historySize/16+1000)
	records := []string{resource("a:1", "one"), resource("a:2", ""), resource("a:3", large), resource("a:4", "four\r\n\r\nWARC/1.1\r\n")}
	want := []string{"one", "", large, "four\r\n\r\nWARC/1.1\r\n"}
	dictionary := newDictionary(t, records[0], records[3])
	forms := map[string]string{
		"plain":                  strings.Join(records, ""),
		"LF":                     strings.ReplaceAll(strings.Join(records[:3], ""), "\r\n", "\n") + records[3],
		"further line ends":      "\r\n\r\n" + strings.Join(records, "\r\n\n"),
		"gzip":                   gzipped(records...),
		"gzip, one member":       gzipped(strings.Join(records, "")),
		"gzip, several a record": gzipped(records[0][:20], records[0][20:140], records[0][140:], records[1], records[2], records[3]),
		"gzip, two a member":     gzipped(records[0]+records[1], records[2]+records[3]),
		"gzip, empty members":    gzipped("", records[0], "", records[1], records[2]+"\r\n", records[3], ""),
		"no line ends":           gzipped(records[0], strings.TrimRight(records[1], "\r\n")+"\r\n\r\n", strings.TrimRight(records[2], "\r\n"), records[3]),
		"zstd":                   framed(t, nil, records...),
		"zstd, several a record": framed(t, nil, records[0][:20], records[0][20:], records[1], records[2][:1<<19], records[2][1<<19:], records[3]),
		"zstd, other frames":     framed(t, nil, records[0]) + skippableFrame(0x50, "size") + framed(t, nil, records[1:]...) + skippableFrame(0x5e, ""),
		"zstd, dictionary":       skippableFrame(0x5d, string(dictionary)) + framed(t, dictionary, records...),
		"zstd, packed":           skippableFrame(0x5d, framed(t, nil, string(dictionary))) + framed(t, dictionary, records...),
	}
	for name, file := range forms {
		t.Run(name, func(t *testing.T) {
			for how, reader := range map[string]io.Reader{
				"whole": strings.NewReader(file),
				"half":  iotest.DataErrReader(iotest.HalfReader(strings.NewReader(file))),
			} {
				if got := blocks(readAll(reader)); !slices.Equal(got, want) {
					t.Errorf("%s: read %.50q", how, got)
				}
			}
			checkAlone(t, file)
		})
	}
}

// checkAlone reads each record that has a length by itself.
func checkAlone(t *testing.T, file string) {
	t.Helper()
	r := NewReader(strings.NewReader(file), ReaderOptions{})
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		length, err := rec.Length()
		if err != nil {
			t.Fatal(err)
		}
		if length < 0 {
			continue
		}
		alone := NewReaderAt(strings.NewReader(file), rec.Offset, length, ReaderOptions{Verify: true})
		again, err := alone.Next()
		if err != nil || again.ID != rec.ID {
			t.Errorf("%s alone is %+v, %v", rec.ID, again, err)
			continue
		}
		if n, err := again.Length(); err != nil || n != length {
			t.Errorf("%s alone has %d bytes and not %d, %v", rec.ID, n, length, err)
		}
		if _, err := alone.Next(); err != io.EOF {
			t.Errorf("%s is not alone: %v", rec.ID, err)
		}
	}
}

func TestLength(t *testing.T) {
	a, b := resource("a:1", "one"), resource("a:2", "two")
	for name, test := range map[string]struct {
		file string
		want []int64
	}{
		"plain":      {a + b, []int64{int64(len(a)), int64(len(b))}},
		"gzip":       {gzipped(a, b), []int64{int64(len(gzipped(a))), int64(len(gzipped(b)))}},
		"one member": {gzipped(a + b), []int64{-1, -1}},
		"zstd":       {framed(t, nil, a, b), []int64{int64(len(framed(t, nil, a))), int64(len(framed(t, nil, b)))}},
	} {
		r := NewReader(strings.NewReader(test.file), ReaderOptions{Offset: 1000})
		at := int64(1000)
		for i, want := range test.want {
			rec, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if length, err := rec.Length(); err != nil || length != want || rec.Offset != at {
				t.Errorf("%s: record %d has %d bytes at %d, %v; want %d at %d", name, i, length, rec.Offset, err, want, at)
			}
			at += max(want, 0)
		}
	}
}

func TestHead(t *testing.T) {
	const file = "WARC/0.18\r\n" +
		"warc-type: Revisit\r\n" +
		"WARC-RECORD-ID:<urn:uuid:1>\r\n" +
		"WARC-Date : 2026-11-26T12:00:00.5Z\r\n" +
		"WARC-Target-URI: <http://example.com/a?b=?c?=>\r\n" +
		"WARC-Concurrent-To: <urn:uuid:2>\r\n" +
		"WARC-Concurrent-To: <urn:uuid:3>\r\n" +
		"WARC-Filename: =?UTF-8?Q?na=C3=AFve?=.warc\r\n" +
		"WARC-Profile: http://netpreserve.org/warc/1.0/revisit/server-not-modified\r\n" +
		"WARC-Refers-To-Date: 2026-11-26\r\n" +
		"WARC-Truncated: TIME\r\n" +
		"X-Folded: one\r\n" +
		"  two\r\n" +
		"\tthree\r\n" +
		"no field at all\r\n" +
		"X-Empty:\r\n" +
		"Content-Length: 0\r\n\r\n\r\n\r\n"
	rec, err := NewReader(strings.NewReader(file), ReaderOptions{}).Next()
	if err != nil {
		t.Fatal(err)
	}
	want := Head{
		Type: Revisit, ID: "urn:uuid:1", Date: time.Date(2026, 11, 26, 12, 0, 0, 5e8, time.UTC),
		TargetURI: "http://example.com/a?b=?c?=", ConcurrentTo: []string{"urn:uuid:2", "urn:uuid:3"},
		Filename: "na\u00efve.warc", Profile: NotModified, RefersToDate: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC),
		Truncated: TruncatedTime, Extra: Header{{"X-Folded", "one two three"}, {"X-Empty", ""}},
	}
	if fmt.Sprint(rec.Head) != fmt.Sprint(want) || rec.Version != "0.18" {
		t.Errorf("got  %+v\nwant %+v", rec.Head, want)
	}
	if got := rec.Header.Get("warc-filename"); got != "=?UTF-8?Q?na=C3=AFve?=.warc" {
		t.Errorf("the field as it stands is %q", got)
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-26T12:00:00Z":           "2026-11-26T12:00:00Z",
		"2026-11-26T12:00:00.123456789Z": "2026-11-26T12:00:00.123456789Z",
		"2026-11-26T13:00:00+01:00":      "2026-11-26T12:00:00Z",
		"2026-11-26T12:00Z":              "2026-11-26T12:00:00Z",
		"2026-11":                        "2026-11-01T00:00:00Z",
		"2026":                           "2026-01-01T00:00:00Z",
		"20261126120000":                 "2026-11-26T12:00:00Z",
		"yesterday":                      "",
	} {
		if got := formatDate(parseDate(text)); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

// TestDamage: what is whole is read, whatever stands before it.
func TestDamage(t *testing.T) {
	one, two, three := resource("a:1", "one"), resource("a:2", strings.Repeat("two", 100)), resource("a:3", "three")
	twos := strings.Repeat("two", 100)
	torn := func(s string, n int) string { return s[:len(s)-n] }
	flipped := func(s string, at int) string { return s[:at] + string(s[at]^0x40) + s[at+1:] }
	z1, z2, z3 := gzipped(one), gzipped(two), gzipped(three)
	f1, f2, f3 := framed(t, nil, one), framed(t, nil, two), framed(t, nil, three)
	tests := map[string]struct {
		file string
		want []string
		kind Kind
	}{
		"no WARC":                {"<html>", []string{"!"}, Malformed},
		"no WARC, then one":      {"#!/bin/sh\n" + one, []string{"!", "one"}, Malformed},
		"another gzip":           {gzipped("hello"), []string{"!"}, Malformed},
		"ARC":                    {"filedesc://a.arc 0.0.0.0 19970101000000 text/plain 20\n", []string{"!"}, Unsupported},
		"no length":              {strings.Replace(one, "Content-Length", "Length", 1) + three, []string{"!", "three"}, Malformed},
		"bad length":             {strings.Replace(one, "Length: 3", "Length: -3", 1) + three, []string{"!", "three"}, Malformed},
		"no version":             {strings.Replace(one, "WARC/1.1", "WARC/one", 1) + three, []string{"!", "three"}, Malformed},
		"length too large":       {strings.Replace(two, "Length: 300", "Length: 310", 1) + three, []string{twos + "\r\n\r\nWARC/1", "!", "three"}, Malformed},
		"length too small":       {strings.Replace(two, "Length: 300", "Length: 290", 1) + three, []string{twos[:290], "!", "three"}, Malformed},
		"length beyond":          {strings.Replace(two, "Length: 300", "Length: 99999999", 1) + three, []string{twos + "\r\n\r\n" + three + "!", "three"}, Cut},
		"torn":                   {one + torn(two, 100), []string{"one", twos[:204] + "!"}, Cut},
		"torn head":              {one + two[:60], []string{"one", "!"}, Cut},
		"torn line ends":         {one + torn(two, 3), []string{"one", twos, "!"}, Cut},
		"torn, then another":     {one + torn(two, 100) + three, []string{"one", (twos[:204] + three)[:300], "!", "three"}, Malformed},
		"endless head":           {"WARC/1.1\r\nX: " + strings.Repeat("x", maxHead) + "\r\n" + one, []string{"!", "one"}, Malformed},
		"gzip, no length":        {gzipped(strings.Replace(one, "Content-Length", "Length", 1), three), []string{"!", "three"}, Malformed},
		"gzip, length too large": {gzipped(strings.Replace(two, "Length: 300", "Length: 310", 1), three), []string{twos + "\r\n\r\n!", "three"}, Cut},
		"gzip, length too small": {gzipped(strings.Replace(two, "Length: 300", "Length: 290", 1), three), []string{twos[:290], "!", "three"}, Malformed},
		"gzip, one member":       {gzipped(strings.Replace(two, "Length: 300", "Length: 290", 1) + three), []string{twos[:290], "!", "three"}, Malformed},
		"gzip, torn":             {z1 + torn(z2, 4), []string{"one", twos, "!"}, Cut},
		"gzip, torn head":        {z1 + z2[:5], []string{"one", "!"}, Cut},
		"gzip, torn, then one":   {z1 + torn(z2, 40) + z3, nil, Malformed},
		"gzip, whole but torn":   {gzipped(one, torn(two, 100), three), []string{"one", twos[:204] + "!", "three"}, Cut},
		"gzip, checksum":         {z1 + flipped(z2, len(z2)-6) + z3, []string{"one", twos, "!", "three"}, Malformed},
		"gzip, data":             {z1 + flipped(z2, 30) + z3, nil, Malformed},
		"gzip, header":           {z1 + flipped(z2, 0) + z3, []string{"one", "!", "three"}, Malformed},
		"gzip, something behind": {z1 + "something" + z3, []string{"one", "!", "three"}, Malformed},
		"zstd, data":             {f1 + flipped(f2, 30) + f3, nil, Malformed},
		"zstd, magic":            {f1 + flipped(f2, 0) + f3, []string{"one", "!", "three"}, Malformed},
		"zstd, torn":             {f1 + torn(f2, 10), nil, Cut},
		"zstd, torn skippable":   {f1 + skippableFrame(0x50, "12345678")[:10], []string{"one", "!"}, Cut},
		"zstd, torn dictionary":  {skippableFrame(0x5d, "12345678")[:10], []string{"!"}, Cut},
		"zstd, bad dictionary":   {skippableFrame(0x5d, "12345678") + f1, []string{"!"}, Malformed},
		"zstd, huge dictionary":  {"\x5d\x2a\x4d\x18\xff\xff\xff\xff" + f1, []string{"!"}, Unsupported},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := blocks(readAll(strings.NewReader(test.file)))
			if test.want == nil { // how much of the damaged one comes is the decoder's business
				first, last := got[0], got[len(got)-1]
				if first != "one" || len(got) > 4 || last != "three" && test.kind != Cut {
					t.Errorf("read %.60q", got)
				}
			} else if !slices.Equal(got, test.want) {
				t.Errorf("read %.60q\nwant %.60q", got, test.want)
			}
			damage := firstDamage(t, strings.NewReader(test.file))
			if damage.Kind != test.kind || damage.Error() == "" {
				t.Errorf("the kind is %q and not %q: %v", damage.Kind, test.kind, damage)
			}
		})
	}
}

// firstDamage reads up to the first damage.
func firstDamage(t *testing.T, file io.Reader) *Error {
	t.Helper()
	r := NewReader(file, ReaderOptions{Verify: true})
	for {
		rec, err := r.Next()
		if err == nil {
			_, err = rec.Length()
		}
		if err == nil {
			continue
		}
		e, ok := errors.AsType[*Error](err)
		if !ok {
			t.Fatalf("got %v", err)
		}
		return e
	}
}

// TestDamageIsToldOnce: by the block or by Next, and not by both.
func TestDamageIsToldOnce(t *testing.T) {
	bad := strings.Replace(resource("a:1", "one"), "WARC-Date", "WARC-Block-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ\r\nWARC-Date", 1)
	for name, read := range map[string]func(*Record){
		"unread":   func(*Record) {},
		"begun":    func(rec *Record) { rec.Block.Read(make([]byte, 1)) },
		"no end":   func(rec *Record) { io.ReadFull(rec.Block, make([]byte, 3)) },
		"read":     func(rec *Record) { io.ReadAll(rec.Block) },
		"measured": func(rec *Record) { rec.Length() },
	} {
		r := NewReader(strings.NewReader(bad+resource("a:2", "two")), ReaderOptions{Verify: true})
		rec, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		read(rec)
		told := 0
		for {
			rec, err = r.Next()
			if err == nil {
				break
			}
			if e, ok := errors.AsType[*Error](err); !ok || e.Kind != BadDigest {
				t.Fatalf("%s: %v", name, err)
			}
			told++
		}
		want := 1 // by Next
		if name == "read" || name == "measured" {
			want = 0
		}
		if told != want || rec.TargetURI != "a:2" {
			t.Errorf("%s: told %d times, want %d, then %s", name, told, want, rec.TargetURI)
		}
	}
}

func TestReadErrorIsNoDamage(t *testing.T) {
	file := gzipped(resource("a:1", "one"), resource("a:2", strings.Repeat("x", 10000)))
	for _, at := range []int{0, 5, 50, len(file) - 5} {
		r := NewReader(io.MultiReader(strings.NewReader(file[:at]), iotest.ErrReader(syscall.EIO)), ReaderOptions{})
		var last error
		for range 10 {
			if _, last = r.Next(); last != nil {
				break
			}
		}
		if _, again := r.Next(); last != syscall.EIO || again != last {
			t.Errorf("at %d: %v, then %v", at, last, again)
		}
	}
}

func TestVerify(t *testing.T) {
	const message = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n2;x=y\r\n 2\r\n0\r\n\r\n"
	with := func(contentType, field string) string {
		return text("WARC/1.1\nWARC-Type: response\nWARC-Record-ID: <urn:uuid:1>\nWARC-Date: 2026-11-26T12:00:00Z\nContent-Type: "+contentType+"\n"+field, message)
	}
	sum := func(a Algorithm, text string) Digest {
		h := a.hash()
		io.WriteString(h, text)
		return Sum(a, h.Sum(nil))
	}
	_, body, _ := strings.Cut(message, "\r\n\r\n")
	for _, a := range []Algorithm{SHA1, SHA256, SHA512, MD5} {
		for name, good := range map[string]string{
			"block":            with(HTTPResponse, "WARC-Block-Digest: "+string(sum(a, message))),
			"upper":            with(HTTPResponse, "WARC-Block-Digest: "+strings.ToUpper(string(sum(a, message)))),
			"payload, chunks":  with("application/http; msgtype=response", "WARC-Payload-Digest: "+string(sum(a, body))),
			"payload, message": with("message/http", "WARC-Payload-Digest: "+string(sum(a, "one 2"))),
			"payload, block":   with("text/plain", "WARC-Payload-Digest: "+string(sum(a, message))),
		} {
			if got := blocks(readAll(strings.NewReader(good))); !slices.Equal(got, []string{message}) {
				t.Errorf("%s %s: %q", name, a, got)
			}
			bad := strings.Replace(good, "one", "two", 1)
			if e := firstDamage(t, strings.NewReader(bad)); e.Kind != BadDigest || e.ID != "urn:uuid:1" {
				t.Errorf("%s %s: %v", name, a, e)
			}
		}
	}
	for name, unchecked := range map[string]string{
		"unknown":   with(HTTPResponse, "WARC-Block-Digest: blake3:abc"),
		"no digest": with(HTTPResponse, "WARC-Block-Digest: sha1:abc"),
		"revisit":   strings.Replace(with(HTTPResponse, "WARC-Payload-Digest: "+string(sum(SHA1, "x"))), "response", "revisit", 1),
		"segment":   with(HTTPResponse, "WARC-Segment-Number: 1\nWARC-Payload-Digest: "+string(sum(SHA1, "x"))),
	} {
		if got := blocks(readAll(strings.NewReader(unchecked))); !slices.Equal(got, []string{message}) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, field := range []string{"WARC-Type", "WARC-Record-ID", "WARC-Date"} {
		lacking := strings.Replace(resource("a:1", ""), field, "X", 1)
		if e := firstDamage(t, strings.NewReader(lacking)); e.Kind != Malformed || !strings.Contains(e.Error(), field) {
			t.Errorf("without %s: %v", field, e)
		}
	}
}

func TestDigestEqual(t *testing.T) {
	const empty = Digest("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ")
	for other, want := range map[Digest]bool{
		empty: true, "SHA-1:3i42h3s6nnfq2msvx7xzkyayscx5qbyj": true, "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709": true,
		"sha1:da39a3ee5e6b4b0d3255bfef95601890afd80708": false, "md5:d41d8cd98f00b204e9800998ecf8427e": false, "sha1:": false, "": false,
	} {
		if empty.Equal(other) != want {
			t.Errorf("equal to %q: %t", other, !want)
		}
	}
	if Digest("x:y").Equal("x:y") {
		t.Error("what can't be read is equal")
	}
}

func TestNewReaderAtErrors(t *testing.T) {
	file := skippableFrame(0x5d, "1234") + framed(t, nil, resource("a:1", "one"))
	if _, err := NewReaderAt(strings.NewReader(file), 12, int64(len(file)-12), ReaderOptions{}).Next(); err == nil {
		t.Error("a dictionary that is none is taken")
	}
	if _, err := NewReaderAt(failingAt{}, 12, 10, ReaderOptions{}).Next(); err != syscall.EIO {
		t.Errorf("got %v", err)
	}
}

type failingAt struct{}

func (failingAt) ReadAt([]byte, int64) (int, error) { return 0, syscall.EIO }

// TestMemory: a record is read in little memory, whatever its size.
func TestMemory(t *testing.T) {
	const size = 64 << 20
	head := fmt.Sprintf("WARC/1.1\r\nContent-Length: %d\r\n\r\n", size)
	r := NewReader(io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, size), strings.NewReader("\r\n\r\n")), ReaderOptions{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rec, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	length, err := rec.Length()
	runtime.ReadMemStats(&after)
	if err != nil || length != int64(len(head))+size+4 {
		t.Errorf("read %d bytes, %v", length, err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 2<<20 {
		t.Errorf("allocated %d bytes", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
