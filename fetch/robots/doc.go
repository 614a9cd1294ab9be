// Package robots reads robots.txt files after RFC 9309, and the directives of
// X-Robots-Tag fields and meta elements that speak of single pages. Bytes in, values
// out: it fetches nothing. [crawl/fetch/robots/gate] does, and keeps the rules of a
// crawl's origins.
//
// Begin with [Parse], pick the [Rules] of one crawler and ask them:
//
//	rules := robots.Parse(data).Rules(robots.Product("crawl/1.0 (+https://example.com)"))
//	verdict := rules.Match(url.RequestURI())
//
// # Where the RFC leaves a choice
//
// The longest rule that matches decides, counted in octets of the rule as it is
// compared; of an allow and a disallow of one length, the allow. The file is read as
// tolerantly as sections 2.2 and 2.2.4 ask: whatever is no line of a group is passed
// over and ends none. Common misspellings of the names are understood, and so is a
// missing colon, for their owners' will is plain. UTF-16 is read where a byte order
// mark says so.
//
// Before comparison (section 2.2.2) what is percent-encoded without need is decoded,
// and whatever no URL may hold as it stands is encoded; "%2a" and "%24" in a rule are
// the star and dollar that a URL holds. Of the reserved characters, those which delimit
// nothing where they stand are the same encoded or not: : @ ! ' ( ) and the comma, and
// / and ? behind the first ?. The others are not: /a%2Fb is another path than /a/b.
package robots
