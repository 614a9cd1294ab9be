package warc

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"strconv"
	"strings"
	"time"
)

// maxHead bounds a record's head, and that of an HTTP message: room for the longest URLs.
const maxHead = 1 << 20

var errHead = errors.New("its head is longer than a MiB")

// readLines reads what stands before the first empty line, and that, too. Lines end in
// CR LF or in LF. When the input ends first the error is io.ErrUnexpectedEOF.
func readLines(r *bufio.Reader) ([]byte, error) {
	var head []byte
	for begun := 0; ; {
		part, err := r.ReadSlice('\n')
		if len(head)+len(part) > maxHead {
			return head, errHead
		}
		head = append(head, part...)
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF:
			return head, io.ErrUnexpectedEOF
		case err != nil:
			return head, err
		}
		if line := head[begun:]; len(line) == 1 || len(line) == 2 && line[0] == '\r' {
			return head, nil
		}
		begun = len(head)
	}
}

// parseFields reads the first line and the fields below it, as RFC 5322 has them: a line
// that begins with white space goes on with the one above. Lines that are no field are
// passed over.
func parseFields(head []byte) (first string, fields Header) {
	line, rest, _ := bytes.Cut(head, []byte("\n"))
	first = strings.TrimSpace(string(line))
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		text := strings.TrimRight(string(line), " \t\r")
		if text == "" {
			continue
		}
		if last := len(fields) - 1; text[0] == ' ' || text[0] == '\t' {
			if last >= 0 {
				fields[last].Value = strings.TrimSpace(fields[last].Value + " " + strings.TrimLeft(text, " \t"))
			}
			continue
		}
		if name, value, found := strings.Cut(text, ":"); found {
			fields = append(fields, Field{strings.TrimRight(name, " \t"), strings.TrimLeft(value, " \t")})
		}
	}
	return first, fields
}

// version is the number in the first line of a record: "1.1".
func version(line string) (string, bool) {
	number, found := strings.CutPrefix(line, "WARC/")
	major, minor, dotted := strings.Cut(number, ".")
	return number, found && dotted && digits(major) && digits(minor)
}

func digits(s string) bool {
	return s != "" && len(s) <= 3 && strings.Trim(s, "0123456789") == ""
}

// parseHead makes a Head of its fields.
func parseHead(fields Header) (head Head, size int64, err error) {
	size = -1
	for _, f := range fields {
		switch strings.ToLower(f.Name) {
		case "content-length":
			n, err := strconv.ParseInt(f.Value, 10, 64)
			if err != nil || n < 0 || size >= 0 && n != size {
				return head, 0, errors.New("its Content-Length is no number: " + strconv.Quote(f.Value))
			}
			size = n
		case "warc-type":
			head.Type = Type(strings.ToLower(f.Value))
		case "warc-record-id":
			head.ID = bare(f.Value)
		case "warc-date":
			head.Date = parseDate(f.Value)
		case "warc-target-uri":
			head.TargetURI = bare(f.Value)
		case "content-type":
			head.ContentType = f.Value
		case "warc-ip-address":
			head.IPAddress = f.Value
		case "warc-concurrent-to":
			head.ConcurrentTo = append(head.ConcurrentTo, bare(f.Value))
		case "warc-warcinfo-id":
			head.WarcinfoID = bare(f.Value)
		case "warc-filename":
			head.Filename = decoded(f.Value)
		case "warc-refers-to":
			head.RefersTo = bare(f.Value)
		case "warc-refers-to-target-uri":
			head.RefersToTargetURI = bare(f.Value)
		case "warc-refers-to-date":
			head.RefersToDate = parseDate(f.Value)
		case "warc-profile":
			head.Profile = profile(bare(f.Value))
		case "warc-truncated":
			head.Truncated = Reason(strings.ToLower(f.Value))
		case "warc-block-digest":
			head.BlockDigest = Digest(f.Value)
		case "warc-payload-digest":
			head.PayloadDigest = Digest(f.Value)
		case "warc-identified-payload-type":
			head.IdentifiedPayloadType = f.Value
		default:
			head.Extra = append(head.Extra, Field{f.Name, decoded(f.Value)})
		}
	}
	if size < 0 {
		return head, 0, errors.New("it has no Content-Length")
	}
	return head, size, nil
}

// bare takes off the angle brackets that WARC 1.0 has around each URI.
func bare(uri string) string {
	if inner, found := strings.CutPrefix(uri, "<"); found {
		if inner, found = strings.CutSuffix(inner, ">"); found {
			return inner
		}
	}
	return uri
}

// decoded undoes the encoded words of RFC 2047 that section 4 of the standard allows.
func decoded(value string) string {
	if !strings.Contains(value, "=?") {
		return value
	}
	if text, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
		return text
	}
	return value
}

// dates are the forms of W3CDTF, the most exact first; Go takes a fraction where there
// are seconds. The last is what some old files have.
var dates = [...]string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006", "20060102150405"}

// parseDate is zero for what is no date.
func parseDate(text string) time.Time {
	for _, form := range dates {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// profile is that of WARC 1.1 for the forms of 1.0 and of the standard's own examples.
func profile(uri string) Profile {
	if strings.HasPrefix(uri, "http://netpreserve.org/warc/") {
		for _, p := range [...]Profile{IdenticalPayload, NotModified} {
			if strings.HasSuffix(uri, string(p[strings.LastIndexByte(string(p), '/'):])) {
				return p
			}
		}
	}
	return Profile(uri)
}
