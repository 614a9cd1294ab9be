package plaintext

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"path"
	"strings"
	"sync"

	"crawl/files/charset"
	"crawl/files/mediatype"
	"crawl/files/transform"
)

// UTF8 is the step that makes UTF-8 of text in any charset that browsers know, without
// byte order mark. Its option is CHARSET, CHARSET:replace or :replace.
//
// Without a charset that is found: by a byte order mark, the charset of the file's type,
// what HTML or XML state at their beginning, and last by the bytes themselves, 16 KiB around
// the first that is not ASCII. A file whose type nobody knows is taken for what its name
// ends in. Bytes that mean nothing are an error of [transform.Encoding] that says where they are;
// with replace they become U+FFFD instead.
//
// It needs 100 KiB of memory whatever comes. The name stays, and the type says UTF-8
// afterwards; what an HTML page says of itself stays too.
func UTF8(option string) (transform.Step, error) {
	label, how, said := strings.Cut(strings.TrimSpace(option), ":")
	opt := charset.Options{Charset: charset.Name(label), Replace: said}
	switch {
	case said && how != "replace":
		return transform.Step{}, fmt.Errorf("what it does with bytes that mean nothing can be %q, not %q", "replace", how)
	case label != "" && opt.Charset == "":
		return transform.Step{}, fmt.Errorf("there is no charset %q", label)
	}
	name := "utf8"
	if opt.Charset != "" || said {
		name += "=" + opt.Charset
	}
	if said {
		name += ":replace"
	}
	return transform.Step{
		Name: name,
		Becomes: func(f transform.File) transform.File {
			f.ContentType = inUTF8(textType(f))
			return f
		},
		Run: func(_ context.Context, f transform.File, in io.Reader, out io.Writer) error {
			opt := opt
			opt.ContentType = textType(f)
			c := converters.Get().(*charset.Converter)
			defer converters.Put(c)
			c.Reset(in, opt)
			defer c.Reset(nil, opt)
			err := transform.Stream(out, c)
			if _, ok := errors.AsType[*charset.InvalidError](err); ok {
				return &transform.Error{Kind: transform.Encoding, Err: err}
			}
			return err
		},
	}, nil
}

var converters = sync.Pool{New: func() any { return charset.NewConverter(nil, charset.Options{}) }}

// textType is the type of a file that somebody wants to be text. The list is short, for
// it only has to tell those apart that say their charset within.
func textType(f transform.File) string {
	if f.ContentType != "" {
		return f.ContentType
	}
	switch strings.ToLower(path.Ext(f.Name)) {
	case ".html", ".htm":
		return "text/html"
	case ".xhtml", ".xht":
		return "application/xhtml+xml"
	case ".xml", ".rss", ".atom":
		return "application/xml"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".geojson":
		return "application/json"
	case ".jsonl", ".ndjson":
		return "application/x-ndjson"
	}
	return "text/plain"
}

// inUTF8 is a type with its charset put right.
func inUTF8(contentType string) string {
	t, said := mediatype.Parse(contentType)
	if t == "" {
		t = "text/plain"
	}
	parameters := map[string]string{}
	for _, p := range said {
		if _, ok := parameters[p.Name]; !ok {
			parameters[p.Name] = p.Value
		}
	}
	parameters["charset"] = "utf-8"
	if formatted := mime.FormatMediaType(t, parameters); formatted != "" {
		return formatted
	}
	return t + "; charset=utf-8" // the others were no parameters
}
