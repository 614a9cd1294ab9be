package compare

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// watchEvery is how often a tree is looked at: a look costs some 20 µs a process.
const watchEvery = 50 * time.Millisecond

// tree watches what a process and those that it started use, from outside, so that
// it works for other languages too. Those started after "ready" are not seen.
type tree struct {
	pids []int
	quit chan struct{}
	done chan struct{}
	once sync.Once

	rss     int64 // bytes, the peaks of each in sum
	threads int   // of all, at most at once
}

func watchTree(pid int) *tree {
	t := &tree{pids: descendants(pid), quit: make(chan struct{}), done: make(chan struct{})}
	t.look()
	go t.run()
	return t
}

// stop ends the watch, after which rss and threads may be read.
func (t *tree) stop() {
	t.once.Do(func() { close(t.quit) })
	<-t.done
}

func (t *tree) run() {
	defer close(t.done)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			t.look()
		case <-t.quit:
			t.look()
			return
		}
	}
}

func (t *tree) look() {
	var rss int64
	threads := 0
	for _, pid := range t.pids {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue // it has ended
		}
		rss += statusNumber(status, "VmHWM:") << 10
		threads += int(statusNumber(status, "Threads:"))
	}
	t.rss = max(t.rss, rss)
	t.threads = max(t.threads, threads)
}

// statusNumber returns the number after a name in /proc/PID/status, 0 for none.
func statusNumber(status []byte, name string) int64 {
	_, rest, found := bytes.Cut(status, []byte("\n"+name))
	if !found {
		return 0
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	text := strings.TrimSuffix(strings.TrimSpace(string(line)), " kB")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// descendants are pid, what it started, what those started, and so on.
func descendants(pid int) []int {
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		// Children belong to the thread that started them.
		lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", all[i]))
		if err != nil {
			continue
		}
		for _, list := range lists {
			data, err := os.ReadFile(list)
			if err != nil {
				continue // that thread has ended
			}
			for _, field := range strings.Fields(string(data)) {
				if child, err := strconv.Atoi(field); err == nil {
					all = append(all, child)
				}
			}
		}
	}
	return all
}
