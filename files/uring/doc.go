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
// Against a pool as wide as the ring, with GOMAXPROCS=16 for both, on two cores,
// ext4 and Linux 6.18 (medians; a machine busy with other work, so that rates
// spread over the whole range that is given and CPU time by a quarter):
//
//	                              CPU us each    threads      rate, ring/pool
//	                              pool   ring    pool  ring   median (all rounds)
//	50,000 cold small files, 64     33     25      79    27   0.7 (0.3 - 1.1)
//	                        256     36     23     200    28   0.8 (0.3 - 1.2)
//	the same, warm, 64             7.2    9.5      35    20   1.2 (0.4 - 6)
//	random 4 KiB O_DIRECT, 16      9.9     13      23    12   0.5 (0.4 - 0.8)
//	                       64      9.5    7.6      76    14   0.5 (0.3 - 1.0)
//	                      256       11    6.3     267    16   0.8 (0.3 - 1.2)
//	5,000 in flight at 2,000/s,
//	against a pool of 64            36     28      80    19   1.0
//	the same, GOMAXPROCS=2          40     26      69     6   1.0
//
// So it takes 0.6 to 0.8 of the CPU time and a third to a twentieth of the threads
// where reads wait for a disk and many are in flight. It loses where few are, for
// each goes from its caller to the ring's goroutine and back; with cached files
// (1.3 times the CPU time); and wherever others want the processors: its one thread
// gets one thread's share, a pool's hundred get a hundred's. The median rates are of
// rounds in which 15 to 50 others wanted them; with ten it was even or better, but
// at depth 16. It needs no raised GOMAXPROCS: with two, and ten others, it read 1.6
// and 2.1 times what a pool did at depths 64 and 256. 5,000 in flight took 60 MiB in
// all, 42 with the pool; 40 of each were the callers' buffers.
//
// To repeat that, each line in a process of its own, for threads stay:
//
//	export GOMAXPROCS=16 URING_SMALL=corpus/S URING_BIG=1GiB.bin
//	go test -run=- -bench=Small/cold/uring-256 -benchtime=3x ./files/uring   # as root
//	go test -run=- -bench=Direct/pool-64 -benchtime=5x ./files/uring
//	go test -run=- -bench=Slow/uring -benchtime=1x ./files/uring   # in a cgroup with riops=2000
package uring
