package sum

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"crawl/files/transform"
	"crawl/files/transform/steptest"
)

// summers are the programs whose files ours are.
var summers = map[string]struct {
	program string
	args    []string
	fails   string // signs in names that some release of it in use does not take
}{
	"sha256": {"sha256sum", nil, ""},
	"blake3": {"b3sum", nil, "\xff"},
	"xxh3":   {"xxhsum", []string{"-H2"}, "\n"},
}

var sumNames = []string{"plain", "with space", "ümläut", `a\b`, "a\rb", "a\nb", `\`, "-", "*star", `a\nb`, "latin\xff", "\n\\"}

// What the programs write is what we do, and they take what we write.
func TestSumLinesAgreeWithPrograms(t *testing.T) {
	for algorithm, summer := range summers {
		if _, err := exec.LookPath(summer.program); err != nil {
			t.Logf("%s is not installed", summer.program)
			continue
		}
		sum := bench.Chain(t, algorithm).Sums()[0]
		dir := t.TempDir()
		for i, name := range sumNames {
			if summer.fails != "" && strings.Contains(name, summer.fails) {
				continue
			}
			body := steptest.Text(100 * i)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := bench.Chain(t, algorithm).Run(t.Context(), transform.File{}, strings.NewReader(body), nil, transform.Options{})
			if err != nil {
				t.Fatal(err)
			}
			line := sum.AppendLine(nil, got[0].Value, name)

			list := filepath.Join(t.TempDir(), sum.File)
			if err := os.WriteFile(list, line, 0o600); err != nil {
				t.Fatal(err)
			}
			check := exec.CommandContext(t.Context(), summer.program, append(summer.args, "-c", list)...)
			check.Dir = dir
			if out, err := check.CombinedOutput(); err != nil && name != "-" { // which is the standard input
				t.Errorf("%s -c of %q: %v, %s", summer.program, line, err, out)
			}

			make := exec.CommandContext(t.Context(), summer.program, append(summer.args, "--", name)...)
			make.Dir = dir
			out, err := make.Output()
			if err != nil {
				t.Fatal(err)
			}
			byRelease := algorithm == "xxh3" && strings.Contains(name, "\\") || algorithm != "sha256" && strings.Contains(name, "\r")
			if string(out) != string(line) && name != "-" && !byRelease {
				t.Errorf("%s writes %q, we %q", summer.program, out, line)
			}
		}
	}
}
