package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// rooms are the top-level folders, each with those it may import.
var rooms = map[string][]string{
	"pipeline": {},
	"files":    {"pipeline"},
	"fetch":    {"pipeline", "files"},
	"cmd":      {"pipeline", "files", "fetch"},
	"testdata": {},
}

// topFiles are the files beside them; whatever begins with a dot is free.
var topFiles = []string{"LICENSE", "README.md", "go.mod", "go.sum"}

// homes says which packages may import a module from elsewhere, so that no foreign
// type spreads. Tests may too, in any package below the same room; "_test" behind a
// package says that only tests may.
var homes = map[string][]string{
	"github.com/valyala/fasthttp":       {"fetch", "fetch/fetchtest"},
	"github.com/panjf2000/ants/v2":      {"pipeline", "files"},
	"github.com/schollz/progressbar/v3": {"pipeline/progress"},
	"github.com/nlnwa/whatwg-url":       {"fetch/urls_test"},
	"github.com/wlynxg/chardet":         {"files/charset"},
	"github.com/cockroachdb/pebble/v2":  {"fetch/frontier/disk"},
	"github.com/coder/websocket":        {"fetch/websocket"},
	"github.com/zeebo/xxh3":             {"fetch/frontier/seen", "files/journal", "files/batch", "files/transform/archive", "files/transform/sum"},
	"github.com/zeebo/blake3":           {"files/transform/sum"},
	"github.com/klauspost/compress":     {"files/coding", "files/transform/pack", "files/warc", "fetch", "fetch/fetchtest", "fetch/list", "cmd/crawl_test"},
	"github.com/molecule-man/go-brrr":   {"files/coding", "files/transform/pack", "fetch", "fetch/fetchtest"},
	"github.com/bmatcuk/doublestar/v4":  {"files/glob"},
	"github.com/chromedp":               {"pipeline/report_test"},
	"github.com/spf13":                  {"cmd/crawl"},
	"github.com/BurntSushi/toml":        {"cmd/crawl"},
	"github.com/lmittmann/tint":         {"cmd/crawl"},
	"github.com/KimMachineGun":          {"cmd/crawl"},
	"golang.org/x/term":                 {"cmd/crawl", "pipeline/progress"},
	"github.com/rogpeppe/go-internal":   {"cmd/crawl"},
	"golang.org/x/perf":                 {"pipeline/compare_test"},

	"github.com/go-json-experiment/json":              {"files/transform/jsonform"},
	"github.com/JohannesKaufmann/html-to-markdown/v2": {"files/transform/page"},
	"codeberg.org/readeck/go-readability/v2":          {"files/transform/page"},
	"golang.org/x/image":                              {"files/transform/picture", "files/transform/picture/vp8l"},
}

// Imports point down: pipeline <- files <- fetch <- cmd.
func TestImportsPointDown(t *testing.T) {
	for file, imports := range sources(t) {
		pkg := path.Dir(file)
		room, _, _ := strings.Cut(pkg, "/")
		for _, imported := range imports {
			inside, ours := strings.CutPrefix(imported, "crawl/")
			target, _, _ := strings.Cut(inside, "/")
			if ours && target != room && !slices.Contains(rooms[room], target) {
				t.Errorf("%s imports %s: imports point down", file, imported)
			}
		}
	}
}

// Only the crawl itself and the command see how it is put together; the leaves do not.
func TestLeavesDoNotImportTheCrawl(t *testing.T) {
	for file, imports := range sources(t) {
		if slices.Contains(imports, "crawl/fetch/crawl") && !strings.HasPrefix(file, "cmd/") && !strings.HasPrefix(file, "fetch/crawl/") {
			t.Errorf("%s imports crawl/fetch/crawl", file)
		}
	}
}

func TestForeignModulesStayAtHome(t *testing.T) {
	for file, imports := range sources(t) {
		pkg := path.Dir(file)
		isTest := strings.HasSuffix(file, "_test.go")
		for _, imported := range imports {
			for module, home := range homes {
				if imported != module && !strings.HasPrefix(imported, module+"/") {
					continue
				}
				if !slices.Contains(home, pkg) && !(isTest && sameRoom(pkg, home)) {
					t.Errorf("%s imports %s: that is for %s", file, imported, strings.Join(home, " and "))
				}
			}
		}
	}
}

func sameRoom(pkg string, home []string) bool {
	room, _, _ := strings.Cut(pkg, "/")
	return slices.ContainsFunc(home, func(h string) bool { return h == room || strings.HasPrefix(h, room+"/") })
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		_, isRoom := rooms[name]
		switch {
		case strings.HasPrefix(name, "."), name == "crawl-out", name == "crawl": // the last two as .gitignore has them
		case e.IsDir() && isRoom, !e.IsDir() && slices.Contains(topFiles, name):
		default:
			t.Errorf("%s is at top level: only %v, %v and dot-files are", name, slices.Sorted(maps.Keys(rooms)), topFiles)
		}
	}
}

// No file is so long that it has more than one subject.
func TestFilesAreShort(t *testing.T) {
	const most = 800
	for file := range sources(t) {
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(data), "\n"); n > most {
			t.Errorf("%s has %d lines, more than %d", file, n, most)
		}
	}
}

// sources maps each Go file, relative to the root, to what it imports.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && name != root && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		list := []string{}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			list = append(list, imported)
		}
		found[filepath.ToSlash(relative)] = list
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("no Go files found")
	}
	return found
}
