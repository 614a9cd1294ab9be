package robots

import (
	"strings"
	"testing"
	"time"
)

func TestFromHeader(t *testing.T) {
	both := Directives{NoIndex: true, NoFollow: true}
	june := time.Date(2010, 6, 25, 15, 0, 0, 0, time.UTC)
	tests := []struct {
		fields []string
		want   Directives
	}{
		{nil, Directives{}},
		{[]string{""}, Directives{}},
		{[]string{"noindex"}, Directives{NoIndex: true}},
		{[]string{"NoIndex , nofollow"}, both},
		{[]string{"noindex", "nofollow"}, both},
		{[]string{"noindex nofollow", "; ,,"}, both},
		{[]string{"none"}, both},
		{[]string{"all, index, follow, noindexing"}, Directives{}},
		{[]string{"noarchive,nosnippet,noimageindex,noai,noimageai"}, Directives{NoArchive: true, NoSnippet: true, NoImageIndex: true, NoAI: true, NoImageAI: true}},
		{[]string{"nocache"}, Directives{NoArchive: true}},
		{[]string{"crawl: nofollow"}, Directives{NoFollow: true}},
		{[]string{"CRAWL: noindex, nofollow"}, both},
		{[]string{"other: noindex, nofollow"}, Directives{}},
		{[]string{"other: noindex", "nofollow"}, Directives{NoFollow: true}},
		{[]string{"other: noindex, crawl: nofollow"}, Directives{NoFollow: true}},
		{[]string{"noindex, other: nofollow"}, Directives{NoIndex: true}},
		{[]string{"crawler: noindex", "cra: noindex"}, Directives{}},
		{[]string{"*: noindex", "robots: nofollow"}, both},
		{[]string{": noindex"}, Directives{}},
		{[]string{"max-snippet: 0, noindex"}, Directives{NoIndex: true}},
		{[]string{"max-image-preview:none, max-video-preview: -1, nofollow"}, Directives{NoFollow: true}},
		{[]string{"unavailable_after: 25 Jun 2010 15:00:00 GMT"}, Directives{UnavailableAfter: june}},
		{[]string{"unavailable_after: 25 Jun 2010 15:00:00 GMT, nofollow"}, Directives{UnavailableAfter: june, NoFollow: true}},
		{[]string{"unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, nofollow"}, Directives{UnavailableAfter: june, NoFollow: true}},
		{[]string{"noindex, unavailable_after: Friday, 25-Jun-10 15:00:00 UTC"}, Directives{UnavailableAfter: june, NoIndex: true}},
		{[]string{"unavailable_after: 25 Jun 2010 07:00:00 PST"}, Directives{UnavailableAfter: june}},
		{[]string{"unavailable_after: 25-Jun-2010 11:00:00 EDT"}, Directives{UnavailableAfter: june}},
		{[]string{"unavailable_after: 25 Jun 10 17:00 +0200"}, Directives{UnavailableAfter: june}},
		{[]string{"unavailable_after: 2010-06-25T17:00:00+02:00"}, Directives{UnavailableAfter: june}},
		{[]string{"unavailable_after: 2010-06-25"}, Directives{UnavailableAfter: june.Truncate(24 * time.Hour)}},
		{[]string{"unavailable_after: 2010-06-25 15:00:00", "unavailable_after: 2011-01-01"}, Directives{UnavailableAfter: june}},
		{[]string{"other: unavailable_after: 25 Jun 2010 15:00:00 GMT, noindex"}, Directives{}},
		{[]string{"crawl: unavailable_after: 25 Jun 2010 15:00:00 GMT"}, Directives{UnavailableAfter: june}},
		{[]string{"unavailable_after: tomorrow, noindex"}, Directives{NoIndex: true}},
		{[]string{"unavailable_after:"}, Directives{}},
	}
	for _, test := range tests {
		if got := FromHeader(test.fields, "crawl"); got != test.want {
			t.Errorf("%q: %+v, want %+v", test.fields, got, test.want)
		}
	}
}

func TestFromMeta(t *testing.T) {
	tests := []struct {
		name, content, product string
		want                   Directives
	}{
		{"robots", "noindex,nofollow", "crawl", Directives{NoIndex: true, NoFollow: true}},
		{" Robots\n", " NOFOLLOW\n", "crawl", Directives{NoFollow: true}},
		{"Crawl", "none", "crawl", Directives{NoIndex: true, NoFollow: true}},
		{"googlebot", "nofollow", "crawl", Directives{}},
		{"", "nofollow", "", Directives{}},
		{"description", "nofollow", "crawl", Directives{}},
		{"robots", "other: nofollow", "crawl", Directives{NoFollow: true}}, // the name has said who is meant
	}
	for _, test := range tests {
		if got := FromMeta(test.name, test.content, test.product); got != test.want {
			t.Errorf("%q, %q: %+v, want %+v", test.name, test.content, got, test.want)
		}
	}
}

// What everybody is told and what one is told adds up, the earlier date included.
func TestOr(t *testing.T) {
	early, late := time.Unix(1, 0), time.Unix(2, 0)
	a, b := Directives{NoIndex: true, UnavailableAfter: late}, Directives{NoFollow: true, UnavailableAfter: early}
	want := Directives{NoIndex: true, NoFollow: true, UnavailableAfter: early}
	if a.Or(b) != want || b.Or(a) != want || want.Or(Directives{}) != want || (Directives{}).Or(want) != want {
		t.Errorf("%+v and %+v", a.Or(b), b.Or(a))
	}
}

func FuzzDirectives(f *testing.F) {
	f.Add("noindex, nofollow", "crawl")
	f.Add("crawl: noindex, other: unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, none", "other")
	f.Add("max-snippet:0,unavailable_after:,:;:", "")
	f.Add(strings.Repeat("unavailable_after:", 20), "x")
	f.Fuzz(func(t *testing.T, value, product string) {
		mine := FromHeader([]string{value}, product)
		if all := FromHeader([]string{value}, ""); mine.Or(all) != mine {
			t.Errorf("%q: %q is told less than everybody: %+v, %+v", value, product, mine, all)
		}
		if twice := FromHeader([]string{value, value}, product); twice != mine {
			t.Errorf("%q: said twice it is %+v, once %+v", value, twice, mine)
		}
		if meta := FromMeta("robots", value, product); mine.Or(meta) != meta {
			t.Errorf("%q: a page is told less than a crawler: %+v, %+v", value, meta, mine)
		}
	})
}
