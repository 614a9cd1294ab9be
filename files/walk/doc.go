// Package walk finds everything below a folder, with several workers, and hands it
// out while it is still looking.
//
// Start with [Walk], which calls a function for each [Entry], or with [Open], whose
// [Walker] is a source that many goroutines may pull from at once. A slow consumer
// slows the walk down: a bounded queue lies between them.
//
// One bad folder is one entry with an error; the rest goes on. Symbolic links are
// told and not followed, unless [Options].Follow says so, and even then none leads
// out of the root ([os.Root] has the rules). Memory is bounded by the queue and
// the folders that wait, not by the number of files: a folder of a million files is
// read in blocks, and of descriptors there are at most four for each worker.
//
// On Linux the workers read folders by getdents64 and look at files by fstatat from
// the open folder, which golang.org/x/sys/unix is here for; elsewhere by package os.
// Entries come in no order but one: a folder before what it holds.
package walk
