package compare

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
