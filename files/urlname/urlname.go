// Package urlname makes file names of URLs. [Of] is all there is to it.
package urlname

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Limits of a name. File systems allow 255 bytes a component and 4,096 a path;
// what stays below these figures also leaves room for DIR itself and for tools
// that are less generous.
const (
	maxPlain    = 120   // bytes of a segment that is kept as it is
	maxHost     = 200   // bytes of a host that is kept as it is
	maxStem     = 80    // readable bytes of a decorated component
	maxExt      = 8     // bytes of an extension that a decorated leaf keeps
	maxSegments = 24    // a deeper path, or
	maxName     = 1_000 // a longer name is cut
	cutSegments = 16    // to so many folders, as far as they fit into
	cutName     = 700   // so many bytes
)

// Kinds of component go into the hash of a decorated one, so that the same text
// gives different names as a folder and as a page.
const (
	kindHost   = "host"
	kindFolder = "folder"
	kindLeaf   = "leaf"
	kindRest   = "rest"
)

// Of returns the output name of a canonical URL: a relative path with slashes,
// `HOST/FOLDER/.../LEAF`. It is a pure function, so that a resumed run needs no
// memory of it, and no two URLs share a name unless they differ in the password
// alone, not even where file systems fold case or normalise Unicode. No page has
// the name of a folder.
//
//	https://example.com/               example.com/index~.html
//	https://example.com/docs           example.com/docs_
//	https://example.com/docs/a.html    example.com/docs/a.html
//	https://example.com/v1.2/a.html    example.com/v1.2_/a.html
//	https://example.com/A.html         example.com/a~shcicg7svgq6.html
//	https://example.com/s.php?q=1      example.com/s-q=1~o65ryvez3sd2.php
//	http://example.com/a.html          example.com+http/a.html
//	http://example.com:8080/a.html     example.com+8080/a.html
//	https://example.com:8443/a.html    example.com+8443+https/a.html
//	https://[::1]/a.html               ip6---1/a.html
//
// A segment of only a-z 0-9 . _ - + = , @ % stays as it is when every file system
// takes it and no _ ends it. A dot tells pages from folders: a page has one and a
// folder has none, and where the URL has it otherwise a _ at the end says so (not a
// ~, by which tools know the backups that they leave out). Any other segment is
// decorated: a readable stem, ~, 60 bits of a hash of the original, and a page's
// extension. Paths of more than 24 segments, or whose name would be longer than
// 1,000 bytes, keep their first folders and end in one decorated leaf for the
// rest. A user name, and whether there is a password, appear only in the hash of a
// decorated host; what the password is, nowhere.
//
// Text that is no canonical URL gets a name as well, which need not be unique.
func Of(url string) string {
	var buf [256]byte
	return string(Append(buf[:0], url))
}

// Append appends [Of] of the URL to b.
func Append(b []byte, url string) []byte {
	start := len(b)
	scheme, rest, _ := strings.Cut(url, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	b = appendHost(b, scheme, rest[:end])
	b = append(b, '/')
	path := strings.TrimPrefix(rest[end:], "/")
	host := len(b)

	// The query may hold slashes too.
	segments, query := path, ""
	if i := strings.IndexByte(path, '?'); i >= 0 {
		segments, query = path[:i], path[i:]
	}
	if strings.Count(segments, "/") < maxSegments {
		b = appendPath(b, segments, query)
		if len(b)-start <= maxName {
			return b
		}
	}
	return appendCut(b[:host], start, segments, query)
}

func appendPath(b []byte, segments, query string) []byte {
	for {
		i := strings.IndexByte(segments, '/')
		if i < 0 {
			return appendLeaf(b, segments, query)
		}
		b = append(appendFolder(b, segments[:i]), '/')
		segments = segments[i+1:]
	}
}

// appendCut keeps the first folders and puts the rest into one leaf.
func appendCut(b []byte, start int, segments, query string) []byte {
	for range cutSegments {
		i := strings.IndexByte(segments, '/')
		if i < 0 {
			break
		}
		longer := append(appendFolder(b, segments[:i]), '/')
		if len(longer)-start > cutName {
			break
		}
		b, segments = longer, segments[i+1:]
	}
	return appendDecorated(b, kindRest, segments, query, extension(segments))
}

func appendHost(b []byte, scheme, authority string) []byte {
	host, port := authority, ""
	user := "" // with a colon behind it when there is a password
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		user, host = host[:i], host[i+1:]
		if colon := strings.IndexByte(user, ':'); colon >= 0 {
			user = user[:colon+1]
		}
	}
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host, port = host[:i], host[i+1:]
	}
	literal := isIPv6(host)
	if user != "" || !literal && !isPlainHost(host) || !isPort(port) || scheme != "https" && scheme != "http" {
		return appendDecorated(b, kindHost, host, "\x00"+scheme+"\x00"+port+"\x00"+user, "")
	}
	if literal {
		b = append(b, "ip6-"...)
		for i := 1; i < len(host)-1; i++ {
			if host[i] == ':' {
				b = append(b, '-')
			} else {
				b = append(b, host[i])
			}
		}
	} else {
		b = append(b, host...)
	}
	switch {
	case port != "" && scheme == "https":
		b = append(append(append(b, '+'), port...), "+https"...)
	case port != "":
		b = append(append(b, '+'), port...)
	case scheme == "http":
		b = append(b, "+http"...)
	}
	return b
}

