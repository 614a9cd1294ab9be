package page

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"crawl/files/transform"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Links is the step that lists the links of a page in any charset, one a line, in the
// order of the page and each once: x.html -> x.links.txt, in UTF-8.
//
// They are absolute where the page has a base element that is, from there on, and else
// as they are written, without the white space around them and without line ends. What
// names no other document is left out: "", "#...", and the schemes javascript, data,
// about and blob.
//
// Heard are, also within noscript and noframes:
//
//	a, area, link: href; base: for the others
//	img, source: src and srcset; link: imagesrcset; video: src and poster
//	script, iframe, frame, embed, audio, track, input: src; object: data
//	form: action; button, input: formaction
//	blockquote, q, ins, del: cite; body, table, td, th: background
//	meta: content, where http-equiv is refresh
//	image, use: href and xlink:href
//
// It streams. Memory is for one tag or text between tags, of at most 16 MiB, and for the
// different links, of at most 64 MiB; what needs more is TooLarge.
func Links() transform.Step {
	return transform.Step{
		Name:    "links",
		Becomes: transform.Renamed(".links.txt", "text/plain; charset=utf-8", htmlNames...),
		Run: func(_ context.Context, f transform.File, in io.Reader, out io.Writer) error {
			text, err := htmlText(f, in)
			if err != nil {
				return err
			}
			lines := bufio.NewWriterSize(out, transform.BlockSize)
			list := linkList{out: lines, seen: map[string]struct{}{}}
			if err := readLinks(text, longestToken, &list); err != nil {
				return err
			}
			return lines.Flush()
		},
	}
}

// longestToken of a page, in bytes.
const longestToken = 16 << 20

// readLinks finds the links of a page that is UTF-8, whose tokens have at most so many
// bytes.
func readLinks(page io.Reader, longest int, to *linkList) error {
	tags := newTokens(page)
	tags.SetMaxBuf(longest)
	for {
		switch tags.Next() {
		case html.ErrorToken:
			switch err := tags.Err(); err {
			case io.EOF:
				return nil
			case html.ErrBufferExceeded:
				return &transform.Error{Kind: transform.TooLarge, Err: fmt.Errorf("a tag or text takes more than %d bytes", longest)}
			default:
				return err
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			if err := to.tag(tags); err != nil {
				return err
			}
		}
	}
}

// linkAttributes are those that hold one link each, where there are no others.
var linkAttributes = map[atom.Atom][]string{
	atom.A: {"href"}, atom.Area: {"href"}, atom.Video: {"src", "poster"},
	atom.Script: {"src"}, atom.Iframe: {"src"}, atom.Frame: {"src"}, atom.Embed: {"src"}, atom.Audio: {"src"}, atom.Track: {"src"},
	atom.Input: {"src", "formaction"}, atom.Button: {"formaction"}, atom.Form: {"action"}, atom.Object: {"data"},
	atom.Blockquote: {"cite"}, atom.Q: {"cite"}, atom.Ins: {"cite"}, atom.Del: {"cite"},
	atom.Body: {"background"}, atom.Table: {"background"}, atom.Td: {"background"}, atom.Th: {"background"},
	atom.Image: {"href", "xlink:href"}, useElement: {"href", "xlink:href"},
}

// useElement is SVG's, which has no atom of its own.
const useElement = atom.Atom(0)

// linkList writes links as they come, each once.
type linkList struct {
	out  *bufio.Writer
	base *url.URL // absolute, or nil
	seen map[string]struct{}
	size int // of what was seen
}

// tag hears a start tag's attributes. Of those that come twice the first counts, as in
// browsers.
func (l *linkList) tag(tags tokens) error {
	name, more := tags.TagName()
	element := atom.Lookup(name)
	if element == useElement && string(name) != "use" {
		return nil
	}
	had := make(map[string]string)
	for more {
		var key, value []byte
		key, value, more = tags.TagAttr()
		if _, twice := had[string(key)]; twice || !heard(element, string(key)) {
			continue
		}
		had[string(key)] = string(value)
		if err := l.attribute(element, string(key), string(value)); err != nil {
			return err
		}
	}
	if element == atom.Meta && strings.EqualFold(had["http-equiv"], "refresh") {
		return l.add(refreshed(had["content"]))
	}
	return nil
}

func heard(element atom.Atom, key string) bool {
	switch element {
	case atom.Base:
		return key == "href"
	case atom.Meta:
		return key == "http-equiv" || key == "content"
	case atom.Img, atom.Source:
		return key == "src" || key == "srcset"
	case atom.Link:
		return key == "href" || key == "imagesrcset"
	}
	return slices.Contains(linkAttributes[element], key)
}

func (l *linkList) attribute(element atom.Atom, key, value string) error {
	switch {
	case element == atom.Base:
		l.setBase(value)
	case element == atom.Meta: // once both are there
	case key == "srcset" || key == "imagesrcset":
		return l.addSet(value)
	default:
		return l.add(value)
	}
	return nil
}

// setBase hears the first base that is absolute.
func (l *linkList) setBase(href string) {
	if l.base != nil {
		return
	}
	if base, err := url.Parse(cleaned(href)); err == nil && base.IsAbs() && base.Opaque == "" {
		l.base = base
	}
}

// add writes a link, unless it names no other document or has been written.
func (l *linkList) add(link string) error {
	link = cleaned(link)
	if link == "" || link[0] == '#' || inert(link) {
		return nil
	}
	if l.base != nil {
		if resolved, err := l.base.Parse(link); err == nil {
			link = resolved.String()
		}
	}
	if _, known := l.seen[link]; known {
		return nil
	}
	l.seen[link] = struct{}{}
	if l.size += len(link); l.size > transform.MaxHeld {
		return &transform.Error{Kind: transform.TooLarge, Err: fmt.Errorf("its links take more than %d MiB", transform.MaxHeld>>20)}
	}
	_, err := l.out.WriteString(link + "\n")
	return err
}

// addSet adds the links of a srcset (HTML standard, section 4.8.4.2.1): each ends at
// white space, and at commas behind it; descriptors follow up to a comma outside
// parentheses.
func (l *linkList) addSet(set string) error {
	const space = " \t\r\n\f"
	for {
		set = strings.TrimLeft(set, space+",")
		if set == "" {
			return nil
		}
		end := strings.IndexAny(set, space)
		if end < 0 {
			end = len(set)
		}
		link := strings.TrimRight(set[:end], ",")
		if err := l.add(link); err != nil {
			return err
		}
		if set = set[end:]; len(link) == end {
			set = behindDescriptors(set)
		}
	}
}

func behindDescriptors(set string) string {
	depth := 0
	for i := range len(set) {
		switch c := set[i]; {
		case c == '(':
			depth++
		case c == ')':
			depth = max(0, depth-1)
		case c == ',' && depth == 0:
			return set[i:]
		}
	}
	return ""
}
