package cache

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"crawl/fetch"
)

// maxEntry bounds the file of one URL: sixteen answers with large headers.
const maxEntry = 2 << 20

// entry is what a [Disk] keeps in one file: the answers of one URL.
type entry struct {
	URL     string      `json:"url"`
	Answers []wireEntry `json:"answers"`
}

// wireEntry is an Answer as JSON. Field values are bytes and JSON is text, so each
// byte stands as the character of that number: plain text stays plain to read.
type wireEntry struct {
	Variant   string      `json:"variant,omitempty"`
	Proto     string      `json:"proto"`
	Status    int         `json:"status"`
	Reason    string      `json:"reason,omitempty"`
	Header    [][2]string `json:"header"`
	Requested time.Time   `json:"requested"`
	Received  time.Time   `json:"received"`
	Bytes     int64       `json:"bytes"`
	SHA256    string      `json:"sha256"`
}

func encode(url string, answers []Answer) ([]byte, error) {
	e := entry{URL: toText(url)}
	for _, a := range answers {
		w := wireEntry{
			Variant: a.Variant, Proto: toText(a.Proto), Status: a.Status, Reason: toText(a.Reason), Header: [][2]string{},
			Requested: a.Requested.UTC(), Received: a.Received.UTC(), Bytes: a.Bytes, SHA256: a.SHA256,
		}
		for _, f := range a.Header {
			w.Header = append(w.Header, [2]string{toText(f.Name), toText(f.Value)})
		}
		e.Answers = append(e.Answers, w)
	}
	data, err := json.Marshal(e)
	if err == nil && len(data) > maxEntry {
		err = errors.New("the answers' headers are too large for the cache")
	}
	return data, err
}

var errTorn = errors.New("is no cache entry")

// decode reads what encode wrote. Whatever else it is given is errTorn.
func decode(data []byte) (url string, answers []Answer, err error) {
	var e entry
	if json.Unmarshal(data, &e) != nil || e.URL == "" || len(e.Answers) > maxVariants {
		return "", nil, errTorn
	}
	for _, w := range e.Answers {
		if !isSum(w.SHA256) || w.Bytes < 0 || w.Status < 200 || w.Status > 999 {
			return "", nil, errTorn
		}
		a := Answer{
			Variant: w.Variant, Proto: toBytes(w.Proto), Status: w.Status, Reason: toBytes(w.Reason),
			Requested: w.Requested, Received: w.Received, Bytes: w.Bytes, SHA256: w.SHA256,
		}
		for _, f := range w.Header {
			a.Header = append(a.Header, fetch.Field{Name: toBytes(f[0]), Value: toBytes(f[1])})
		}
		answers = append(answers, a)
	}
	return toBytes(e.URL), answers, nil
}

// isSum reports whether s is a SHA-256 in hex. It becomes part of a path.
func isSum(s string) bool {
	sum, err := hex.DecodeString(s)
	return err == nil && len(sum) == 32 && hex.EncodeToString(sum) == s
}

func toText(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && s[i] < 0x80
	}
	if plain {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func toBytes(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}