func appendFolder(b []byte, segment string) []byte {
	plain, dot := isPlain(segment)
	if !plain {
		return appendDecorated(b, kindFolder, segment, "", "")
	}
	b = append(b, segment...)
	if dot {
		b = append(b, '_')
	}
	return b
}

func appendLeaf(b []byte, segment, query string) []byte {
	if segment == "" && query == "" {
		return append(b, "index~.html"...)
	}
	plain, dot := isPlain(segment)
	if !plain || query != "" {
		return appendDecorated(b, kindLeaf, segment, query, extension(segment))
	}
	b = append(b, segment...)
	if !dot {
		b = append(b, '_')
	}
	return b
}

var hashText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// appendDecorated appends `stem~hash.ext`. The ~ in the middle is what no other
// kind of component has.
func appendDecorated(b []byte, kind, segment, more, ext string) []byte {
	stem := segment
	if ext != "" {
		stem = segment[:len(segment)-len(ext)-1]
	}
	b = appendStem(b, stem, more)
	b = append(b, '~')

	var room [512]byte
	text := append(append(append(append(room[:0], kind...), 0), segment...), more...)
	sum := sha256.Sum256(text)
	var coded [16]byte
	hashText.Encode(coded[:], sum[:10])
	b = append(b, coded[:12]...)

	if ext != "" {
		b = append(b, '.')
		for i := range len(ext) {
			b = append(b, lower(ext[i]))
		}
	}
	return b
}

// appendStem appends what of the text can be read in a file name. Dots become
// hyphens too: Windows takes `con.anything` for the console.
func appendStem(b []byte, segment, more string) []byte {
	start := len(b)
	for _, s := range [2]string{segment, more} {
		if s != "" && s[0] == 0 {
			break // not for reading
		}
		for i := 0; i < len(s) && len(b)-start < maxStem; i++ {
			if c := lower(s[i]); class[c]&kept != 0 && c != '.' {
				b = append(b, c)
			} else {
				b = append(b, '-')
			}
		}
	}
	if len(b) == start {
		b = append(b, '_')
	}
	return b
}

// extension returns the letters after the last dot when they are an ordinary
// extension, or "".
func extension(segment string) string {
	i := strings.LastIndexByte(segment, '.')
	if i < 0 {
		return ""
	}
	ext := segment[i+1:]
	if ext == "" || len(ext) > maxExt {
		return ""
	}
	for i := range len(ext) {
		if class[lower(ext[i])]&letter == 0 {
			return ""
		}
	}
	return ext
}

// class sorts bytes into those that components keep.
var class = func() (class [256]uint8) {
	for c := range class {
		if '0' <= c && c <= '9' || 'a' <= c && c <= 'z' {
			class[c] = letter | inHost | kept
		}
	}
	for _, c := range "._-" {
		class[c] = inHost | kept
	}
	for _, c := range "+=,@%" {
		class[c] = kept
	}
	return class
}()

const (
	letter = 1 << iota // or digit
	inHost
	kept
)

// isPlain reports whether every file system takes the segment as it is, and
// whether there is a dot in it.
func isPlain(s string) (plain, dot bool) {
	if s == "" || len(s) > maxPlain {
		return false, false
	}
	for i := range len(s) {
		if class[s[i]]&kept == 0 {
			return false, false
		}
		dot = dot || s[i] == '.'
	}
	end := s[len(s)-1]
	return end != '.' && end != '_' && !isDevice(s), dot
}

func isPlainHost(s string) bool {
	if s == "" || len(s) > maxHost || strings.HasPrefix(s, "ip6-") || s[len(s)-1] == '.' {
		return false
	}
	for i := range len(s) {
		if class[s[i]]&inHost == 0 {
			return false
		}
	}
	return !isDevice(s)
}

func isIPv6(s string) bool {
	if len(s) < 4 || len(s) > 41 || s[0] != '[' || s[len(s)-1] != ']' {
		return false
	}
	for i := 1; i < len(s)-1; i++ {
		if c := s[i]; c != ':' && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func isPort(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) <= 5
}

// isDevice reports whether Windows takes the name for a device: a device name,
// whatever follows its first dot.
// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
func isDevice(s string) bool {
	switch s[0] {
	case 'a', 'c', 'l', 'n', 'p': // spares all others the rest
	default:
		return false
	}
	if i := strings.IndexByte(s, '.'); i >= 0 {
		s = s[:i]
	}
	switch len(s) {
	case 3:
		return s == "con" || s == "prn" || s == "aux" || s == "nul"
	case 4:
		return (s[:3] == "com" || s[:3] == "lpt") && '0' <= s[3] && s[3] <= '9'
	}
	return false // conin$ and conout$ have a byte that is not kept
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
