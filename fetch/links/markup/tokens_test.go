package markup

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var kindNames = [...]string{"end", "start", "self", "endtag", "text", "cdata", "instruction"}

// told are the tokens of a text, each with what it is written as.
func told(in io.Reader, opt Options) (all []string) {
	t := New(in, opt)
	for kind := t.Next(); kind != End; kind = t.Next() {
		all = append(all, kindNames[kind]+" "+string(t.Raw()))
		if name := string(t.Name()); kind == StartTag && !opt.XML && (name == "script" || name == "style" || name == "plaintext") {
			t.RawText(name, name == "style")
		}
	}
	return all
}

func TestXML(t *testing.T) {
	for text, want := range map[string][]string{
		`<?xml version="1.0"?><a>b &amp; c<d/></a>`: {`instruction <?xml version="1.0"?>`, "start <a>", "text b &amp; c", "self <d/>", "endtag </a>"},
		`a < b <c>`:                      {"text a < b ", "start <c>"},
		`<a><![CDATA[<b>]]]></a>`:        {"start <a>", "cdata <b>]", "endtag </a>"},
		`a<!-- <b> -->c`:                 {"text a", "text c"},
		`<![CDATA[cut`:                   {"cdata cut"},
		`<?cut`:                          {"instruction <?cut"},
		`<!DOCTYPE x [<!ENTITY y "z">]>`: {"text ]>"},
		`a<`:                             {"text a<"},
		`a</`:                            {"text a</"},
		`</>a</ b>c`:                     {"text a", "text c"},
		`<a`:                             nil,
	} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(text), "bytes": iotest.OneByteReader(strings.NewReader(text))} {
			if got := told(in, Options{XML: true}); !slices.Equal(got, want) {
				t.Errorf("%s, %s: %q, want %q", text, name, got, want)
			}
		}
	}
}

// A script goes on behind what looks like its end, where the standard says so.
func TestScript(t *testing.T) {
	for _, test := range []struct {
		script string
		ends   bool // with the first </script>
	}{
		{"</script>", true},
		{"</SCRIPT\n>", true},
		{"</script/>", true},
		{"</scripts></script>", false},
		{"<!--</script>", true},
		{"<!--<script></script>", false},
		{"<!--<script></script></script>", false},
		{"<!--<script>--></script>", true},
		{"<!-- < <script ></script>", false},
		{"<!--><script></script>", true},
		{"<!---><script></script>", true},
		{"<!--<scripts></script>", true},
	} {
		text := "<script>" + test.script + "<b>"
		for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			got := told(in, Options{})
			if ends := slices.Contains(got, "start <b>") && strings.Count(test.script, "</") == 1; ends != test.ends {
				t.Errorf("%s: %q", text, got)
			}
		}
	}
}

func TestSelfClosing(t *testing.T) {
	got := told(strings.NewReader(`<a/><a /><a b/><a b=c/><a b="c"/><a / ></a/>`), Options{})
	want := []string{"self <a/>", "self <a />", "self <a b/>", "start <a b=c/>", `self <a b="c"/>`, "start <a / >", "endtag </a/>"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// What is longer than a token may be is read on behind, and costs no more memory.
func TestMost(t *testing.T) {
	long := strings.Repeat("x", 10*leastMax)
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"tag":         {`<a b="` + long + `"><c>`, []string{"start <c>"}},
		"comment":     {"<!--" + long + "--><c>", []string{"start <c>"}},
		"instruction": {"<?" + long + "><c>", []string{"start <c>"}},
		"script":      {"<script>" + long + "</script><c>", []string{"start <script>", "endtag </script>", "start <c>"}},
		"plaintext":   {"<plaintext>" + long + "</plaintext><c>", []string{"start <plaintext>"}},
	} {
		tokens := told(strings.NewReader(test.text), Options{Max: leastMax})
		if !slices.Equal(tokens, test.want) {
			t.Errorf("%s: %q", name, tokens)
		}
	}
	text := New(strings.NewReader("<style>"+long+"</style>"), Options{Max: leastMax})
	kept := 0
	for kind := text.Next(); kind != End; kind = text.Next() {
		switch kind {
		case StartTag:
			text.RawText("style", true)
		case Text:
			kept += len(text.Raw())
		}
	}
	if kept != len(long) || len(text.buf) > leastMax {
		t.Errorf("%d of %d bytes kept, in %d", kept, len(long), len(text.buf))
	}
}

func BenchmarkHostile(b *testing.B) {
	for _, piece := range []string{"<", "<a ", "<a b='", "<!--", "<!-->", "&", "<script><!--<", "</", "<a b=&amp;", "<![CDATA["} {
		b.Run(fmt.Sprintf("%q", piece), func(b *testing.B) {
			text := strings.Repeat(piece, 1<<20/len(piece))
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				told(strings.NewReader(text), Options{})
			}
		})
	}
}
