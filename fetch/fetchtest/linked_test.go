package fetchtest

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var hrefs = regexp.MustCompile(`href="?([^" ]+)"?`)

// follow asks for all that url leads to on its host, and returns the statuses by path.
func follow(t *testing.T, lab *Lab, path string, most int) map[string]int {
	t.Helper()
	c, found, queue := client(t), map[string]int{path: 0}, []string{path}
	for len(queue) > 0 && len(found) < most {
		at, err := url.Parse(lab.URL(0, queue[0]))
		if err != nil {
			t.Fatal(err)
		}
		a := get(t, c, at.String())
		found[queue[0]] = a.StatusCode
		queue = queue[1:]
		links := []string{a.Header.Get("Location")}
		for _, m := range hrefs.FindAllStringSubmatch(a.body, -1) {
			links = append(links, m[1])
		}
		for _, link := range links {
			to, err := at.Parse(link)
			if err != nil {
				t.Fatal(err)
			}
			if _, known := found[to.Path]; link == "" || known || to.Host != at.Host {
				continue
			}
			found[to.Path] = 0
			queue = append(queue, to.Path)
		}
	}
	return found
}

func TestLinkedSite(t *testing.T) {
	const pages = 600
	lab := start(t, 1)
	found := follow(t, lab, fmt.Sprintf("/site/%d/", pages), 10*pages)
	kinds := map[string]int{}
	for path, status := range found {
		kind := strings.Split(path, "/")[3]
		kinds[fmt.Sprint(kind, " ", status)]++
	}
	want := map[string]int{
		" 200": 1, "p 200": pages - 1, "moved 302": pages / 10, "moved-twice 301": pages / 30,
		"gone 404": pages / 20, "private 200": pages / 50,
	}
	if fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("reached %v, want %v", kinds, want)
	}
	if again := follow(t, lab, fmt.Sprintf("/site/%d/", pages), 10*pages); fmt.Sprint(again) != fmt.Sprint(found) {
		t.Error("it is another site the second time")
	}
}

func TestSitemap(t *testing.T) {
	lab := start(t, 1)
	a := get(t, client(t), lab.URL(0, "/site/30/sitemap.xml"))
	for _, path := range []string{"/site/30/", "/site/30/p/29.html", "/site/30/hidden/9"} {
		if !strings.Contains(a.body, "<loc>"+lab.URL(0, path)+"</loc>") || get(t, client(t), lab.URL(0, path)).StatusCode != 200 {
			t.Errorf("no %s", path)
		}
	}
	if n := strings.Count(a.body, "<loc>"); n != 40 {
		t.Errorf("%d pages", n)
	}
}

func TestNoSuchPage(t *testing.T) {
	lab := start(t, 1)
	for _, path := range []string{"/site/30/p/30.html", "/site/30/p/-1.html", "/site/30/p/x", "/site/30/hidden/10", "/site/30/x", "/site/0/p/0.html"} {
		if a := get(t, client(t), lab.URL(0, path)); a.StatusCode != 404 {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

// Nothing leads from a site into the traps, and nothing out of these.
func TestTraps(t *testing.T) {
	lab := start(t, 1)
	for path := range follow(t, lab, "/traps/", 100) {
		if !strings.HasPrefix(path, "/traps/") {
			t.Errorf("a trap leads to %s", path)
		}
	}
	if n := len(follow(t, lab, "/traps/", 100)); n < 100 {
		t.Errorf("the traps end after %d pages", n)
	}
}
