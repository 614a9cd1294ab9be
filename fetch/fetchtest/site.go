package fetchtest

import (
	"strconv"
	"strings"
)

// site is all that the lab answers.
type site struct {
	groups  []group
	byFirst map[string][]matcher // by first segment of the path
}

// group is a part of the front page.
type group struct {
	Title  string
	unseen bool // left out of the statistics
	Routes []route
}

// route is one path. In its pattern {id} and {tag} stand for any segment, other
// names in braces for a number, and ... at the end for whatever is left.
type route struct {
	Pattern string
	Example string // path to try; Pattern when empty
	About   string
	answer  func(*exchange)
}

// matcher is a route taken apart.
type matcher struct {
	segments []string
	answer   func(*exchange)
	unseen   bool
}

func newSite() site {
	s := site{groups: groups(), byFirst: map[string][]matcher{}}
	for _, g := range s.groups {
		for _, r := range g.Routes {
			m := matcher{strings.Split(r.Pattern[1:], "/"), r.answer, g.unseen}
			s.byFirst[m.segments[0]] = append(s.byFirst[m.segments[0]], m)
		}
	}
	return s
}

// find returns what answers a path, and sets the exchange's values from it.
func (s *site) find(path string, x *exchange) matcher {
	path = strings.TrimPrefix(path, "/")
	first, _, _ := strings.Cut(path, "/")
	for _, m := range s.byFirst[first] {
		if m.match(path, x) {
			return m
		}
	}
	return matcher{answer: notFound}
}

func (m *matcher) match(path string, x *exchange) bool {
	numbers := 0
	for i, want := range m.segments {
		got, rest, more := strings.Cut(path, "/")
		path = rest
		switch {
		case want == "...":
			return true
		case want == "{id}" || want == "{tag}":
			x.text = got
		case strings.HasPrefix(want, "{"):
			n, err := strconv.ParseUint(got, 10, 63)
			if err != nil {
				return false
			}
			x.num[numbers] = int64(n)
			numbers++
		case want != got:
			return false
		}
		if last := i == len(m.segments)-1; more == last {
			return false
		}
	}
	return true
}

