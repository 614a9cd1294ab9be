package charset

import (
	"strings"
	"testing"
	"unicode/utf8"
)

const russian = "\xc4\xee\xe1\xf0\xee \xef\xee\xe6\xe0\xeb\xee\xe2\xe0\xf2\xfc \xed\xe0 \xed\xe0\xf8 \xf1\xe0\xe9\xf2, \xe3\xe4\xe5 \xe2\xfb \xed\xe0\xe9\xe4\xe5\xf2\xe5 \xed\xee\xe2\xee\xf1\xf2\xe8 \xe8 \xf1\xf2\xe0\xf2\xfc\xe8"

var far = "<!--" + strings.Repeat("x", 5000) + "-->"

// documents are heads with what they must be taken for.
var documents = []struct {
	name, contentType, head string
	want                    string
	certain                 bool
}{
	{"empty", "", "", "windows-1252", false},
	{"empty HTML", "text/html", "", "windows-1252", false},
	{"empty text", "text/plain", "", "utf-8", false},

	{"mark of UTF-8", "text/html; charset=latin1", "\xef\xbb\xbf<meta charset=koi8-r>", "utf-8", true},
	{"mark of UTF-16LE", "text/plain", "\xff\xfea\x00", "utf-16le", true},
	{"mark of UTF-16BE in JSON", "application/json", "\xfe\xff\x00{", "utf-16be", true},

	{"header", "text/html; charset=Shift_JIS", "<meta charset=koi8-r>", "shift_jis", true},
	{"header in quotes", `text/html; Charset="UTF8"`, "", "utf-8", true},
	{"header in wrong quotes", "text/html; charset='iso-8859-2'", "", "iso-8859-2", true},
	{"header with UTF-16", "text/html; charset=utf-16", "<\x00", "utf-16le", true},
	{"latin1 is windows-1252", "text/plain; charset=ISO-8859-1", "", "windows-1252", true},
	{"unknown charset in the header", "text/html; charset=none", "<meta charset=koi8-r>", "koi8-r", false},
	{"charset of no type", "; charset=koi8-r", "", "koi8-r", true},
	{"second charset of the header", "text/html; charset=utf-8; charset=koi8-r", "", "utf-8", true},

	{"meta", "text/html", "<meta charset=koi8-r>", "koi8-r", false},
	{"meta without any type", "", "<title>x</title><META CharSet = 'KOI8-R' />", "koi8-r", false},
	{"meta with a slash", "text/html", "<meta/charset=koi8-r>", "koi8-r", false},
	{"meta after slashes", "text/html", "<meta a=b / / charset=koi8-r>", "koi8-r", false},
	{"two meta", "text/html", "<meta charset=koi8-r><meta charset=iso-8859-2>", "koi8-r", false},
	{"two charsets in a meta", "text/html", "<meta charset=koi8-r charset=iso-8859-2>", "koi8-r", false},
	{"unknown, then known", "text/html", "<meta charset=x><meta charset=koi8-r>", "koi8-r", false},
	{"charset hides content", "text/html", `<meta charset=x http-equiv=content-type content="a; charset=koi8-r">`, "windows-1252", false},
	{"meta inside a script", "text/html", "<script>'<meta charset=koi8-r>'</script>", "koi8-r", false},
	{"meta in a title", "text/html", "<title><meta charset=koi8-r></title>", "koi8-r", false},
	{"meta in a comment", "text/html", "<!-- <meta charset=koi8-r> -->", "windows-1252", false},
	{"meta behind a comment", "text/html", "<!-- > --><meta charset=koi8-r>", "koi8-r", false},
	{"meta behind the shortest comment", "text/html", "<!--><meta charset=koi8-r>", "koi8-r", false},
	{"comment never closed", "text/html", "<!-- <meta charset=koi8-r>", "windows-1252", false},
	{"meta in an attribute", "text/html", `<p title="<meta charset=koi8-r>">`, "windows-1252", false},
	{"meta behind attributes", "text/html", `<p a=1 b = '>' c="'" d><meta charset=koi8-r>`, "koi8-r", false},
	{"meta behind an end tag", "text/html", `</p a=">"><meta charset=koi8-r>`, "koi8-r", false},
	{"meta in an instruction", "text/html", "<?x <meta charset=koi8-r>", "windows-1252", false},
	{"meta behind declarations", "text/html", "<!DOCTYPE html '><?x?></ ><!><meta charset=koi8-r>", "koi8-r", false},
	{"meta behind stray signs", "text/html", "1 < 2 <3 << <meta charset=koi8-r>", "koi8-r", false},
	{"no meta", "text/html", "<metacharset=koi8-r><metal charset=koi8-r>", "windows-1252", false},
	{"attribute that begins with =", "text/html", "<meta =charset=koi8-r>", "windows-1252", false},
	{"cut in a value", "text/html", "<meta charset=koi8-r", "windows-1252", false},
	{"cut behind a value", "text/html", "<meta charset='koi8-r'", "windows-1252", false},
	{"cut in a name", "text/html", "<meta charset", "windows-1252", false},
	{"cut before a value", "text/html", "<meta charset= ", "windows-1252", false},
	{"cut in meta", "text/html", "<meta", "windows-1252", false},
	{"cut in a tag", "text/html", "<a href", "windows-1252", false},
	{"quote never closed", "text/html", `<meta charset="koi8-r>`, "windows-1252", false},
	{"pragma", "text/html", `<meta http-equiv=Content-Type content="text/html; charset=KOI8-R">`, "koi8-r", false},
	{"pragma after content", "text/html", `<meta content="text/html; charset = 'koi8-r' " http-equiv='content-type'>`, "koi8-r", false},
	{"pragma twice, first counts", "text/html", `<meta http-equiv=refresh http-equiv=content-type content="charset=koi8-r">`, "windows-1252", false},
	{"content without pragma", "text/html", `<meta content="text/html; charset=koi8-r">`, "windows-1252", false},
	{"pragma without charset", "text/html", `<meta http-equiv=content-type content="text/html; charsets">`, "windows-1252", false},
	{"charset twice in content", "text/html", `<meta http-equiv=content-type content="charset charset=koi8-r;x">`, "koi8-r", false},
	{"content ends too early", "text/html", `<meta http-equiv=content-type content="charset=">`, "windows-1252", false},
	{"quote never closed in content", "text/html", `<meta http-equiv=content-type content="charset='koi8-r">`, "windows-1252", false},
	{"meta says UTF-16", "text/html", "<meta charset=utf-16be>", "utf-8", false},
	{"meta says x-user-defined", "text/html", "<meta charset=x-user-defined>", "windows-1252", false},
	{"meta far down", "text/html", far + "<meta charset=koi8-r>", "koi8-r", false},
	{"meta too far down", "text/html", strings.Repeat(far, 4) + "<meta charset=koi8-r>", "windows-1252", false},
	{"meta in other text", "text/plain", "<meta charset=koi8-r>", "utf-8", false},

	{"XML", "application/xml", "<?xml version='1.0' encoding='koi8-r'?>", "koi8-r", false},
	{"XML of a kind", "application/rss+xml", `<?xml version="1.0" encoding = "ISO-8859-2" ?><rss/>`, "iso-8859-2", false},
	{"XML without encoding", "text/xml", "<?xml version='1.0'?><meta charset='koi8-r'/>", "utf-8", false},
	{"XML in quotes that differ", "text/xml", `<?xml encoding="koi8-r'?>`, "utf-8", false},
	{"XML without quotes", "text/xml", "<?xml encoding=koi8-r?>", "utf-8", false},
	{"XML cut", "text/xml", "<?xml encoding='koi8-r'", "utf-8", false},
	{"XML cut at =", "text/xml", "<?xml encoding=", "utf-8", false},
	{"XML with a space in the label", "text/xml", "<?xml encoding=' koi8-r'?>", "utf-8", false},
	{"XML says UTF-16", "text/xml", "<?xml encoding='utf-16'?>", "utf-8", false},
	{"XML in UTF-16LE", "text/xml", "<\x00?\x00x\x00m\x00", "utf-16le", false},
	{"XML in UTF-16BE as HTML", "text/html", "\x00<\x00?\x00x\x00m", "utf-16be", false},
	{"HTML with an XML declaration", "text/html", "<?xml encoding='koi8-r'?><html>", "koi8-r", false},
	{"meta before an XML declaration", "text/html", "<?xml encoding='koi8-r'?><meta charset=iso-8859-2>", "iso-8859-2", false},

	{"JSON", "application/json", "[\"\xe9\"]", "utf-8", false},
	{"JSON with charset", "application/json; charset=latin1", "[\"\xe9\"]", "windows-1252", true},
	{"JSON of a kind", "application/ld+json", "[\"\xe9\"]", "utf-8", false},
	{"JSON lines", "application/x-ndjson", "\"\xe9\"\n", "utf-8", false},

	{"UTF-8 HTML", "text/html", "<p>größer", "utf-8", false},
	{"UTF-8 that is cut", "text/html", "<p>größer €"[:len("<p>größer €")-1], "utf-8", false},
	{"ASCII text", "text/plain", "plain", "utf-8", false},
	{"French", "text/html", "<p>fran\xe7ais, \xe0 l'\xe9cole o\xf9 l'on apprend", "windows-1252", false},
	{"one letter at the end", "text/plain", "caf\xe9", "windows-1252", false},
	{"Russian", "text/html", "<p>" + russian, "windows-1251", false},
	{"Russian after much ASCII", "text/html", "<p>" + strings.Repeat("ascii ", 2000) + russian, "windows-1251", false},
	{"Japanese", "text/plain", "\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf\xc0\xa4\xb3\xa6", "euc-jp", false},
	{"Chinese", "text/html", "<p>\xd5\xe2\xca\xc7\xd2\xbb\xb8\xf6\xd6\xd0\xce\xc4\xcd\xf8\xd2\xb3\xa3\xac\xce\xd2\xc3\xc7\xb5\xc4\xb9\xfa\xbc\xd2\xca\xc7\xd2\xbb\xb8\xf6\xb4\xf3\xb5\xc4", "gb18030", false},
	{"mark in the midst", "text/html", "abcd\xff\xfe", "windows-1252", false},
}

