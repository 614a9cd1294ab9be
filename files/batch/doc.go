// Package batch carries the files of a tree through a chain of steps into a folder
// that mirrors it, many at once, and records what became of each.
//
//	walk -> same names? -> read -> steps -> draft -> record
//
// Begin with [Batch] and its Run; [Look] finds beforehand which inputs would
// become the same output. Everything that a batch is made of comes in through an
// interface or a function, so that a batch in memory, onto a disk or with injected
// faults is the same code. It prints nothing; the command does.
//
// What Run guarantees: each output appears whole or not at all, with the permission
// bits of its input, and stands before its record does. A file that has a record, and
// has not changed since, nor its output gone, is not transformed again; so a run that
// was killed is resumed by doing it again. What is wrong with a file is its record and
// stops nothing; only an output folder that takes no more ends a run.
package batch
