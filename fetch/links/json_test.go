package links

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// What was found goes through JSON unharmed, from a worker process for one.
func TestJSON(t *testing.T) {
	text := `<urlset><url><loc>/a</loc><lastmod>2026-11-26T12:30:45+01:00</lastmod><priority>0.8</priority></url><url><loc>/b</loc></url></urlset>`
	sitemap := check(t, document(t, home, "text/xml"), Options{}, text, "entry /a", "entry /b")
	page := check(t, document(t, home, "text/html"), Options{Max: 1}, `<meta name=robots content=none><a href=/x rel="ugc nofollow"><a href=/y>`, "a /x")
	for _, found := range []Found{sitemap, page, {}} {
		data, err := json.Marshal(found)
		if err != nil {
			t.Fatal(err)
		}
		var again Found
		if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(again, found) {
			t.Errorf("%s: %+v, want %+v, %v", data, again, found, err)
		}
		if strings.Contains(string(data), "0001-01-01") {
			t.Errorf("%s holds what was not said", data)
		}
	}
}
