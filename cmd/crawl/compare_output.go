package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crawl/fetch/urls"
	"crawl/files"
	"crawl/pipeline/compare"
	"crawl/pipeline/report"
)

// comparison is what --json prints.
type comparison struct {
	Schema  int               `json:"schema"`
	Results []*compare.Result `json:"results"`
}

// tableWidth suits a page and a file; a terminal has its own.
const tableWidth = 100

// tell shows a result to people, on stdout.
func (c *comparing) tell(r *compare.Result) {
	if c.flags.json || c.flags.quiet {
		return
	}
	var b bytes.Buffer
	if len(c.results) > 1 {
		b.WriteString("\n")
	}
	// A Buffer takes everything.
	_ = compare.WriteTable(&b, r, cmp.Or(c.columns, tableWidth), c.console.color && c.columns > 0)
	b.WriteString("\n")
	_ = compare.WriteVerdict(&b, r, min(cmp.Or(c.columns, pageWidth), pageWidth))
	c.print(b.Bytes())
}

// tellLost shows what counting came to.
func (c *comparing) tellLost(all []compare.LostUpdate) {
	if c.flags.json || c.flags.quiet {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%d workers count up together\n\n", lostWorkers)
	fmt.Fprintf(&b, "%-36s %9s %9s %8s %10s\n", "way", "wanted", "got", "lost", "each")
	for _, u := range all {
		if u.Skip != "" {
			fmt.Fprintf(&b, "%-36s skipped: %s\n", u.Name, u.Skip)
			continue
		}
		fmt.Fprintf(&b, "%-36s %9d %9d %7.1f%% %7.0f ns\n", lostName(u), u.Want, u.Got, 100*float64(u.Want-u.Got)/float64(u.Want), u.Each*1e9)
	}
	b.WriteString("\nReading, changing and writing are three steps. With others in between updates get\nlost, however few processors there are: no lock of an interpreter makes them one.\n")
	c.print([]byte(b.String()))
}

func lostName(u compare.LostUpdate) string {
	name := u.Name
	if u.Python {
		name += ", Python"
	}
	if u.GIL && !u.Python {
		name += ", one processor"
	}
	return name
}

// print writes to stdout. Who does not want to read on may leave.
func (c *comparing) print(text []byte) {
	if _, err := c.stdout.Write(text); err != nil && !isGone(err) {
		c.console.fail(fmt.Errorf("write the result: %w", err))
	}
}

// write writes what the flags ask for.
func (c *comparing) write(ctx context.Context) error {
	if len(c.results) == 0 {
		return nil
	}
	if c.flags.json {
		enc := json.NewEncoder(c.stdout)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(comparison{1, c.results}); err != nil && !isGone(err) {
			return outputError("write the result: %w", err)
		}
	}
	err := writeFile(ctx, c.flags.bench, func(w io.Writer) error {
		for _, r := range c.results {
			if err := compare.WriteBenchmark(w, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return writeFile(ctx, c.flags.page, func(w io.Writer) error {
		return report.Write(w, report.Report{Command: c.command(), Parts: c.results})
	})
}

// checkFolderOf sees that there is a folder for a file; the name "" needs none.
func checkFolderOf(name string) error {
	info, err := os.Stat(filepath.Dir(name))
	switch {
	case name == "":
		return nil
	case err != nil:
		return outputError("cannot write %s: %w", name, bare(err))
	case !info.IsDir():
		return outputError("cannot write %s: %s is no folder", name, filepath.Dir(name))
	}
	return nil
}

// writeFile writes a file whole or not at all; none for the name "".
func writeFile(ctx context.Context, name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	folder := filepath.Dir(name)
	eng, err := files.NewDirect(folder, files.Options{Existing: true})
	if err != nil {
		return outputError("cannot write %s: %w", name, bare(err))
	}
	defer eng.Close() // what was written has been synced
	return diskError(folder, eng.WriteFile(ctx, filepath.Base(name), b.Bytes()))
}

// secret are the flags whose values may be.
var secret = []string{"--header", "--user", "--data", "--data-binary"}

// command repeats the comparison, but for what is secret.
func (c *comparing) command() string {
	words := []string{"crawl", "compare"}
	hide := false
	for _, arg := range c.given {
		switch {
		case hide:
			arg, hide = "…", false
		case arg == "-H" || slices.Contains(secret, arg):
			hide = true
		case strings.HasPrefix(arg, "-H"):
			arg = "-H…"
		default:
			if flag, _, found := strings.Cut(arg, "="); found && slices.Contains(secret, flag) {
				arg = flag + "=…"
			}
		}
		words = append(words, quoted(urls.Mask(arg)))
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_…"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
