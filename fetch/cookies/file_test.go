package cookies

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const netscape = "\xef\xbb\xbf# Netscape HTTP Cookie File\r\n" +
	"# https://curl.se/docs/http-cookies.html\n\n" +
	".a.org\tTRUE\t/\tFALSE\t4102444800\tdomain\tv\n" +
	"a.org\tFALSE\t/x\tTRUE\t0\tsecure\ta b\r\n" +
	"#HttpOnly_www.a.org\tfalse\t/\tfalse\t0\thidden\t\"q\"\n" +
	"a.org\tFALSE\t/\tFALSE\t0\tempty\t\n" +
	"a.org\tFALSE\t/\tFALSE\t0\tmissing\n" +
	"a.org\tFALSE\t/\tFALSE\t0\ttabs\ta\tb\n" +
	"a.org\tFALSE\t/\tFALSE\t1\tended\tv\n" +
	"a.org\tFALSE\t/\tFALSE\t99999999999999\tlast\tv" // no final line end

func TestReadNetscape(t *testing.T) {
	j := New(Options{})
	if skipped, err := j.Read(strings.NewReader(netscape)); skipped != 0 || err != nil {
		t.Fatal(skipped, err)
	}
	want := []Cookie{
		{Name: "domain", Value: "v", Domain: "a.org", Path: "/", Expires: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Name: "secure", Value: "a b", Domain: "a.org", HostOnly: true, Path: "/x", Secure: true},
		{Name: "hidden", Value: `"q"`, Domain: "www.a.org", HostOnly: true, Path: "/", HTTPOnly: true},
		{Name: "empty", Domain: "a.org", HostOnly: true, Path: "/"},
		{Name: "missing", Domain: "a.org", HostOnly: true, Path: "/"},
		{Name: "tabs", Value: "a\tb", Domain: "a.org", HostOnly: true, Path: "/"},
		{Name: "last", Value: "v", Domain: "a.org", HostOnly: true, Path: "/", Expires: forEver},
	}
	wantJar(t, j, want)
	var out strings.Builder
	if err := j.WriteNetscape(&out); err != nil {
		t.Fatal(err)
	}
	const written = "# Netscape HTTP Cookie File\n" +
		".a.org\tTRUE\t/\tFALSE\t4102444800\tdomain\tv\n" +
		"a.org\tFALSE\t/x\tTRUE\t0\tsecure\ta b\n" +
		"#HttpOnly_www.a.org\tFALSE\t/\tFALSE\t0\thidden\t\"q\"\n" +
		"a.org\tFALSE\t/\tFALSE\t0\tempty\t\n" +
		"a.org\tFALSE\t/\tFALSE\t0\tmissing\t\n" +
		"a.org\tFALSE\t/\tFALSE\t0\ttabs\ta\tb\n" +
		"a.org\tFALSE\t/\tFALSE\t253402300799\tlast\tv\n"
	if out.String() != written {
		t.Errorf("wrote\n%s", out.String())
	}
}

func TestReadJSON(t *testing.T) {
	j := New(Options{})
	skipped, err := j.Read(strings.NewReader(` {"cookies": [
		{"name": "a", "value": "<1>", "domain": ".a.org", "path": "/x", "expires": 4102444800.5, "httpOnly": true, "secure": true, "sameSite": "Lax"},
		{"name": "b", "value": "2", "domain": "a.org", "expires": -1, "sameSite": "no_restriction"},
		{"name": "c", "value": "3", "domain": "a.org", "expires": 1e300},
		{"name": "d", "value": "4", "domain": "a.org", "expires": 1},
		{"name": "", "domain": "a.org"}, {"name": "e"}, {"name": "f", "domain": ".co.uk"}
		], "origins": []}`))
	if skipped != 3 || err != nil {
		t.Fatal(skipped, err)
	}
	want := []Cookie{
		{Name: "a", Value: "<1>", Domain: "a.org", Path: "/x", Expires: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), HTTPOnly: true, Secure: true, SameSite: "Lax"},
		{Name: "b", Value: "2", Domain: "a.org", HostOnly: true, Path: "/"},
		{Name: "c", Value: "3", Domain: "a.org", HostOnly: true, Path: "/", Expires: forEver},
	}
	wantJar(t, j, want)
	set(j, "http://b.org/", "raw=\xff") // has no place in JSON
	var out bytes.Buffer
	if err := j.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	again := New(Options{})
	if skipped, err := again.Read(&out); skipped != 0 || err != nil {
		t.Fatal(skipped, err)
	}
	wantJar(t, again, want)
}

