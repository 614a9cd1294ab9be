package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"crawl/pipeline"
	"crawl/pipeline/compare"
)

// pythonCodings are the content codings that all of Python's clients can undo.
const pythonCodings = "gzip, deflate"

//go:embed worker.py
var workerScript []byte

// python is the interpreter that does Python's own rows.
type python struct {
	left   bool // out, since nobody wants to see its rows
	path   string
	folder string // of the script, to be removed
	skip   string // why there are no rows of it, when there are none
	known  pythonTells
}

// pythonTells is what the script says of its interpreter.
type pythonTells struct {
	Version   string            `json:"version"`
	GIL       bool              `json:"gil"`
	Libraries map[string]string `json:"libraries"`
	Missing   map[string]string `json:"missing"` // by name: why
}

const pythonStarts = 30 * time.Second // and imports, on a machine that is busy

// openPython finds an interpreter, and what there is to measure with. One that the
// user named has to be there; others may not.
func openPython(ctx context.Context, p process, f *compareFlags) (*python, error) {
	if f.noPython {
		return &python{left: true}, nil
	}
	named := f.python
	if named == "" {
		named, _ = p.env("CRAWL_PYTHON")
	}
	path, err := findPython(named)
	if err != nil {
		if named != "" {
			return nil, inputError("--python %s: %w", named, err)
		}
		return &python{skip: "no Python found"}, nil
	}
	py := &python{path: path}
	if py.folder, err = os.MkdirTemp("", "crawl-python-"); err != nil {
		return nil, outputError("a place for Python's script: %w", bare(err))
	}
	if err := os.WriteFile(py.script(), workerScript, 0o600); err != nil {
		return nil, errors.Join(outputError("Python's script: %w", bare(err)), py.close())
	}
	out, err := py.run(ctx, "probe")
	if err == nil {
		err = json.Unmarshal(out, &py.known)
	}
	switch {
	case ctx.Err() != nil:
		return nil, errors.Join(context.Cause(ctx), py.close())
	case err != nil && named != "":
		return nil, errors.Join(inputError("%s is no Python that can be used: %w", named, err), py.close())
	case err != nil:
		py.skip = fmt.Sprintf("%s cannot be used: %v", path, err)
	}
	return py, nil
}

func findPython(named string) (string, error) {
	if named != "" {
		return exec.LookPath(named)
	}
	const usual = "/usr/bin/python3" // which has the distribution's libraries
	if path, err := exec.LookPath(usual); err == nil {
		return path, nil
	}
	return exec.LookPath("python3")
}

func (py *python) script() string { return filepath.Join(py.folder, "worker.py") }

func (py *python) close() error {
	if py.folder == "" {
		return nil
	}
	return os.RemoveAll(py.folder)
}

// run runs the script outside of any row, and returns what it writes.
func (py *python) run(ctx context.Context, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, pythonStarts)
	defer cancel()
	cmd := exec.CommandContext(ctx, py.path, append([]string{"-I", py.script()}, args...)...)
	cmd.Env = append(os.Environ(), pythonEnv...)
	cmd.WaitDelay = time.Second
	var tail pipeline.Tail
	cmd.Stderr = &tail
	out, err := cmd.Output()
	if err != nil && tail.Reason() != "" {
		err = fmt.Errorf("%w: %s", err, tail.Reason())
	}
	return out, err
}

// pythonEnv keeps proxies out of what is measured, and bytecode out of folders.
var pythonEnv = []string{"NO_PROXY=*", "no_proxy=*", "PYTHONDONTWRITEBYTECODE=1"}

// environment is what a result records of it.
func (py *python) environment(e *compare.Environment) {
	if py.known.Version == "" {
		return
	}
	e.Interpreter = py.path + " " + py.known.Version
	if !py.known.GIL {
		e.Interpreter += " without the GIL"
	}
	e.Libraries = py.known.Libraries
}

// pythonWay is one of doing the work in Python.
type pythonWay struct {
	name  string // of its row
	job   string // of the script
	needs []string
	alone bool // one after the other
}

var (
	pythonFetching = []pythonWay{
		{"requests", "fetch sequential", []string{"requests"}, true},
		{"requests threads", "fetch threads", []string{"requests"}, false},
		{"requests Pool", "fetch processes", []string{"requests"}, false},
		{"aiohttp", "fetch aiohttp", []string{"aiohttp"}, false},
		{"aiohttp uvloop", "fetch uvloop", []string{"aiohttp", "uvloop"}, false},
	}
	pythonFiles = []pythonWay{
		{"open()", "file sequential", nil, true},
		{"open() threads", "file threads", nil, false},
		{"aiofiles", "file aiofiles", []string{"aiofiles"}, false},
	}
	pythonCPU = []pythonWay{
		{"python", "cpu sequential", nil, true},
		{"python threads", "cpu threads", nil, false},
		{"python Pool", "cpu processes", nil, false},
	}
)

// rows are Python's own at a width, each skipped where it cannot be done: for why, if
// that is not "", or for what is missing.
func (py *python) rows(ways []pythonWay, width int, data json.RawMessage, why string) []compare.Row {
	if py.left {
		return nil
	}
	var rows []compare.Row
	for _, w := range ways {
		row := compare.Row{Name: w.name, Mode: w.name, Width: 1, Python: true, Job: w.job, Data: data, Skip: why}
		if !w.alone {
			row.Width = width
			row.Name = fmt.Sprint(w.name, " ", width)
		}
		if py.known.GIL && strings.HasSuffix(w.job, " threads") {
			row.Processors = 1
		}
		if row.Skip == "" {
			row.Skip = py.skip
		}
		for _, library := range w.needs {
			if reason := py.known.Missing[library]; reason != "" && row.Skip == "" {
				row.Skip = fmt.Sprintf("no %s: %s", library, reason)
			}
		}
		if row.Skip != "" {
			row.Data = nil
		}
		row.Command = []string{py.path, "-I", py.script()}
		row.Env = pythonEnv
		rows = append(rows, row)
	}
	return rows
}

// lostUpdates are Python's.
func (py *python) lostUpdates(ctx context.Context, workers, each int) ([]compare.LostUpdate, error) {
	switch {
	case py.left:
		return nil, nil
	case py.skip != "":
		return []compare.LostUpdate{{Name: "Python", Python: true, Skip: py.skip}}, nil
	}
	out, err := py.run(ctx, "lost", fmt.Sprint(workers), fmt.Sprint(each))
	if err != nil {
		return nil, fmt.Errorf("count in Python: %w", err)
	}
	var all []compare.LostUpdate
	for line := range bytes.Lines(out) {
		var u compare.LostUpdate
		if err := json.Unmarshal(line, &u); err != nil {
			return nil, fmt.Errorf("count in Python: %w", err)
		}
		u.GIL = py.known.GIL
		all = append(all, u)
	}
	return all, nil
}
