// Package fetchtest is a web site made for testing crawlers: a lab with delays,
// sizes, faults and traps, every answer of which is fixed by its path.
//
// Call [Start] to serve it on loopback addresses, 127.0.0.1 up to 127.0.0.64, so
// that one port looks like many hosts, or [New] and [Lab.Serve] for a listener of
// your own, such as one in memory inside a testing/synctest bubble. Delays then
// take no real time. [Lab.URL] makes addresses, [Lab.Stats] tells what was asked.
//
// The site documents itself: / is a page that lists every path with an example.
// In short ({bytes} counts the body after decoding; {ms} are milliseconds):
//
//	/d/{ms}/s/{bytes}/{n}                     wait, then a page with 20 links
//	/site/{pages}/...                         so many pages that link to each other
//	/traps/ calendar/{year}/{month} deeper session/{id}   links without end
//	/empty /name/...                          204; a body equal to the target asked for
//	/status/{code} /flaky/{n}/{id}            any status; 503 n times, then 200
//	/limit/{n}/{seconds}/{id}                 429 with Retry-After n times, then 200
//	/redirect/{n} to loop relative other-host none
//	/gzip/{bytes} deflate rawdeflate br zstd multi-gzip nested /wrong-encoding
//	/bomb/{bytes}                             zeros in a gzip a thousandth of the size
//	/cut/length/{bytes} chunked gzip head     answers that end too early
//	/reset /silent /endless                   broken off, never begun, never done
//	/slow/body/{ms}/{bytes} /slow/head/{ms}   a byte every so often
//	/chunked/{bytes} /close/{bytes}           other framings
//	/queue/{rate}/{ms}/{id} /crowd/{ms}/{us}/{id}   slower the more is asked at once
//	/slowing/{ms}/{most}/{id}                 the same, fastest with most at once
//	/tiring/{n}/{fresh}/{tired}/{id} /changing/{n}/{id} /failing/{n}/{id}
//	                                          other after n requests
//	/headers/{bytes} /echo /etag/{tag} /cookie/set /content-type /robots.txt
//	/stats /reset-stats                       counters as JSON
//
// [StartHostile] serves another site, of servers that break every rule on purpose:
// [Cases] lists them, each with what a client has to make of it, [Hostile.URL] makes
// their addresses and [Hostile.Measured] tells what a client did to them.
//
// The lab speaks HTTP/1.1 without TLS and without a Date field, and it believes
// whatever it is told: keep it on loopback. It remembers a few bytes for each
// distinct URL until its statistics are reset.
package fetchtest
