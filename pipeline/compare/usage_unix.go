//go:build unix

package compare

import (
	"os"
	"runtime"
	"syscall"
	"time"
)

func ownUsage() usage      { return getUsage(syscall.RUSAGE_SELF) }
func childrenUsage() usage { return getUsage(syscall.RUSAGE_CHILDREN) }

func getUsage(who int) usage {
	var r syscall.Rusage
	if syscall.Getrusage(who, &r) != nil {
		return usage{}
	}
	return usage{
		user:        time.Duration(r.Utime.Nano()),
		system:      time.Duration(r.Stime.Nano()),
		voluntary:   int64(r.Nvcsw),  //nolint:unconvert // 32 bits on arm
		involuntary: int64(r.Nivcsw), //nolint:unconvert // as above
	}
}

// peakRSS is that of a process that has ended, or of the largest of its children.
func peakRSS(p *os.ProcessState) int64 {
	r, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(r.Maxrss) //nolint:unconvert // as above; it is in bytes there, in KiB elsewhere
	}
	return int64(r.Maxrss) << 10 //nolint:unconvert // as above
}
