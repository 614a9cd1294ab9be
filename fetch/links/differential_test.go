package links

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"crawl/fetch/urls"

	"golang.org/x/net/html"
)

// domLinks are the elements of the tree that a browser builds which have one of these
// attributes: another way to the same links, but for those of forms, link elements,
// srcsets and styles.
func domLinks(t *testing.T, text string, self urls.URL) []string {
	t.Helper()
	root, err := html.ParseWithOptions(strings.NewReader(text), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatal(err)
	}
	heard := map[string]string{
		"a": "href", "area": "href", "iframe": "src", "frame": "src", "img": "src", "script": "src", "embed": "src", "object": "data",
		"audio": "src", "video": "src", "source": "src", "track": "src", "blockquote": "cite", "q": "cite", "ins": "cite", "del": "cite",
	}
	base := self
	for node := range root.Descendants() {
		if node.Data == "base" && node.Type == html.ElementNode && !within(node, "template") {
			if href, ok := attributeOf(node, "href"); ok {
				if u, err := self.Resolve(href); err == nil {
					base = u
				}
				break
			}
		}
	}
	found := map[string]bool{}
	for node := range root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		ref, ok := attributeOf(node, heard[node.Data])
		if u, err := base.Resolve(ref); ok && err == nil && u.String() != self.String() {
			found[u.String()] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func within(node *html.Node, name string) bool {
	for up := range node.Ancestors() {
		if up.Data == name {
			return true
		}
	}
	return false
}

func attributeOf(node *html.Node, key string) (string, bool) {
	for _, a := range node.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val, true
		}
	}
	return "", false
}

func streamedLinks(t *testing.T, text string, doc Document) []string {
	t.Helper()
	found, err := Find(strings.NewReader(text), doc, Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	same := map[string]bool{}
	for _, l := range found.Links {
		switch l.Kind {
		case Anchor, Frame, Image, Script, Media, Embed, Reference:
			same[l.URL] = true
		}
	}
	return slices.Sorted(maps.Keys(same))
}

// tricky are documents whose trees are not what one sees.
var tricky = []string{
	`<p><a href=/1><p><a href=/2><table><a href=/3><tr><td><a href=/4></table>`,
	`<a href=/1<a href=/2><a href="/3"href=/4><a "href"=/5 href=/6>`,
	`<a href=/1/><a href='/2'/><a href /3><a href = /4 / href=/5>`,
	`<a =href=/1><a href==/2><a href=&quot;/3&quot;><a href='/4&apos;'>`,
	"<a\x00 href=/1><a href=/\x002><\x00a href=/3><a href=/4\x0c\x0b>",
	`<a href=/1 HREF=/2 hRef=/3>`,
	`</a href=/1><//a href=/2></ a href=/3><a/ /href=/4/ >`,
	`< a href=/1><1a href=/2><a:b href=/3><ab href=/4><A href=/5><?a href=/6><!a href=/7>`,
	`<!--><a href=/1>--><!---><a href=/2>--><!-- --!><a href=/3>--><!--!><a href=/4>-->`,
	`<!-- <!-- --><a href=/1> --><a href=/2><!--`,
	`<script>'</script' <a href=/1></script ><a href=/2><script><!--<script></script></script><a href=/3>`,
	`<script><!--<script></script><a href=/1>--></script><a href=/2>`,
	`<script src=/1 /><a href=/2></script><a href=/3>`,
	`<style></styl<a href=/1></style><a href=/2><textarea></textareaX><a href=/3></textarea/><a href=/4>`,
	`<title>&lt;/title><a href=/1></title><a href=/2>`,
	`<iframe src=/1><a href=/2></iframe><noembed><a href=/3></noembed><xmp><a href=/4></xmp><a href=/5>`,
	`<head><noscript><img src=/1><a href=/2></noscript></head><noscript><iframe src=/3></iframe></noscript>`,
	`<template><template><a href=/1></template><base href=/no/></template><a href=2>`,
	`<svg><a href=/1></a><title/><a href=/2></a><desc><a href=/3></desc></svg><math><mi/><a href=/4></a></math><a href=/5>`,
	`<svg><style/><a href=/1></a><script/><a href=/2></a></svg>`,
	`<a href="/?a=1&copy=2&copy;3&copyx=4&amp&lt=5&notit;&#0;&#x80;&#xD800;&bogus;">`,
	"<a href=\" \t\r\n/1 \r\n\t\"><a href='/\t2\r\n3'><a href=\"\\\\h.test\\4\">",
	`<a href="https:5"><a href="http:6"><a href="//[::1]/7"><a href="/%zz"><a href="?ü#ü">`,
	`<base target=_top><base href=/b/><base href=/c/><img src=1><a href=2>`,
	`<object data=/1><a href=/2></object><video src=/3><source src=/4><a href=/5></video><del cite=/6>`,
	`<image src=/1><img/src=/2><IMG SRC="/3"alt=x>`,
	`<plaintext><a href=/1></plaintext>`,
	`<body><body><a href=/1></body></html><a href=/2>`,
	`<frameset><frame src=/1><frameset><frame src=/2/></frameset></frameset>`,
	strings.Repeat("<div><a href=/1><b>", 100) + `<a href=/2>`,
}

// The stream of tags has the same links as the tree.
func TestTree(t *testing.T) {
	for _, text := range tricky {
		doc := document(t, home, "text/html; charset=utf-8")
		streamed, tree := streamedLinks(t, text, doc), domLinks(t, text, doc.URL)
		if !slices.Equal(streamed, tree) {
			t.Errorf("%.200s\nstreamed %q\ntree     %q", text, streamed, tree)
		}
	}
}
