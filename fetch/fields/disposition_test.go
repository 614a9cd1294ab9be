package fields

import (
	"path"
	"strings"
	"testing"
	"unicode/utf8"
)

// dispositions are values in the forms of RFC 6266 and RFC 8187, and in those that
// servers send although no RFC allows them.
var dispositions = []struct {
	name, value    string
	kind, filename string
}{
	{"nothing", "", "", ""},
	{"spaces", " \t", "", ""},
	{"type alone", "inline", "inline", ""},
	{"type in upper case", "ATTACHMENT", "attachment", ""},
	{"type of its own", "form-data; name=x", "form-data", ""},
	{"quoted type", `"attachment"; filename="a.txt"`, "inline", "a.txt"},
	{"no type", "filename=a.txt", "inline", "a.txt"},
	{"no type but a semicolon", "; filename=a.txt", "inline", "a.txt"},
	{"garbage", "=", "", ""},

	{"token", "attachment; filename=a.txt", "attachment", "a.txt"},
	{"quoted", `attachment; filename="a.txt"`, "attachment", "a.txt"},
	{"no space", `attachment;filename="a.txt"`, "attachment", "a.txt"},
	{"spaces around", "attachment ;\tFileName =  \"a.txt\"  ;", "attachment", "a.txt"},
	{"semicolons between", `attachment;;; ;filename="a.txt"`, "attachment", "a.txt"},
	{"semicolon inside", `attachment; filename="a;b.txt"`, "attachment", "a;b.txt"},
	{"escaped quotes", `attachment; filename="a \"b\" c.txt"`, "attachment", `a "b" c.txt`},
	{"escaped letter", `attachment; filename="f\oo.html"`, "attachment", "foo.html"},
	{"never closed", `attachment; filename="a b.txt`, "attachment", "a b.txt"},
	{"escape at the end", `attachment; filename="a\`, "attachment", ""},
	{"behind the quote", `attachment; filename="a.txt"rest; x=y`, "attachment", "a.txt"},
	{"spaces without quotes", "attachment; filename=my report.pdf ; size=3", "attachment", "my report.pdf"},
	{"single quotes stay", "attachment; filename='a.txt'", "attachment", "'a.txt'"},
	{"twice, first counts", `attachment; filename="a.txt"; filename="b.txt"`, "attachment", "a.txt"},
	{"empty", `attachment; filename=""`, "attachment", ""},
	{"without value", "attachment; filename", "attachment", ""},
	{"another parameter", `attachment; xfilename="a.txt"; size=4`, "attachment", ""},
	{"inside another value", `attachment; x="; filename=a.txt"; filename=b.txt`, "attachment", "b.txt"},
	{"percent stays", "attachment; filename=a%41.txt", "attachment", "a%41.txt"},
	{"UTF-8 bytes", "attachment; filename=\"fran\xc3\xa7ais.txt\"", "attachment", "français.txt"},
	{"Latin-1 bytes", "attachment; filename=\"fran\xe7ais.txt\"", "attachment", "français.txt"},
	{"encoded word, base64", `attachment; filename="=?UTF-8?B?ZnJhbsOnYWlzLnR4dA==?="`, "attachment", "français.txt"},
	{"encoded word, quoted", `attachment; filename="=?ISO-8859-1?Q?fran=E7ais.txt?="`, "attachment", "français.txt"},
	{"no encoded word", `attachment; filename="a=?b.txt"`, "attachment", "a=?b.txt"},

	{"extended", "attachment; filename*=UTF-8''na%C3%AFve%20file.txt", "attachment", "naïve file.txt"},
	{"with language", "attachment; filename*=utf-8'en'a.txt", "attachment", "a.txt"},
	{"quoted extended", `attachment; filename*="UTF-8''a%20b.txt"`, "attachment", "a b.txt"},
	{"Latin-1", "attachment; filename*=iso-8859-1''f%F6o.txt", "attachment", "föo.txt"},
	{"Shift JIS", "attachment; filename*=Shift_JIS''%83e%83X%83g.txt", "attachment", "テスト.txt"},
	{"extended wins", `attachment; filename="a.txt"; filename*=UTF-8''b.txt`, "attachment", "b.txt"},
	{"extended wins when first", `attachment; filename*=UTF-8''b.txt; filename="a.txt"`, "attachment", "b.txt"},
	{"bad UTF-8", `attachment; filename*=UTF-8''f%F6o.txt; filename="a.txt"`, "attachment", "a.txt"},
	{"unknown charset", `attachment; filename*=klingon''a.txt; filename="b.txt"`, "attachment", "b.txt"},
	{"bad percent", `attachment; filename*=UTF-8''a%4.txt; filename="b.txt"`, "attachment", "b.txt"},
	{"percent at the end", `attachment; filename*=UTF-8''a%; filename="b.txt"`, "attachment", "b.txt"},
	{"percent and controls", "attachment; filename*=UTF-8''a%\x11\x11; filename=b.txt", "attachment", "b.txt"},
	{"no quotes in it", `attachment; filename*=a.txt; filename="b.txt"`, "attachment", "b.txt"},
	{"bad alone", "attachment; filename*=UTF-8''%FF", "attachment", ""},

	{"pieces", `attachment; filename*0="foo."; filename*1="html"`, "attachment", "foo.html"},
	{"pieces out of order", `attachment; filename*1="b"; filename*0="a"`, "attachment", "ab"},
	{"pieces from one", `attachment; filename*1="b"`, "attachment", ""},
	{"a gap ends them", `attachment; filename*0="a"; filename*2="b"`, "attachment", "a"},
	{"extended pieces", "attachment; filename*0*=UTF-8''foo-%c3; filename*1*=%a4.; filename*2=txt", "attachment", "foo-ä.txt"},
	{"extended pieces, bad percent", "attachment; filename*0*=UTF-8''foo%", "attachment", ""},
	{"Latin-1 pieces", "attachment; filename*0=\"\xe4\"; filename*1=b", "attachment", "äb"},
	{"plain before pieces", `attachment; filename*0="a"; filename="b"`, "attachment", "b"},

	{"folders", `attachment; filename="/etc/passwd"`, "attachment", "passwd"},
	{"upwards", `attachment; filename="../../a.txt"`, "attachment", "a.txt"},
	{"encoded folders", "attachment; filename*=UTF-8''..%2F..%2Fa.txt", "attachment", "a.txt"},
	{"encoded backslash", "attachment; filename*=UTF-8''..%5Ca.txt", "attachment", "a.txt"},
	{"Windows path", `attachment; filename="C:\dir\new.txt"`, "attachment", "new.txt"},
	{"Windows path without quotes", `attachment; filename=C:\dir\new.txt; x=y`, "attachment", "new.txt"},
	{"escaped Windows path", `attachment; filename="C:\\dir\\new.txt"`, "attachment", "new.txt"},
	{"folder only", `attachment; filename="a/"`, "attachment", ""},
	{"dot", `attachment; filename="."`, "attachment", ""},
	{"dots", `attachment; filename=" .. "`, "attachment", ""},
	{"dots hidden by a control", "attachment; filename*=UTF-8''.%00.", "attachment", ""},
	{"hidden file", `attachment; filename=".profile"`, "attachment", ".profile"},
	{"controls", "attachment; filename*=UTF-8''a%0D%0AX%3A%1B%5B31m%00%7F%C2%85b", "attachment", "aX:[31mb"},
	{"right-to-left override", "attachment; filename*=UTF-8''a%E2%80%AEtxt.exe", "attachment", "atxt.exe"},
}

func TestContentDisposition(t *testing.T) {
	for _, c := range dispositions {
		kind, filename, ok := ContentDisposition(c.value)
		if kind != c.kind || filename != c.filename || ok != (c.kind != "") {
			t.Errorf("%s: ContentDisposition(%q) = %q, %q, %v; want %q, %q", c.name, c.value, kind, filename, ok, c.kind, c.filename)
		}
	}
}

func FuzzContentDisposition(f *testing.F) {
	for _, c := range dispositions {
		f.Add(c.value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		kind, filename, ok := ContentDisposition(value)
		if ok != (kind != "") || !ok && filename != "" {
			t.Errorf("%q gives %q, %q, %v", value, kind, filename, ok)
		}
		if !utf8.ValidString(filename) || strings.ContainsAny(filename, "/\\\x00\r\n\x1b") {
			t.Errorf("%q gives the unsafe name %q", value, filename)
		}
		if filename != "" && path.Join("dir", filename) != "dir/"+filename {
			t.Errorf("%q gives a name that leaves its folder: %q", value, filename)
		}
	})
}
