package compare

import (
	"runtime"
)

// Environment is where it was measured. What could not be learnt is empty.
type Environment struct {
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	Kernel   string `json:"kernel,omitempty"`
	CPU      string `json:"cpu,omitempty"` // its model
	Cores    int    `json:"cores"`         // that this process may use
	SMT      string `json:"smt,omitempty"` // "on", "off" or as the kernel calls it
	Governor string `json:"governor,omitempty"`
	Memory   int64  `json:"memory,omitempty"` // bytes
	Go       string `json:"go"`
	Version  string `json:"version,omitempty"` // of this program

	Load  [2]float64 `json:"load"`     // over one minute, before and after
	Steal float64    `json:"steal"`    // share of processor time that the host took during the run, 0 to 1
	Busy  float64    `json:"busy"`     // share that was in use by anybody, 0 to 1
	Known bool       `json:"measured"` // whether load, steal and busy are known

	FileSystem string `json:"file_system,omitempty"` // where the files are: "ext4"
	Device     string `json:"device,omitempty"`

	Interpreter string            `json:"interpreter,omitempty"` // of the Python rows: path and version
	Libraries   map[string]string `json:"libraries,omitempty"`   // of it: name to version
}

// observer learns about the machine, once before a run and once after.
type observer struct {
	before counters
	load   float64
}

// counters are processor times since the system started, in any unit.
type counters struct {
	all, idle, steal float64
	known            bool
}

// observe begins an environment. dir is where the files are, or "".
func observe(e Environment, dir string) (Environment, *observer) {
	e.OS, e.Arch, e.Go, e.Cores = runtime.GOOS, runtime.GOARCH, runtime.Version(), runtime.NumCPU()
	describe(&e)
	if dir != "" && e.FileSystem == "" {
		e.FileSystem, e.Device = fileSystem(dir)
	}
	o := &observer{before: readCounters(), load: readLoad()}
	return e, o
}

// finish adds what has happened since.
func (o *observer) finish(e Environment) Environment {
	after := readCounters()
	e.Load = [2]float64{o.load, readLoad()}
	all := after.all - o.before.all
	e.Known = o.before.known && after.known && all > 0
	if e.Known {
		e.Steal = max(after.steal-o.before.steal, 0) / all
		e.Busy = max(all-(after.idle-o.before.idle), 0) / all
	}
	return e
}
