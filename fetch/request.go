package fetch

import (
	"encoding/base64"
	"net/url"
	"strings"

	"crawl/fetch/urls"

	"golang.org/x/net/http/httpguts"
)

// checkRequest refuses what would put other bytes on the wire than the caller
// means: RFC 9110 sections 5.1, 5.5 and 9.1 say which are allowed. Where the body
// ends is for the client to say.
func (o *Options) checkRequest(req *Request) *Error {
	if m := method(req); !httpguts.ValidHeaderFieldName(m) || m == "CONNECT" { // a method is a token, as a name is
		return fault(ClassBadURL, nil, "invalid method %q", req.Method)
	}
	for _, f := range req.Header {
		if !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value) {
			return fault(ClassBadURL, nil, "invalid header field %q", f.Name)
		}
		if strings.EqualFold(f.Name, "Content-Length") || strings.EqualFold(f.Name, "Transfer-Encoding") {
			return fault(ClassBadURL, nil, "%s follows from the request's Body", f.Name)
		}
	}
	if !httpguts.ValidHeaderFieldValue(o.UserAgent) {
		return fault(ClassBadURL, nil, "invalid Options.UserAgent")
	}
	if b := req.Body; b != nil && !(httpguts.ValidHeaderFieldValue(b.ContentType()) && httpguts.ValidHeaderFieldValue(codingOf(b))) {
		return fault(ClassBadURL, nil, "invalid type of the request's body")
	}
	return nil
}

// fields hands to add, in the order of sending, the fields that are sent with req, but
// for Host and what tells a body's length; and returns what the request asks for.
func (o *Options) fields(req *Request, u urls.URL, proxy *url.URL, add func(name, value string)) (target string, e *Error) {
	if !req.Header.Has("User-Agent") {
		add("User-Agent", o.UserAgent)
	}
	target = u.RequestURI()
	if speaksHTTP(proxy) && u.Scheme() == "http" { // RFC 9112 section 3.2.2: absolute form
		target = "http://" + hostField(u) + target
		header, e := o.proxyHeader(proxy)
		if e != nil {
			return "", e
		}
		for _, f := range header {
			add(f.Name, f.Value)
		}
	}
	if user, password, ok := u.Userinfo(); ok && !req.Header.Has("Authorization") {
		add("Authorization", basicAuth(user, password))
	}
	for _, f := range req.Header {
		if !strings.EqualFold(f.Name, "Host") && (f.Value != "" || !automatic(f.Name)) {
			add(f.Name, f.Value)
		}
	}
	if req.Body == nil {
		return target, nil
	}
	if t := req.Body.ContentType(); t != "" && !req.Header.Has("Content-Type") {
		add("Content-Type", t)
	}
	if c := codingOf(req.Body); c != "" && !req.Header.Has("Content-Encoding") {
		add("Content-Encoding", c)
	}
	return target, nil
}

// hostOf is what the Host field of req says.
func hostOf(req *Request, u urls.URL) string {
	if own := req.Header.Get("Host"); own != "" {
		return own
	}
	return hostField(u)
}

// expects reports whether the server is to say that it wants the body, of which there
// are size bytes.
func expects(req *Request, size int64) bool {
	return size != 0 && (req.Expect || hasToken(req.Header, "Expect", "100-continue"))
}

// automatic names the fields that are sent unasked. With an empty value in
// [Request.Header] they are not.
func automatic(name string) bool {
	return strings.EqualFold(name, "User-Agent") || strings.EqualFold(name, "Accept") ||
		strings.EqualFold(name, "Accept-Encoding") || strings.EqualFold(name, "Content-Type")
}

// anticipatesBody tells the methods where a server waits for a body, unless it is
// told that there is none (RFC 9110 section 8.6).
func anticipatesBody(method string) bool {
	switch method {
	case "POST", "PUT", "PATCH":
		return true
	}
	return false
}

// repeatable reports whether req may be sent twice: without harm (RFC 9110 section
// 9.2.2), and with its body.
func repeatable(req *Request) bool {
	return idempotent(method(req)) && (req.Body == nil || Replayable(req.Body))
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