func TestDetect(t *testing.T) {
	for _, c := range documents {
		name, certain := Detect([]byte(c.head), c.contentType)
		if name != c.want || certain != c.certain {
			t.Errorf("%s: Detect(%.80q, %q) = %q, %v; want %q, %v", c.name, c.head, c.contentType, name, certain, c.want, c.certain)
		}
	}
}

// Every name that the detector can give is one of the Encoding standard, or none.
func TestLabelsAreKnown(t *testing.T) {
	for detected, want := range map[string]string{
		"CP932": "shift_jis", "CP949": "euc-kr", "GB2312": "gb18030", "MacRoman": "macintosh", "MacCyrillic": "x-mac-cyrillic",
		"SHIFT_JIS": "shift_jis", "TIS-620": "windows-874", "ISO-8859-1": "windows-1252", "IBM866": "ibm866",
		"Johab": "", "EUC-TW": "", "IBM855": "", "UTF-8-SIG": "", "UTF-32BE": "",
	} {
		if got := canonical(label(detected)); got != want {
			t.Errorf("%s is %q, want %q", detected, got, want)
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, c := range documents {
		f.Add([]byte(c.head), c.contentType)
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		name, _ := Detect(body, contentType)
		if canonical(name) != name || name == "" {
			t.Fatalf("%q is not the name of an encoding", name)
		}
		text, textName := Text(body, contentType)
		if !utf8.ValidString(text) || textName != name {
			t.Errorf("Text gives %q (%s), Detect says %s", text, textName, name)
		}
		read, readName := readAll(t, strings.NewReader(string(body)), contentType)
		if !utf8.ValidString(read) {
			t.Errorf("the reader gives %q", read)
		}
		if len(body) <= lookahead && (read != text || readName != name) {
			t.Errorf("the reader gives %q (%s), Text %q (%s)", read, readName, text, name)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	page := strings.Repeat("<p class=x>text and <a href='/more'>more</a>\n", 100)
	for _, c := range []struct{ name, contentType, head string }{
		{"header", "text/html; charset=utf-8", page},
		{"meta", "text/html", "<!DOCTYPE html><html><head><title>x</title><meta charset=utf-8>" + page},
		{"utf8", "text/html", page + "ü"},
		{"sniffed", "text/html", page + russian},
	} {
		b.Run(c.name, func(b *testing.B) {
			head := []byte(c.head)
			b.ReportAllocs()
			for b.Loop() {
				Detect(head, c.contentType)
			}
		})
	}
}
