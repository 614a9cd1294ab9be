package urlname

import (
	"path"
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	long := strings.Repeat("x", 121)
	tests := []struct{ url, want string }{
		{"https://example.com/", "example.com/index~.html"},
		{"https://example.com/docs", "example.com/docs_"},
		{"https://example.com/docs/", "example.com/docs/index~.html"},
		{"https://example.com/docs/a.html", "example.com/docs/a.html"},
		{"https://example.com/v1.2/a.html", "example.com/v1.2_/a.html"},
		{"https://example.com/v1.2", "example.com/v1.2"},
		{"https://example.com/.git/config", "example.com/.git_/config_"},
		{"https://example.com/a+b=c,d@e%20_-", "example.com/a+b=c,d@e%20_-_"},
		{"https://example.com/A.html", "example.com/a~?.html"},
		{"https://example.com/~user/x.html", "example.com/-user~?/x.html"},
		{"https://example.com/s.php?q=1", "example.com/s-q=1~?.php"},
		{"https://example.com/s.php?", "example.com/s-~?.php"},
		{"https://example.com/?a/b=C", "example.com/-a-b=c~?"},
		{"https://example.com//x", "example.com/_~?/x_"},
		{"https://example.com/a./b ", "example.com/a-~?/b-~?"},
		{"https://example.com/con/aux.txt/com1/lpt9.x", "example.com/con~?/aux-txt~?/com1~?/lpt9~?.x"},
		{"https://example.com/console/com10/conx.txt", "example.com/console/com10/conx.txt"},
		{"https://example.com/" + long, "example.com/" + long[:80] + "~?"},
		{"https://example.com/x.longextension?", "example.com/x-longextension-~?"},
		{"https://example.com/%C3%A9.JPG", "example.com/%c3%a9~?.jpg"},
		{"https://example.com/../../etc/passwd", "example.com/--~?/--~?/etc/passwd_"},
		{"https://example.com/a\x00\\b:c", "example.com/a--b-c~?"},
		{"http://example.com/a.html", "example.com+http/a.html"},
		{"http://example.com:8080/a.html", "example.com+8080/a.html"},
		{"https://example.com:8443/a.html", "example.com+8443+https/a.html"},
		{"https://[::1]/a.html", "ip6---1/a.html"},
		{"http://[2001:db8::1]:8080/", "ip6-2001-db8--1+8080/index~.html"},
		{"https://ip6---1/", "ip6---1~?/index~.html"},
		{"https://example.com./", "example-com-~?/index~.html"},
		{"https://aux.example.com/", "aux-example-com~?/index~.html"},
		{"https://user:secret@example.com/", "example-com~?/index~.html"},
		{"https://example.com/" + strings.Repeat("d/", 30) + "x.html", "example.com/" + strings.Repeat("d/", 16) + strings.Repeat("d-", 14) + "x~?.html"},
	}
	for _, test := range tests {
		got := Of(test.url)
		if !matches(got, test.want) {
			t.Errorf("%s\ngot  %s\nwant %s", test.url, got, test.want)
		}
		checkName(t, got)
	}
}

// matches reports whether name is pattern, in which ~? at the end of a stem stands for a hash.
func matches(name, pattern string) bool {
	for {
		before, after, found := strings.Cut(pattern, "~?")
		if !found {
			return name == pattern
		}
		if len(name) < len(before)+13 || name[:len(before)] != before || name[len(before)] != '~' {
			return false
		}
		name, pattern = name[len(before)+13:], after
	}
}

