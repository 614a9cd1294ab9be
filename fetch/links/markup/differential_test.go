package markup_test

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"crawl/fetch/links/markup"

	"golang.org/x/net/html"
)

// rawTexts are the elements whose content both tokenizers take for text.
var rawTexts = []string{"iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp"}

// ours are the tags, and the text of styles, as this package finds them.
func ours(in io.Reader) (lines []string) {
	tokens := markup.New(in, markup.Options{})
	for {
		kind := tokens.Next()
		switch kind {
		case markup.End:
			return lines
		case markup.Text:
			lines = append(lines, "text "+newlines(tokens.Raw()))
			continue
		case markup.EndTag:
			lines = append(lines, "end "+lower(tokens.Name()))
			continue
		}
		name := lower(tokens.Name())
		line := "start " + name
		seen := map[string]bool{}
		for key, value := range tokens.Attributes() {
			value = markup.Value(value)
			if key := lower(key); !seen[key] {
				seen[key] = true
				line += fmt.Sprintf(" %q=%q", key, newlines(value))
			}
		}
		lines = append(lines, line)
		if slices.Contains(rawTexts, name) {
			tokens.RawText(name, name == "style")
		}
	}
}

// theirs are the same as golang.org/x/net/html finds them.
func theirs(in io.Reader) (lines []string) {
	tokens := html.NewTokenizer(in)
	style := false
	for {
		kind := tokens.Next()
		switch kind {
		case html.ErrorToken:
			return lines
		case html.TextToken:
			if style {
				lines = append(lines, "text "+newlines(tokens.Raw()))
			}
			style = false
			continue
		case html.EndTagToken:
			name, _ := tokens.TagName()
			lines = append(lines, "end "+lower(name))
			style = false
			continue
		case html.CommentToken, html.DoctypeToken:
			continue
		}
		name, more := tokens.TagName()
		style = string(name) == "style"
		line := "start " + lower(name) // theirs takes the end of <a href=b/> for that of a self-closing one
		seen := map[string]bool{}
		for more {
			var key, value []byte
			key, value, more = tokens.TagAttr()
			if key := lower(key); !seen[key] {
				seen[key] = true
				line += fmt.Sprintf(" %q=%q", key, newlines(value))
			}
		}
		lines = append(lines, line)
	}
}

func lower(name []byte) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, newlines(name))
}

var alike = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD")

// newlines is text as browsers have it before they take it apart.
func newlines(text []byte) string { return alike.Replace(strings.ToValidUTF8(string(text), "\uFFFD")) }

// agree holds both against each other, and ours against itself byte by byte.
func agree(t *testing.T, text []byte) {
	t.Helper()
	got, want := ours(bytes.NewReader(text)), theirs(bytes.NewReader(text))
	if !slices.Equal(got, want) {
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Fatalf("%.2000q\ntoken %d\ngot  %.300q\nwant %.300q", text, i, got[min(i, len(got)):min(i+2, len(got))], want[min(i, len(want)):min(i+2, len(want))])
			}
		}
	}
	if pieces := ours(iotest.OneByteReader(bytes.NewReader(text))); !slices.Equal(pieces, got) {
		t.Fatalf("%q\nin pieces %q\nas a whole %q", text, pieces, got)
	}
}

var documents = []string{
	"<a href=/1 HREF=/2 a = 'x>y' b=\"q\"c d=e/>", "<br/><br /><br / ><br/x>", "</a b='>'>x</ a></a/></>", "< a><1><a:b><a\x00b>",
	"<a =x==y 'z' \"w\">", "<a b=><a b= ><a b='><a c=\">", "<a b", "<a b='", "</a", "<", "</", "<!", "<?x ?>y>",
	"<!-->a<b>--><!---><b>--><!---!><b>--><!--!><b>--><!-- --!><b>--><!----><b><!-- -- ><b>-->", "<!doctype html><b><![CDATA[<i>]]><u>",
	"<script><!--<script></script><b>--></script><i>", "<script><!--></script><b>", "<script><!--->x</script><b>", "<script><!--<script>--></script><b>",
	"<script><!-- <script </script </script><b></script><i>", "<SCRIPT></scriptx></script\n><b>", "<script>a</script", "<script></",
	"<style>a</style>b<style></style><style>x", "<style><!-- </style><b>", "<textarea></TEXTAREA/><b>", "<title>&lt;</title>&lt;", "<plaintext></plaintext><b>", "<xmp><a></xmp><noembed><a></noembed>",
	"<a b='&amp;&amp&ampx&amp=&lt&lt;&notit;&notin;&semi;&copy=1&copy;2&copy3 &#65;&#x41;&#65 &#0;&#x;&#;&#xD800;&#99999999999;&#0000000000000000000000000065;&CounterClockwiseContourIntegral;&x;&'>",
	"<a b=\"&nGt;&acE;\" c='&#128;&#x80'>", "a\r\n<style>\r\n</style\r\n>",
}

func TestAgree(t *testing.T) {
	for _, text := range documents {
		agree(t, []byte(text))
	}
	all := strings.Join(documents, "")
	agree(t, []byte(strings.Repeat(all[:strings.Index(all, "<plaintext>")], 500)))
}

// forgets is what theirs reads wrong: that a script is escaped it forgets at a < that begins
// nothing.
var forgets = regexp.MustCompile(`(?is)<script.*<!--.*</?(?:[^a-z/]|$)`)

func FuzzAgree(f *testing.F) {
	for _, text := range documents {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if forgets.Match(text) {
			return
		}
		agree(t, bytes.ToValidUTF8(text, []byte("\uFFFD")))
	})
}
