// Package sorting sorts more lines than fit into memory. Make a [Sorter] with [New], call
// [Sorter.Add] for each line, then range over [Sorter.Iterate]; [Sorter.Close] ends it
// whatever has happened.
//
// It is an external merge sort (Knuth, volume 3, section 5.4.1): lines are gathered up to
// a bound of memory, sorted, and written as a run behind those before it in one temporary
// file, from which the runs are merged. The file has no name where the system allows
// that, so that nothing of it is left even by kill -9. Fewer lines than the bound touch no
// disk.
//
// Order is that of [bytes.Compare], as LC_ALL=C sort has it; equal lines all stay. A line
// is any string of bytes, also one with line ends within.
package sorting