func checkName(t *testing.T, name string) {
	t.Helper()
	if len(name) > maxName {
		t.Errorf("%d bytes: %s", len(name), name)
	}
	if path.Clean("/"+name) != "/"+name {
		t.Errorf("not clean: %s", name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || len(part) > 255 || strings.HasSuffix(part, ".") || part != strings.ToLower(part) || isDevice(part) {
			t.Errorf("component %q of %s", part, name)
		}
		if i := strings.IndexFunc(part, func(r rune) bool { return r != '~' && (r > 0x7f || class[r]&kept == 0) }); i >= 0 {
			t.Errorf("byte %q in %s", part[i], name)
		}
	}
}

func TestPasswordsAreNotInNames(t *testing.T) {
	if Of("https://u:one@h/") != Of("https://u:two@h/") {
		t.Error("the name depends on the password")
	}
	if Of("https://:one@h/") != Of("https://:two@h/") {
		t.Error("the name depends on the password where there is no user")
	}
	urls := []string{"https://h/", "https://u@h/", "https://u:one@h/", "https://v@h/", "https://v:one@h/", "https://:one@h/"}
	for i, a := range urls {
		for _, b := range urls[:i] {
			checkApart(t, a, b)
		}
	}
}

func TestVeryLongName(t *testing.T) {
	parts := strings.Repeat(strings.Repeat("x", 120)+"/", 20)
	a, b := Of("https://h/"+parts+"a.html"), Of("https://h/"+parts+"b.html")
	checkName(t, a)
	if a == b {
		t.Error("the same name for two pages")
	}
	checkName(t, Of("https://"+strings.Repeat("h", 300)+"/"+strings.Repeat("x", 5000)))
}

// checkApart reports two names that some file system could not hold side by side.
func checkApart(t *testing.T, urlA, urlB string) {
	t.Helper()
	a, b := strings.ToLower(Of(urlA)), strings.ToLower(Of(urlB))
	if a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/") {
		t.Errorf("%q and\n%q are\n%s and\n%s", urlA, urlB, a, b)
	}
}

// TestNamesAreApart holds every URL of a small but nasty world against every other.
func TestNamesAreApart(t *testing.T) {
	segments := []string{"", "a", "A", "a.b", "A.b", "a~", "a.b~", "a_", "a.b_", "_", "index~.html", "con", "index.html", "~", "a?b", "?"}
	var urls []string
	for _, host := range []string{"https://h", "http://h", "https://h:80", "http://h:80", "https://h+80", "https://h+http", "https://u@h", "https://u:p@h", "https://:p@h", "https://ip6---1", "https://[::1]"} {
		for _, one := range segments {
			urls = append(urls, host+"/"+one)
			if strings.Contains(one, "?") || host != "https://h" {
				continue
			}
			for _, two := range segments {
				urls = append(urls, host+"/"+one+"/"+two)
				for _, three := range segments {
					if !strings.Contains(two, "?") {
						urls = append(urls, host+"/"+one+"/"+two+"/"+three)
					}
				}
			}
		}
	}
	for _, url := range urls { // what Of makes of a URL may be the path of another
		if len(urls) < 5000 {
			urls = append(urls, "https://h/"+Of(url))
		}
	}
	files, folders := make(map[string]string), make(map[string]string)
	seen := make(map[string]bool)
	for _, url := range urls {
		if seen[url] {
			continue
		}
		seen[url] = true
		name := strings.ToLower(Of(url))
		checkName(t, name)
		if other, ok := files[name]; ok {
			t.Errorf("%q and %q are both %s", url, other, name)
		}
		files[name] = url
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			folders[dir] = url
		}
	}
	for name, url := range files {
		if other, ok := folders[name]; ok {
			t.Errorf("%q is %s, which %q needs as a folder", url, name, other)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range [][2]string{{"a", "A"}, {"a", "a/b"}, {"a.b", "a.b/c"}, {"a?b", "a-b"}, {"", "index~.html"}, {"con", "con~"}, {"a", "a_"},
		{"a/", "a"}, {"%c3%a9", "%C3%A9"}, {strings.Repeat("d/", 30), strings.Repeat("d/", 31)}, {strings.Repeat("x", 3000), "x"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = "https://h/"+a, "https://h/"+b
		checkName(t, Of(a))
		if a != b {
			checkApart(t, a, b)
			checkApart(t, a, "https://h/"+Of(b))
		}
	})
}

func FuzzNameOfAnything(f *testing.F) {
	for _, seed := range []string{"", "://", "https://", "https://@", "https://[::1", "http://h:port/", "//x", "https://:80/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) { checkName(t, Of(url)) })
}

func BenchmarkName(b *testing.B) {
	for name, url := range map[string]string{
		"plain":     "http://127.0.0.1:8089/d/0/s/4096/123",
		"decorated": "https://example.com/search?q=one&page=2",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Of(url)
			}
		})
	}
}
