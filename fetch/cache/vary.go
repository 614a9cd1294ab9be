package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"crawl/fetch"
)

// variant digests what a request says in the fields that an answer's Vary names
// (RFC 9111 section 4.1): requests of equal digest get the same answer. It is a
// digest because those fields may hold secrets. ok is false for Vary: *, which no
// request matches.
func variant(answer, request fetch.Header) (digest string, ok bool) {
	var names []string
	for _, f := range answer {
		if strings.EqualFold(f.Name, "Vary") {
			for name := range strings.SplitSeq(f.Value, ",") {
				if name = strings.ToLower(strings.Trim(name, " \t")); name != "" {
					names = append(names, name)
				}
			}
		}
	}
	if len(names) == 0 {
		return "", true
	}
	slices.Sort(names)
	hash := sha256.New()
	for _, name := range slices.Compact(names) {
		if name == "*" {
			return "", false
		}
		hash.Write([]byte(name))
		for _, value := range request.Values(name) {
			hash.Write([]byte{0})
			hash.Write([]byte(normal(value)))
		}
		hash.Write([]byte{'\n'})
	}
	return hex.EncodeToString(hash.Sum(nil)), true
}

// variesWithin reports whether an answer varies with a field that layers inside of the
// cache have changed: no later request could be compared by it. Accept-Encoding is
// fetch.Decode's affair, since what is stored is decoded.
func variesWithin(answer, asked, sent fetch.Header) bool {
	for _, f := range answer {
		if !strings.EqualFold(f.Name, "Vary") {
			continue
		}
		for name := range strings.SplitSeq(f.Value, ",") {
			name = strings.Trim(name, " \t")
			if !strings.EqualFold(name, "Accept-Encoding") && !slices.Equal(asked.Values(name), sent.Values(name)) {
				return true
			}
		}
	}
	return false
}

// normal is a field's value without the white space that means nothing in lists.
func normal(value string) string {
	parts := strings.Split(value, ",")
	for i := range parts {
		parts[i] = strings.Join(strings.Fields(parts[i]), " ")
	}
	return strings.Join(parts, ",")
}

// pick returns the newest of the answers that fits the request.
func pick(answers []Answer, request fetch.Header) (Answer, bool) {
	for _, a := range slices.Backward(answers) {
		if digest, ok := variant(a.Header, request); ok && digest == a.Variant {
			return a, true
		}
	}
	return Answer{}, false
}
