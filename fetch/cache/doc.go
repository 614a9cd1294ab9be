// Package cache keeps answers and uses them again as RFC 9111 allows, and asks
// servers only for what has changed.
//
// Put [Layer] into a stack, inside redirects and outside decoding, so that every
// hop is looked up by itself and what is kept is decoded and known to be whole:
//
//	store := cache.NewMemory(0)
//	fetcher := fetch.Stack(client, fetch.Redirect(0), cache.Layer(store, cache.Options{}), fetch.Decode(0))
//
// A [Memory] forgets with the process; a [Disk] lies in a folder. Answers from
// either have [fetch.Record.Cached] set. The cache is private in the RFC's sense:
// it serves one user, and so keeps what is marked private and ignores s-maxage.
// It still stores an answer to a request with Authorization, or with a user in its URL,
// only where section 3.5 lets shared caches do so, because one client may speak for
// several accounts. That counts also when a layer inside of it adds the field; and what
// varies with a field that such a layer adds is not stored: put logins and cookies
// outside.
//
// [Conditional] is for those who keep answers elsewhere: it sends the validators
// that they remember and leaves the 304 to them. [crawl/fetch/cache/since] does so
// for a folder of an earlier crawl.
//
// What RFC 9111 leaves open: GET answers are stored and also serve HEAD; requests
// with Range, with conditions of their own or with a Host field pass through;
// partial answers are never stored; without explicit times an answer is fresh for
// a tenth of the age of its Last-Modified, for a day at most; nothing stale is used
// unless the request says max-stale. The cache merges no equal requests in flight.
package cache
