package plaintext

import (
	"io"
	"strings"
	"testing"

	"crawl/files/transform"
	"crawl/files/transform/steptest"
)

func TestReplace(t *testing.T) {
	for _, test := range []struct{ chain, in, want string }{
		{"replace=/a/b/", "", ""},
		{"replace=/a/b/", "banana\nA\n", "bbnbnb\nA\n"},
		{"replace=/a/b/i", "aA\nA", "bb\nb"},
		{"replace=/a//", "banana\n", "bnn\n"},
		{"replace=/$/;/", "a\r\nb\n\nc", "a;\r\nb;\n;\nc;"},
		{"replace=/^/> /", "a\nb\n", "> a\n> b\n"},
		{"replace=/x*/-/", "abc\n", "-a-b-c-\n"}, // as Go's ReplaceAll and sed do
		{`replace=/(\w+) (\w+)/$2 $1/`, "one two\n", "two one\n"},
		{`replace=/(?P<first>\w)(\w+)/${2}${first}ay/`, "pig\n", "igpay\n"},
		{`replace=/a/$$1\$0 $0/`, "a", "$1$0 a"},
		{`replace=/\, */\n/`, "a, b,c\n", "a\nb\nc\n"},
		{`replace=/a\/b/c\/d\t\\/`, "a/b", "c/d\t\\"},
		{`replace=|a\|b|x|`, "a|b ab", "x ab"},
		{`replace=#[/]#:#`, "a/b", "a:b"},
		{`replace=$a\$$b$`, "a$", "b"},
		{`replace=/\bfoo/bar/`, "foofoo foo\n", "barfoo bar\n"},
	} {
		if got, err := bench.Run(t, test.chain, test.in); got != test.want || err != nil {
			t.Errorf("%s of %q: %q, %v; want %q", test.chain, test.in, got, err, test.want)
		}
	}
}

// A line that becomes huge meets the limit first.
func TestReplaceIsBounded(t *testing.T) {
	chain := bench.Chain(t, "replace=/x/"+strings.Repeat("y", 10_000)+"/")
	line := strings.Repeat("x", maxMatches)
	if _, err := chain.Run(t.Context(), transform.File{}, strings.NewReader(line), io.Discard, transform.Options{MaxSize: 1 << 20}); steptest.KindOf(err) != transform.TooLarge {
		t.Error(err)
	}
	if _, err := chain.Run(t.Context(), transform.File{}, strings.NewReader("a\n"+line+"x"), io.Discard, transform.Options{}); steptest.KindOf(err) != transform.Unsupported ||
		!strings.HasSuffix(err.Error(), ": line 2 matches in more than 1048576 places") {
		t.Error(err)
	}
}
