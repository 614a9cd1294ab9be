package warc

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"crawl/fetch"
	"crawl/fetch/urls"
	"crawl/files/warc"
)

// visit is what one visit came to, as records. The answers' are those that an index has.
type visit struct {
	drafts  []warc.Draft
	answers []answer
}

// answer is an exchange and the record of its answer.
type answer struct {
	*fetch.Exchange
	draft int // its number among the drafts
}

// visit makes records of exchanges, the last of which ended with err.
func (s *Sink) visit(exchanges []*fetch.Exchange, err error) (visit, error) {
	var v visit
	last := len(exchanges) - 1
	for n := range exchanges {
		i := (last + n) % len(exchanges) // the last comes first
		x, failed := exchanges[i], error(nil)
		via := x.Via
		if i > 0 {
			via = exchanges[i-1].URL
		}
		if i == last {
			failed = err
		}
		if err := s.exchange(&v, x, shown(via), failed); err != nil {
			return v, err
		}
	}
	return v, nil
}

// exchange adds the records of x, to which the URL via led, if one did.
func (s *Sink) exchange(v *visit, x *fetch.Exchange, via string, err error) error {
	common := warc.Head{
		Date:      x.Started.UTC().Truncate(time.Second), // as indexes have it, which revisits refer to
		TargetURI: shown(x.URL),
	}
	if x.RemoteAddr.IsValid() {
		common.IPAddress = x.RemoteAddr.Addr().WithZone("").String()
	}
	if x.Proto == "HTTP/2.0" {
		common.Extra = warc.Header{{Name: "WARC-Protocol", Value: "h2"}}
	}
	got, sumErr := s.answer(x, common, err)
	if sumErr != nil {
		return sumErr
	}
	v.answers = append(v.answers, answer{x, len(v.drafts)})
	asked := warc.Draft{Head: common, Block: masked(&x.Request)}
	asked.Type, asked.ContentType, asked.ConcurrentTo = warc.Request, warc.HTTPRequest, []string{got.ID}
	v.drafts = append(v.drafts, got, asked)
	if about := metadata(via, x, err); len(about) > 0 {
		told := warc.Draft{Head: common, Block: about.Block()}
		told.Type, told.ContentType, told.ConcurrentTo = warc.Metadata, warc.Fields, []string{got.ID}
		v.drafts = append(v.drafts, told)
	}
	return nil
}

// answer is the response, or the revisit of one that was there before.
func (s *Sink) answer(x *fetch.Exchange, common warc.Head, err error) (warc.Draft, error) {
	d := warc.Draft{Head: common, Block: &x.Answer}
	d.ID, d.Type, d.ContentType, d.Truncated = newID(), warc.Response, warc.HTTPResponse, truncated(x, err)
	sums, failed := digests(x)
	if failed != nil {
		return d, failed
	}
	d.BlockDigest, d.PayloadDigest = sums.block, sums.payload
	if x.Status == 304 && x.Cut == nil {
		d.Type, d.Profile, d.RefersToTargetURI = warc.Revisit, warc.NotModified, d.TargetURI
		return d, nil
	}
	original, found, failed := s.original(x, d.PayloadDigest)
	if failed != nil || !found {
		return d, failed
	}
	d.Type, d.Profile = warc.Revisit, warc.IdenticalPayload
	d.RefersTo, d.RefersToTargetURI, d.RefersToDate = original.id, original.url, original.date
	d.Block, d.BlockDigest = io.NewSectionReader(&x.Answer, 0, x.HeadSize), sums.head
	return d, nil
}

// truncated says why an answer is not whole; err is what the reader of its body made of
// that.
func truncated(x *fetch.Exchange, err error) warc.Reason {
	e, _ := errors.AsType[*fetch.Error](x.Cut)
	switch {
	case x.Cut == nil:
		return ""
	case e != nil && e.Timeout():
		return warc.TruncatedTime
	case errors.Is(x.Cut, fetch.ClassTruncated), errors.Is(x.Cut, fetch.ClassReset):
		return warc.TruncatedDisconnect
	case errors.Is(err, fetch.ClassTooLarge):
		return warc.TruncatedLength
	}
	return warc.TruncatedUnspecified
}

// metadata are what the messages do not tell.
func metadata(via string, x *fetch.Exchange, err error) warc.Header {
	var h warc.Header
	if via != "" {
		h = append(h, warc.Field{Name: "via", Value: via})
	}
	if e, ok := errors.AsType[*fetch.Error](cmp.Or(err, x.Cut)); ok && !errors.Is(e, fetch.ClassCancelled) {
		h = append(h, warc.Field{Name: "fetchError", Value: string(e.Class) + ": " + e.Reason})
	}
	return h
}

// sums are the digests of an answer.
type sums struct{ block, head, payload warc.Digest }

