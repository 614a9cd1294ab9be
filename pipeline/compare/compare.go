// Package compare measures the same work under several ways of doing it, and says
// in plain words what concurrency gains on it.
//
// Start with a [Plan]: its rows are the ways, such as a pool of 32 workers or one
// blocking loop, and [Run] measures them. What comes back is a [Result], which holds
// every raw sample, what they come to, and a [Verdict]; [WriteTable] shows it on a
// terminal, [WriteBenchmark] writes it for benchstat, and package report as a page.
//
//	plan ─ Run ─ block 0 (warm-up) ─ row, row, row ...    in random order, one at a time
//	             block 1           ─ row, row, row ...
//	             ...                   │
//	                                   └ a fresh process: spec → ready → go → sample
//
// Each measured row is a fresh process, which this program is when main calls
// [Serve], or any other that speaks the protocol of [Spec]. So no row inherits
// another's heap, and GOMAXPROCS is set where libraries read it: at the start.
//
// The package judges strictly. There is no verdict when items failed, when rows got
// different bytes, when one row under two names differs from itself, when the server
// was the bottleneck, or when things changed midway. All times are in seconds, as
// float64, since they are for statistics and for other languages.
package compare