func groups() []group {
	return []group{
		{"Pages", false, []route{
			{"/d/{ms}/s/{bytes}/{n}", "/d/100/s/4096/1", "wait, then page number n: a title, 20 links to other pages like it, filler", servePage},
			{"/empty", "", "204 No Content", empty},
			{"/name/...", "/name/a%2Fb/c?d=e", "200 for anything below, with the request target as the body", name},
			{"/content-type", "/content-type?ct=image/png", "a page under the content type ct", contentType},
			{"/robots.txt", "", "forbids /name/private/ and those pages of the sites below to all", robots},
		}},
		{"Sites to follow links on", false, []route{
			{"/site/{pages}", "/site/5000", "to the same with a slash", siteWithoutSlash},
			{"/site/{pages}/...", "/site/5000/", "so many pages that link to each other, some by redirects, and to some that are gone, slow or forbidden", linkedSite},
			{"/traps/", "", "links into the traps below, which nothing else leads to", traps},
			{"/traps/calendar/{year}/{month}", "/traps/calendar/2026/1", "a month, with links to those around it", calendar},
			{"/traps/deeper/...", "/traps/deeper/", "links to folders below, without end", deeper},
			{"/traps/session/{id}", "/traps/session/0", "a link to itself, under another address each time", sessions},
		}},
		{"Status", false, []route{
			{"/status/{code}", "/status/404", "any status from 200 to 999; ?retry-after= adds that field", status},
			{"/flaky/{n}/{id}", "/flaky/2/a", "503 for the first n requests of an id, then 200", flaky},
			{"/limit/{n}/{seconds}/{id}", "/limit/2/1/a", "429 with Retry-After for the first n requests of an id, then 200; ?date=1 gives the time as a date", limit},
		}},
		{"Redirects", false, []route{
			{"/redirect/to", "/redirect/to?url=/empty&status=307", "to url, which may be anything, with status (302)", redirectTo},
			{"/redirect/loop", "", "to itself", redirectLoop},
			{"/redirect/relative", "", "by a Location of ../d/0/s/1024/0", redirectRelative},
			{"/redirect/other-host", "", "to a page on the next host", redirectOtherHost},
			{"/redirect/none", "", "302 without Location", redirectNone},
			{"/redirect/{n}", "/redirect/3", "n hops, then a page", redirect},
		}},
		{"Codings", false, []route{
			{"/gzip/{bytes}", "/gzip/4096", "a page in gzip", coded("gzip", gzipped)},
			{"/deflate/{bytes}", "/deflate/4096", "in deflate with the zlib frame, as RFC 9110 has it", coded("deflate", zlibbed)},
			{"/rawdeflate/{bytes}", "/rawdeflate/4096", "in bare deflate, as some servers have it", coded("deflate", deflated)},
			{"/br/{bytes}", "/br/4096", "in brotli", coded("br", brotlied)},
			{"/zstd/{bytes}", "/zstd/4096", "in zstd", coded("zstd", zstandard)},
			{"/multi-gzip/{bytes}", "/multi-gzip/4096", "in two gzip members", coded("gzip", twoMembers)},
			{"/nested/{bytes}", "/nested/4096", "brotli within gzip", coded("br, gzip", nested)},
			{"/bomb/{bytes}", "/bomb/1048576", "zeros in a gzip a thousandth of the size", bomb},
			{"/wrong-encoding", "", "says gzip and is not", wrongEncoding},
		}},
		{"Framing", false, []route{
			{"/chunked/{bytes}", "/chunked/100000", "a page in chunks", chunked},
			{"/close/{bytes}", "/close/4096", "a page without a length, up to the end of the connection", untilClose},
			{"/headers/{bytes}", "/headers/8192", "a head of exactly so many bytes (at least 64)", bigHead},
		}},
		{"Faults", false, []route{
			{"/cut/length/{bytes}", "/cut/length/4096", "ends after half of its Content-Length", cutLength},
			{"/cut/chunked/{bytes}", "/cut/chunked/4096", "ends without the last chunk", cutChunked},
			{"/cut/gzip/{bytes}", "/cut/gzip/4096", "well framed, but its gzip ends half way", cutGzip},
			{"/cut/head", "", "ends within the head", cutHead},
			{"/reset", "", "resets the connection within the body", reset},
			{"/slow/body/{ms}/{bytes}", "/slow/body/100/20", "a byte of body every ms", slowBody},
			{"/slow/head/{ms}", "/slow/head/20", "a byte of head every ms", slowHead},
			{"/silent", "", "never answers", silent},
			{"/endless", "", "never stops answering", endless},
		}},
		{"Load", false, []route{
			{"/queue/{rate}/{ms}/{id}", "/queue/200/50/a", "waits ms, and serves rate requests a second, in the order of their coming: the others wait longer", queued},
			{"/crowd/{ms}/{us}/{id}", "/crowd/20/500/a", "waits ms, and us microseconds more for each request that waits here already", crowded},
			{"/slowing/{ms}/{most}/{id}", "/slowing/20/50/a", "waits ms, times 1+(n/most)² where n wait here: fastest with most at once", slowing},
			{"/tiring/{n}/{fresh}/{tired}/{id}", "/tiring/100/5/50/a?1", "waits fresh ms for the first n requests of an id, whatever the query, then tired ms", tiring},
			{"/failing/{n}/{id}", "/failing/2/a", "200 for the first n requests of an id, then 503", failing},
			{"/changing/{n}/{id}", "/changing/2/a", "one body for the first n requests of an id, then another", changing},
		}},
		{"Requests", false, []route{
			{"/echo", "", "what was asked, as JSON", echo},
			{"/etag/{tag}", "/etag/v1", "304 when If-None-Match has that tag", etag},
			{"/cookie/set", "/cookie/set?a=1&b=2", "sets a cookie for each parameter", setCookies},
		}},
		{"The lab itself", true, []route{
			{"/", "", "this page", index},
			{"/stats", "", "what was asked since the start, as JSON", showStats},
			{"/reset-stats", "", "begins all counts anew", resetStats},
		}},
	}
}
