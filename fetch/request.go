package fetch

import (
	"encoding/base64"
	"strings"

	"crawl/fetch/urls"

	"golang.org/x/net/http/httpguts"
)

// checkRequest refuses what would put other bytes on the wire than the caller
// means: RFC 9110 sections 5.1, 5.5 and 9.1 say which are allowed.
func checkRequest(req *Request) *Error {
	if !httpguts.ValidHeaderFieldName(method(req)) { // a method is a token, as a name is
		return fault(ClassBadURL, nil, "invalid method %q", req.Method)
	}
	for _, f := range req.Header {
		if !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value) {
			return fault(ClassBadURL, nil, "invalid header field %q", f.Name)
		}
	}
	return nil
}

func method(req *Request) string {
	if req.Method == "" {
		return "GET"
	}
	return req.Method
}

// hostField is what the Host field says: the port only when it is not the scheme's own.
func hostField(u urls.URL) string {
	if u.Scheme() == "https" {
		return strings.TrimSuffix(u.Host(), ":443")
	}
	return strings.TrimSuffix(u.Host(), ":80")
}

func basicAuth(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// hasToken reports whether token is in the comma-separated lists of name.
func hasToken(h Header, name, token string) bool {
	for _, f := range h {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		for t := range strings.SplitSeq(f.Value, ",") {
			if strings.EqualFold(strings.Trim(t, " \t"), token) {
				return true
			}
		}
	}
	return false
}
