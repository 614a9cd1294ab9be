// Package cookies keeps the cookies that sites set and sends them back where they
// belong: RFC 6265, with what RFC 6265bis adds against forged ones, and the public
// suffix list so that no site sets a cookie for all of co.uk.
//
// Make a [Jar] with [New] and put [Layer] into the stack, inside
// [crawl/fetch.Redirect] so that the cookies of each hop count:
//
//	jar := cookies.New(cookies.Options{})
//	fetcher := fetch.Stack(client, fetch.Redirect(0), cookies.Layer(jar), fetch.Decode(0))
//
// [Jar.Load] and [Jar.Save] keep a jar between runs, in the cookies.txt of curl,
// wget and the browsers' exporters, or in JSON. Several stacks may share a jar.
// A crawl that wants no cookies has no such layer: there is no dummy jar.
//
// Values go back byte for byte as they came, as from browsers: nothing is quoted
// or unquoted. A cookie belongs to a domain, always: one to send to every host
// would be a secret told to every host. For a single request, put a Cookie field
// into its header; its names win over those of the jar. SameSite is kept but
// changes nothing, since a crawl has no page that the user looks at.
package cookies
