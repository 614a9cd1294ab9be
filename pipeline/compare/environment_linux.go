package compare

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func describe(e *Environment) {
	e.Kernel = firstLine("/proc/sys/kernel/osrelease")
	e.CPU = field("/proc/cpuinfo", "model name")
	e.Governor = firstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	if kb, _, found := strings.Cut(field("/proc/meminfo", "MemTotal"), " "); found {
		if n, err := strconv.ParseInt(kb, 10, 64); err == nil {
			e.Memory = n << 10
		}
	}
	switch firstLine("/sys/devices/system/cpu/smt/active") {
	case "1":
		e.SMT = "on"
	case "0":
		e.SMT = "off"
	}
	if control := firstLine("/sys/devices/system/cpu/smt/control"); e.SMT == "off" && control != "off" {
		e.SMT = control // "notsupported", "forceoff"
	}
}

// readCounters reads the line of all processors; its columns are those of proc(5):
// user nice system idle iowait irq softirq steal, then two that user and nice hold.
func readCounters() counters {
	name, rest, _ := strings.Cut(firstLine("/proc/stat"), " ")
	columns := strings.Fields(rest)
	if name != "cpu" || len(columns) < 8 {
		return counters{}
	}
	c := counters{known: true}
	for i, column := range columns[:8] {
		n, err := strconv.ParseFloat(column, 64)
		if err != nil {
			return counters{}
		}
		c.all += n
		switch i {
		case 3, 4:
			c.idle += n
		case 7:
			c.steal = n
		}
	}
	return c
}

func readLoad() float64 {
	text, _, _ := strings.Cut(firstLine("/proc/loadavg"), " ")
	load, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return load
}

// fileSystem returns the type of the one that dir is on, and what it lies on, from
// the mount with the longest matching path; see proc(5).
func fileSystem(dir string) (kind, device string) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", ""
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", ""
	}
	return mountOf(mounts, dir)
}

func mountOf(mounts []byte, dir string) (kind, device string) {
	longest := -1
	lines := bufio.NewScanner(bytes.NewReader(mounts))
	for lines.Scan() {
		before, after, found := strings.Cut(lines.Text(), " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if !found || len(left) < 5 || len(right) < 2 {
			continue
		}
		point := octal.Replace(left[4])
		inside := dir == point || strings.HasPrefix(dir, strings.TrimSuffix(point, "/")+"/")
		if inside && len(point) >= longest { // the later of two on one point hides the other
			longest, kind, device = len(point), right[0], right[1]
		}
	}
	return kind, device
}

// octal is how the kernel writes what would break its columns.
var octal = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

func firstLine(name string) string {
	data, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(line)
}

// field returns what follows a name and a colon, at its first line.
func field(file, name string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		key, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
