package fetch_test

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

// TestParity checks the table of what aiohttp's client can do: that every "yes" is
// shown by tests and Examples that exist, that every "no" has its reason and that
// nothing is forgotten. testdata/parity.d/README.md tells its form.
func TestParity(t *testing.T) {
	shown := testsOfModule(t)
	rows := parityRows(t)
	name := regexp.MustCompile(`^\w+\.(Test|Example|Fuzz|Benchmark)\w*$`)
	for capability, row := range rows {
		switch row.answer {
		case "no":
			if len(strings.Fields(row.where)) < 3 {
				t.Errorf("%s: no reason: %q", capability, row.where)
			}
		case "yes":
			if row.where == "" {
				t.Errorf("%s: shown by nothing", capability)
			}
			for test := range strings.FieldsSeq(row.where) {
				if !name.MatchString(test) || !shown[test] {
					t.Errorf("%s: there is no %s", capability, test)
				}
			}
		default:
			t.Errorf("%s: %q is neither yes nor no", capability, row.answer)
		}
	}
	for _, wanted := range lines(t, "testdata/parity.d/ROWS.txt") {
		if !covered(rows, wanted) {
			t.Errorf("no row about %s", wanted)
		}
	}
	t.Logf("%d rows", len(rows))
}

type parityRow struct{ answer, where string }

// parityRows reads all lists into one.
func parityRows(t *testing.T) map[string]parityRow {
	files, err := filepath.Glob("testdata/parity.d/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatalf("no lists: %v", err)
	}
	rows := map[string]parityRow{}
	for _, file := range files {
		for _, line := range lines(t, file) {
			fields := strings.Split(line, "\t")
			if len(fields) != 3 {
				t.Errorf("%s: not three fields: %q", file, line)
				continue
			}
			if _, twice := rows[fields[0]]; twice {
				t.Errorf("%s: a second row about %s", file, fields[0])
			}
			rows[fields[0]] = parityRow{fields[1], fields[2]}
		}
	}
	return rows
}

func lines(t *testing.T, file string) []string {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n"), "\n")
}

func covered(rows map[string]parityRow, wanted string) bool {
	for capability := range rows {
		if strings.Contains(" "+capability, " "+wanted) {
			return true
		}
	}
	return false
}

// testsOfModule finds all tests and Examples, as "package.Name".
func testsOfModule(t *testing.T) map[string]bool {
	found := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
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
