// Package scope decides which links a crawl follows. Make a [Scope] of [Rules], tell
// it the seeds with [Scope.Add] while they are read, and ask [Scope.Check] of each
// link. What it refuses it refuses by one named rule with a reason for the user.
//
//	link ─► Check ─► seen? ─► Take ─► frontier
//
// Check goes by the URL alone: where it leads (--scope, --include, --exclude), how
// far that is from a seed, and whether it looks like a trap, a place where a server
// makes up new links for ever. [Scope.Take] counts what is really fetched against the
// budgets; only those stop every trap.
//
// Seeds are not checked: what the user listed he gets, whatever the rules say.
//
// Memory is for hosts and, with [Prefix], for the folders of seeds; never for URLs. A
// host is kept as a hash of 64 bits, with a seed that nobody outside knows: of a million
// hosts, two are taken for one with a chance of 1 in 30 million. That makes some 30
// bytes for a host of seeds, and 50 for one with a budget.
// All methods are safe for concurrent use.
package scope
