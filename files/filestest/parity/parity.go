// Package parity checks tables of what another library can do and where it is here.
// It is for tests: start with [Check].
package parity

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Check reads testdata/parity.d of the package under test, whose README.md tells the
// form: each "yes" has to name tests and Examples that exist in module, each "no" to
// give its reason, and nothing in ROWS.txt may be forgotten. It returns the rows, the
// answer and its ground by capability.
func Check(t *testing.T, module string) map[string]Row {
	t.Helper()
	shown := testsOf(t, module)
	rows := read(t)
	name := regexp.MustCompile(`^\w+\.(Test|Example|Fuzz|Benchmark)\w*$`)
	for capability, row := range rows {
		switch row.Answer {
		case "no":
			if len(strings.Fields(row.Where)) < 3 {
				t.Errorf("%s: no reason: %q", capability, row.Where)
			}
		case "yes":
			if row.Where == "" {
				t.Errorf("%s: shown by nothing", capability)
			}
			for test := range strings.FieldsSeq(row.Where) {
				if !name.MatchString(test) || !shown[test] {
					t.Errorf("%s: there is no %s", capability, test)
				}
			}
		default:
			t.Errorf("%s: %q is neither yes nor no", capability, row.Answer)
		}
	}
	for _, wanted := range lines(t, "testdata/parity.d/ROWS.txt") {
		if !covered(rows, wanted) {
			t.Errorf("no row about %s", wanted)
		}
	}
	t.Logf("%d rows", len(rows))
	return rows
}

// Row is what is said of a capability.
type Row struct {
	Answer string // yes or no
	Where  string // it is shown, or why it is left out
}

// read makes one table of all lists.
func read(t *testing.T) map[string]Row {
	t.Helper()
	lists, err := filepath.Glob("testdata/parity.d/*.tsv")
	if err != nil || len(lists) == 0 {
		t.Fatalf("no lists: %v", err)
	}
	rows := map[string]Row{}
	for _, list := range lists {
		for _, line := range lines(t, list) {
			fields := strings.Split(line, "\t")
			if len(fields) != 3 {
				t.Errorf("%s: not three fields: %q", list, line)
				continue
			}
			if _, twice := rows[fields[0]]; twice {
				t.Errorf("%s: a second row about %s", list, fields[0])
			}
			rows[fields[0]] = Row{fields[1], fields[2]}
		}
	}
	return rows
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n"), "\n")
}

func covered(rows map[string]Row, wanted string) bool {
	for capability := range rows {
		if strings.Contains(" "+capability, " "+wanted) {
			return true
		}
	}
	return false
}

// testsOf finds all tests and Examples of a module, as "package.Name".
func testsOf(t *testing.T, module string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(module, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(file.Name.Name, "_test")
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
				found[name+"."+f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
