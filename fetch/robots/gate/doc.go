// Package gate lets a request through only if the robots.txt of its origin does. It
// fetches each such file once, keeps its rules, and goes by RFC 9309 section 2.3 when
// there is none to be had.
//
// Make a [Gate] around a client and put its [Layer] inside of the redirects, so that
// each hop is asked for only when its own origin allows it:
//
//	g := gate.New(client, gate.Options{Product: robots.Product(userAgent)})
//	fetcher := fetch.Stack(client, fetch.Redirect(0), gate.Layer(g), fetch.Decode(0))
//
// What the layer refuses is a [*fetch.Error] around a [*Denied], which is final, or a
// [*Deferred], which may be asked again later. With [Exempt] a URL passes unasked, as
// those do which a user has listed himself; the redirects that it leads to do not.
//
// # What becomes of the file
//
//	200 to 299               its rules are obeyed, from the first 500 KiB, for 24 hours
//	300 to 399               followed, five times, to other origins too; more allow all
//	400 to 499               all is allowed, for 24 hours
//	429                      all is deferred, for as long as Retry-After says
//	500 and more, no answer  all is deferred; after 30 days of this all is allowed
//
// While a file can't be had, rules that were read before go on, however old. It is
// asked for again after 5 s and then after twice as long each time, at most 15 minutes,
// or when the server says so. A file that does not come whole counts as not had, as
// does one that takes too long.
//
// A Crawl-delay of up to 30 s is told to [Options.Learned], for whoever schedules; a
// longer one denies the whole origin, as in Nutch and StormCrawler: a crawl that goes
// on for weeks is not what anybody wants, and a quicker one is not allowed.
package gate