// digests reads the answer once. The payload is what stands behind the head, chunks as
// they came: that is what others digest who keep them.
func digests(x *fetch.Exchange) (sums, error) {
	block, payload := sha1.New(), sha1.New()
	var made sums
	sum := func(r io.Reader, w io.Writer) error {
		buf := buffers.Get().(*[32 << 10]byte)
		defer buffers.Put(buf)
		_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, buf[:])
		return err
	}
	if m := x.Answer.Memory(); m != nil {
		block.Write(m[:x.HeadSize])
		made.head = warc.Sum(warc.SHA1, block.Sum(nil))
		block.Write(m[x.HeadSize:])
		payload.Write(m[x.HeadSize:])
	} else {
		if err := sum(io.NewSectionReader(&x.Answer, 0, x.HeadSize), block); err != nil {
			return made, err
		}
		made.head = warc.Sum(warc.SHA1, block.Sum(nil))
		if err := sum(io.NewSectionReader(&x.Answer, x.HeadSize, x.Answer.Size()-x.HeadSize), io.MultiWriter(block, payload)); err != nil {
			return made, err
		}
	}
	made.block, made.payload = warc.Sum(warc.SHA1, block.Sum(nil)), warc.Sum(warc.SHA1, payload.Sum(nil))
	return made, nil
}

// original is what a revisit refers to.
type original struct {
	url  string
	date time.Time
	id   string // "" when it is not known any more
}

// original looks for an answer with the same payload.
func (s *Sink) original(x *fetch.Exchange, payload warc.Digest) (o original, found bool, err error) {
	if s.firsts == nil || !worth(x) {
		return o, false, nil
	}
	note, found, err := s.firsts.Find([]byte(bare(payload)))
	if !found || err != nil {
		return o, false, err
	}
	date, rest, _ := strings.Cut(note, " ")
	o.id, o.url, _ = strings.Cut(rest, " ")
	o.date, err = time.Parse(time.RFC3339, date)
	return o, err == nil, err
}

// remember notes the payloads of a visit that was kept, for what comes after.
func (s *Sink) remember(ctx context.Context, v visit) error {
	if s.firsts == nil {
		return nil
	}
	for _, a := range v.answers {
		d := &v.drafts[a.draft]
		if d.Type != warc.Response || !worth(a.Exchange) {
			continue
		}
		if err := s.note(ctx, bare(d.PayloadDigest), original{d.TargetURI, d.Date, d.ID}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sink) note(ctx context.Context, payload string, o original) error {
	return s.firsts.Add(ctx, []byte(payload), o.date.Format(time.RFC3339)+" "+o.id+" "+o.url, false)
}

// worth reports whether an answer may be what others refer to, or refer to another: it is
// whole, and has a payload to save.
func worth(x *fetch.Exchange) bool { return x.Cut == nil && x.Answer.Size() > x.HeadSize }

// shown is a URL without its user and password.
func shown(url string) string {
	if !strings.Contains(url, "@") {
		return url
	}
	u, err := urls.Parse(url)
	if err != nil {
		return urls.Mask(url)
	}
	return u.WithoutUserinfo().String()
}

// masked is a request without the passwords of its head.
func masked(r *fetch.Recording) warc.Content {
	const most = 64 << 10 // of a head; ours are shorter
	head := r.Memory()
	if head == nil {
		head = make([]byte, min(r.Size(), most))
		if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
			return r // whoever writes it meets the error
		}
	}
	end := bytes.Index(head, []byte("\r\n\r\n"))
	if end < 0 || !bytes.Contains(head[:end], []byte("uthorization:")) && !bytes.Contains(bytes.ToLower(head[:end]), []byte("authorization:")) {
		return r
	}
	var hidden bytes.Buffer
	for line := range bytes.SplitSeq(head[:end], []byte("\r\n")) {
		if name, _, ok := bytes.Cut(line, []byte(":")); ok && bytes.HasSuffix(bytes.ToLower(name), []byte("authorization")) {
			line = append(name[:len(name):len(name)], ": ***"...)
		}
		hidden.Write(line)
		hidden.WriteString("\r\n")
	}
	return newSpliced(hidden.Bytes(), r, int64(end+2))
}

// spliced is a message that begins with other bytes than were sent.
type spliced struct {
	start []byte
	rest  *io.SectionReader
}

func newSpliced(start []byte, r *fetch.Recording, from int64) *spliced {
	return &spliced{start, io.NewSectionReader(r, from, r.Size()-from)}
}

// Size implements [warc.Content].
func (s *spliced) Size() int64 { return int64(len(s.start)) + s.rest.Size() }

// ReadAt implements [io.ReaderAt].
func (s *spliced) ReadAt(p []byte, off int64) (n int, err error) {
	if off < int64(len(s.start)) {
		n = copy(p, s.start[off:])
		off += int64(n)
	}
	if n == len(p) {
		return n, nil
	}
	more, err := s.rest.ReadAt(p[n:], off-int64(len(s.start)))
	return n + more, err
}

// newID makes the ID of a record: a random UUID (RFC 9562 section 5.4).
func newID() string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // which never fails
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
