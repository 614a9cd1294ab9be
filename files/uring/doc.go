// Package uring is a [files.Engine] that reads through Linux's io_uring: any number
// of reads in flight on one thread, where a pool holds a thread for each.
//
// Start with [New]; where it can't be had [Probe] says why. It is never chosen by
// default: it takes work off threads and processors, it seldom takes less time.
// It is written on the kernel's interface alone, for no module was fit to be used.
//
// # What it does
//
// ReadStart, ReadFile and the reads of open files go through the ring. All else is
// the inner engine's: creating, renaming, fsync and stat the kernel only hands to
// threads of its own, which in a prototype cost 22 to 31 % more time than a pool.
// The inner engine also gets what is rare: names that are not UTF-8 or longer than
// 1,023 bytes, links below the root, other file systems mounted there, and every
// name that the ring could not open, so that errors are the same.
//
// A file is opened below the root's own handle by openat2, which goes through no
// link, above no root and across no mount; then looked at, then read, then closed.
// These are steps, not linked operations: a linked read would have drained a
// planted pipe before anyone could see that it is none of ours.
//
// New takes ext2 to 4, xfs, btrfs, f2fs and tmpfs. On others, FUSE and network file
// systems above all, operations block inside of the ring, where one waits for the
// other (64 reads of 100 ms each took 6.4 s); only the kernel's threads would help,
// one for each read, as a pool has them. New refuses them.
//
// A context is heard while a read waits for its turn. After that the kernel is
// asked to stop, which it does where nothing has begun; the call returns when the
// kernel has let go of the buffer, not before. A disk that does not answer keeps it.
//
// # What it costs and brings
//
// # FIGURES
//
// URING_SMALL and URING_BIG tell where the benchmarks read:
//
//	URING_SMALL=corpus/S URING_BIG=big.bin go test -run=- -bench=Small/cold/uring-256 ./files/uring
//	blkio or io.max at 2,000 reads a second, then -bench=Slow/pool and -bench=Slow/uring
package uring