func wantJar(t *testing.T, j *Jar, want []Cookie) {
	t.Helper()
	got := slices.Collect(j.All())
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func same(a, b Cookie) bool {
	equal := a.Expires.Equal(b.Expires)
	a.Expires = b.Expires
	return equal && a == b
}

func TestReadSkips(t *testing.T) {
	const good = "a.org\tFALSE\t/\tFALSE\t0\ta\tb\n"
	tests := []struct {
		name, in string
		cookies  int
		skipped  int
		err      error // nil, ErrNoCookies, or any other
	}{
		{"empty", "", 0, 0, nil},
		{"comments", "# x\n\n \t\n", 0, 0, nil},
		{"only ended ones", "a.org\tFALSE\t/\tFALSE\t1\ta\tb\n", 0, 0, nil},
		{"a list of URLs", "http://a.org/\nhttp://b.org/\n", 0, 2, ErrNoCookies},
		{"binary", "SQLite format 3\x00\x10\x00\n\x00\n", 0, 2, ErrNoCookies},
		{"one good line", "http://a.org/\n" + good, 1, 1, nil},
		{"too few columns", good + "a.org\tFALSE\t/\tFALSE\t0\n", 1, 1, nil},
		{"no flags", good + "a.org\tyes\t/\tFALSE\t0\ta\tb\n" + "a.org\tTRUE\t/\tno\t0\ta\tb\n", 1, 2, nil},
		{"no number", good + "a.org\tTRUE\t/\tFALSE\tnever\ta\tb\n", 1, 1, nil},
		{"no name", good + "a.org\tTRUE\t/\tFALSE\t0\t\tb\n", 1, 1, nil},
		{"control byte", good + "a.org\tTRUE\t/\tFALSE\t0\ta\tb\x1b\n", 1, 1, nil},
		{"public suffix", good + ".co.uk\tTRUE\t/\tFALSE\t0\ta\tb\n", 1, 1, nil},
		{"address", good + "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\tb\n", 1, 1, nil},
		{"JSON without cookies", "{}", 0, 0, ErrNoCookies},
		{"JSON of an empty jar", `{"cookies": []}`, 0, 0, nil},
		{"JSON, all refused", `{"cookies": [{}]}`, 0, 1, ErrNoCookies},
		{"cut JSON", `{"cookies": [`, 0, 0, errors.ErrUnsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := New(Options{})
			skipped, err := j.Read(strings.NewReader(tt.in))
			if j.Len() != tt.cookies || skipped != tt.skipped {
				t.Errorf("%d cookies, %d skipped", j.Len(), skipped)
			}
			if (err == nil) != (tt.err == nil) || errors.Is(tt.err, ErrNoCookies) != errors.Is(err, ErrNoCookies) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestSaveAndLoad(t *testing.T) {
	for _, name := range []string{"cookies.txt", "jar", "cookies.JSON", filepath.Join("new", "jar.json")} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), name)
			j := New(Options{})
			if _, err := j.Load(t.Context(), file); !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("load what is not there: %v", err)
			}
			set(j, "https://www.a.org/", "a=1; secure; path=/x", "b=2; domain=a.org; httponly")
			for range 2 { // over its own file too
				if err := j.Save(t.Context(), file); err != nil {
					t.Fatal(err)
				}
			}
			info, err := os.Stat(file)
			if err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
			data, _ := os.ReadFile(file)
			if isJSON := strings.HasSuffix(strings.ToLower(name), ".json"); isJSON != (data[0] == '{') {
				t.Errorf("wrote %s", data)
			}
			beside, err := os.ReadDir(filepath.Dir(file))
			if len(beside) != 1 || err != nil {
				t.Errorf("left %v, %v", beside, err)
			}
			again := New(Options{})
			if skipped, err := again.Load(t.Context(), file); skipped != 0 || err != nil {
				t.Fatal(skipped, err)
			}
			wantJar(t, again, slices.Collect(j.All()))
		})
	}
}

// TestSaveFollowsLinks replaces what a link leads to, and the link stays.
func TestSaveFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "far", "jar"), filepath.Join(dir, "link")
	j := New(Options{})
	set(j, "http://a.org/", "a=1")
	if err := j.Save(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	set(j, "http://a.org/", "b=2")
	if err := j.Save(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	again := New(Options{})
	if _, err := again.Load(t.Context(), link); err != nil || again.Len() != 2 {
		t.Errorf("%d cookies, %v", again.Len(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
}

// TestSaveFails leaves the old file as it was.
func TestSaveFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "jar")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	j := New(Options{})
	if err := j.Save(ended, file); !errors.Is(err, context.Canceled) {
		t.Errorf("save: %v", err)
	}
	if _, err := j.Load(ended, file); !errors.Is(err, context.Canceled) {
		t.Errorf("load: %v", err)
	}
	if _, err := j.Load(t.Context(), file); !errors.Is(err, ErrNoCookies) || !strings.Contains(err.Error(), file) {
		t.Errorf("load: %v", err)
	}
	for _, wrong := range []string{dir, filepath.Join(file, "below")} {
		if err := j.Save(t.Context(), wrong); err == nil {
			t.Errorf("saved to %s", wrong)
		}
		if _, err := j.Load(t.Context(), wrong); err == nil {
			t.Errorf("loaded %s", wrong)
		}
	}
	data, err := os.ReadFile(file)
	beside, _ := os.ReadDir(dir)
	if string(data) != "old" || err != nil || len(beside) != 1 {
		t.Errorf("%q, %v beside %v", data, err, beside)
	}
}
