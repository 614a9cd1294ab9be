package robots

import (
	"bytes"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// Line numbers count lines of any ending (RFC 9309 section 2.2), as Google's
// ID_LinesNumbersAreCountedCorrectly has them.
func TestLines(t *testing.T) {
	for _, file := range []string{
		"User-Agent: foo\nAllow: /some/path\nUser-Agent: bar\n\n\nDisallow: /\n",
		"User-Agent: foo\r\nAllow: /some/path\r\nUser-Agent: bar\r\n\r\n\r\nDisallow: /\r\n",
		"User-Agent: foo\rAllow: /some/path\rUser-Agent: bar\r\r\rDisallow: /\r",
		"User-Agent: foo\nAllow: /some/path\nUser-Agent: bar\n\n\nDisallow: /",
		"User-Agent: foo\nAllow: /some/path\r\nUser-Agent: bar\n\r\n\nDisallow: /",
	} {
		if v := Parse([]byte(file)).Rules("bar").Match("/"); v.Allowed || v.Line != 6 {
			t.Errorf("%q: %+v", file, v)
		}
	}
}

// Byte order marks, whole and cut, at the beginning only, as Google's
// ID_UTF8ByteOrderMarkIsSkipped has them.
func TestByteOrderMarks(t *testing.T) {
	const file = "User-Agent: foo\nDisallow: /caf\u00e9\n"
	wide := func(first, second int) []byte {
		var b []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + file)) {
			unit := []byte{byte(u >> 8), byte(u)}
			b = append(b, unit[first], unit[second])
		}
		return b
	}
	for name, test := range map[string]struct {
		data []byte
		read bool
	}{
		"none":          {[]byte(file), true},
		"UTF-8":         {[]byte("\xef\xbb\xbf" + file), true},
		"two bytes":     {[]byte("\xef\xbb" + file), true},
		"one byte":      {[]byte("\xef" + file), true},
		"broken":        {[]byte("\xef\x11\xbf" + file), false},
		"in the middle": {[]byte("\n\xef\xbb\xbf" + file), false},
		"UTF-16BE":      {wide(0, 1), true},
		"UTF-16LE":      {wide(1, 0), true},
		"UTF-16LE, odd": {append(wide(1, 0), 'x'), true},
	} {
		if v := Parse(test.data).Rules("foo").Match("/caf%C3%A9"); v.Allowed == test.read {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestSitemaps(t *testing.T) {
	const file = "sitemap: https://a.example/1.xml # first\nuser-agent: *\nSiteMap : /2.xml\ndisallow: /\nsitemap:\n" +
		"site-map: https://a.example/1.xml\nsitemap: https://a.example/?a=b:c\n"
	want := []string{"https://a.example/1.xml", "/2.xml", "https://a.example/?a=b:c"}
	if got := Parse([]byte(file)).Sitemaps(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Parse(nil).Sitemaps(); len(got) != 0 {
		t.Errorf("%q of nothing", got)
	}
}

// The first 500 KiB count, in whole lines (RFC 9309 section 2.5).
func TestSize(t *testing.T) {
	const head, rule = "user-agent: *\n", "disallow: /a"
	fill := func(n int) string { return strings.Repeat("#", n-1) + "\n" }
	for name, test := range map[string]struct {
		file string
		read bool
	}{
		"to the last byte":        {head + fill(MaxSize-len(head+rule)) + rule, true},
		"then its end":            {head + fill(MaxSize-len(head+rule)) + rule + "\n", true},
		"a byte too long":         {head + fill(MaxSize-len(head+rule)) + rule + "b", false},
		"begun before":            {head + fill(MaxSize-len(head)-3) + rule, false},
		"all of it behind":        {head + fill(MaxSize-len(head)) + rule, false},
		"much behind a rule":      {head + rule + "\n" + strings.Repeat("disallow: /b\n", 1<<17), true},
		"one line without an end": {head + rule + strings.Repeat("b", MaxSize), false},
	} {
		if v := Parse([]byte(test.file)).Rules("x").Match("/a"); v.Allowed == test.read {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// What is no robots.txt says nothing.
func TestGarbage(t *testing.T) {
	binary := make([]byte, 1<<16)
	for i := range binary {
		binary[i] = byte(i * i >> 3)
	}
	for _, data := range [][]byte{
		nil, binary, bytes.Repeat([]byte{0}, 1000), []byte("<!doctype html>\n<p>Disallow: /</p>"), []byte(":\n: :\n::::"), []byte("\xff\xfe"),
	} {
		f := Parse(data)
		if v := f.Rules("x").Match("/"); !v.Allowed || len(f.Sitemaps()) > 0 {
			t.Errorf("%.20q: %+v, %q", data, v, f.Sitemaps())
		}
	}
	// One bad line spoils no other.
	const file = "\x00\xff\nuser-agent: *\n\x00: /\ncrawl-delay: abc\n<p>\ndisallow: /a\x00b\ndisallow: /c\n"
	for target, allowed := range map[string]bool{"/c": false, "/a%00b": false, "/a": true} {
		if v := Parse([]byte(file)).Rules("x").Match(target); v.Allowed != allowed {
			t.Errorf("%s: %+v", target, v)
		}
	}
}

// Rules do not keep the file that they come from.
func TestRulesAreSmall(t *testing.T) {
	file := "user-agent: *\ndisallow: /one\n" + strings.Repeat("user-agent: other\ndisallow: /something/else/\n", 10_000)
	if n := Parse([]byte(file)).Rules("x").Size(); n > 64 {
		t.Errorf("one rule takes %d bytes", n)
	}
	if n := Parse([]byte(file)).Rules("other").Size(); n > 10_000*(len("/something/else/")+8) {
		t.Errorf("10,000 rules take %d bytes", n)
	}
}

// What is kept of a file does not keep all of it.
func TestFilesAreLetGo(t *testing.T) {
	file := []byte("user-agent: *\ndisallow: /one\nsitemap: /two\n" + strings.Repeat("#", MaxSize-100))
	type kept struct {
		rules    Rules
		sitemaps []string
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	all := make([]kept, 40)
	for i := range all {
		f := Parse(file)
		all[i] = kept{f.Rules("x"), f.Sitemaps()}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4*MaxSize {
		t.Errorf("%d files leave %d bytes behind", len(all), grown)
	}
	runtime.KeepAlive(all)
}
