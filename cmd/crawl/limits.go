package main

// Each fetch in flight needs a connection and perhaps a file. Connections that
// wait for their next use come on top, and a few descriptors are the process's own.
const (
	maxIdle       = 1024 // connections kept for reuse
	ownFiles      = 16   // streams, poller, folder, journal, marker, lock, scratch
	filesPerFetch = 2
)

// fit returns how many fetches may be in flight, at most want, and how many
// connections may wait for reuse, when the process may have limit files open.
// others are open besides.
func fit(want, limit, others int) (workers, idle int) {
	free := max(0, limit-ownFiles-folders(limit)-others)
	reserve := min(64, free/3) // so that there always are connections to reuse
	workers = max(1, min(want, (free-reserve)/filesPerFetch))
	idle = max(1, min(maxIdle, free-filesPerFetch*workers))
	return workers, idle
}

// enough refuses to run with so few files that not even one fetch is sure to have
// what it needs.
func enough(limit, others int) error {
	least := ownFiles + folders(limit) + others + filesPerFetch + 1
	if limit < least {
		return usageError("only %d files may be open at once: raise ulimit -n to %d or more", limit, least)
	}
	return nil
}

// folders is how many folders the file engine keeps open at most.
func folders(limit int) int { return min(128, max(4, limit/16)) }

// frontierFiles is how many files a frontier on the disk may have open: one with millions
// of URLs has a hundred.
func frontierFiles(limit int) int { return min(256, max(32, limit/8)) }

// fitFiles returns how many files may be transformed at once, at most want, whose steps
// have up to each files open besides what is read and what is written.
func fitFiles(want, limit, each int) int {
	trees := (1 + manyTrees) * folders(limit)
	return max(1, min(want, (limit-ownFiles-trees)/(2+each)))
}
