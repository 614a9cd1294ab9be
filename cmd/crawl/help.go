package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const helpHead = `crawl fetches every URL of a list, follows links if asked to, keeps the bodies
as files, and records what became of each URL.

Usage:
  crawl [flags] INPUT...

INPUT is a file of URLs, one a line (plain, gzip or zstd; # begins a comment),
a URL, or - for standard input.

Examples:
  crawl urls.txt                        into ./crawl-out
  crawl -o pages -c 200 --delay 1s urls.txt.gz
  zcat list.gz | crawl --rate 50 -
  crawl --failed-out failed.txt urls.txt && crawl -o again failed.txt
  crawl --fresh --skip-existing urls.txt    only what has no file yet
  crawl --since crawl-out -o new urls.txt   only what has changed since
  crawl -d 3 https://example.com/       follow links, three steps away
  crawl --lab testdata/urls.txt         try it without a network

Commands:
`

const helpTail = `Ctrl-C lets what is in flight end, a second one stops now; either way, and
after any crash, the same command goes on where it stopped. SIGUSR1 has it tell
what is in flight, and what came of the rest.

Every flag may also be set in the environment (CRAWL_PER_HOST=4) and in
$XDG_CONFIG_HOME/crawl/config.toml (per-host = 4); flags win, then the
environment.

Exit codes:
  0  all is well                       5  the output could not be written
  1  a fault in crawl itself           6  stopped by --max-pages; can be resumed
  2  wrong usage, setting or input     7  verify found something wrong
  3  finished, and some URLs failed    130, 143  interrupted; can be resumed
  4  no URL succeeded
`

// newHelp is the command help.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:                   "help [COMMAND]",
		Short:                 "Help about any command",
		DisableFlagsInUseLine: true,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return names(root), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			about, rest, err := root.Find(args)
			switch {
			case err == nil && len(rest) == 0:
				return about.Help()
			case len(args) == 1 && nearest(args[0], names(root)) != "":
				return usageError("no command %q: did you mean %q?", args[0], nearest(args[0], names(root)))
			}
			return usageError("no command %q", strings.Join(args, " "))
		},
	}
}

// help writes the page of crawl itself in groups, and short ones for the others.
func help(root *cobra.Command, groups []*pflag.FlagSet) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, _ []string) {
		var b strings.Builder
		if cmd == root {
			rootHelp(&b, root, groups)
		} else {
			commandHelp(&b, cmd)
		}
		// Nothing can be done about an error: this is where it would be told.
		_, _ = io.WriteString(cmd.OutOrStdout(), b.String())
	}
}

func rootHelp(b *strings.Builder, root *cobra.Command, groups []*pflag.FlagSet) {
	b.WriteString(helpHead)
	writeCommands(b, root)
	for _, group := range groups {
		fmt.Fprintf(b, "\n%s:\n", group.Name())
		writeFlags(b, group)
	}
	b.WriteString("\n" + helpTail)
}

func commandHelp(b *strings.Builder, cmd *cobra.Command) {
	text := cmd.Long
	if text == "" {
		text = cmd.Short + "."
	}
	fmt.Fprintf(b, "%s\n\nUsage:\n  %s\n", strings.TrimSpace(text), cmd.UseLine())
	if cmd.Example != "" {
		fmt.Fprintf(b, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		writeCommands(b, cmd)
	}
	if cmd.HasAvailableLocalFlags() {
		b.WriteString("\nFlags:\n")
		writeFlags(b, cmd.LocalFlags())
	}
}

func writeCommands(b *strings.Builder, parent *cobra.Command) {
	for _, c := range parent.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			fmt.Fprintf(b, "  %-12s %s\n", c.Name(), c.Short)
		}
	}
}

// The columns of a page that is read in a terminal of the usual width.
const (
	pageWidth = 80
	flagWidth = 28 // of the longest flag
)

// writeFlags writes each flag with its meaning beside it.
func writeFlags(b *strings.Builder, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := "      --" + f.Name
		if f.Shorthand != "" {
			name = "  -" + f.Shorthand + ", --" + f.Name
		}
		kind, usage := pflag.UnquoteUsage(f)
		if kind != "" {
			name += " " + kind
		}
		switch f.DefValue {
		case "", "0", "0s", "false":
		default:
			usage += " (default " + f.DefValue + ")"
		}
		for _, row := range wrap(usage, pageWidth-flagWidth-1) {
			fmt.Fprintf(b, "%-*s %s\n", flagWidth, name, row)
			name = ""
		}
	})
}

// wrap breaks text between words into rows of at most width characters.
func wrap(text string, width int) []string {
	var rows []string
	row := ""
	for word := range strings.FieldsSeq(text) {
		if row != "" && len(row)+1+len(word) > width {
			rows, row = append(rows, row), ""
		}
		if row != "" {
			row += " "
		}
		row += word
	}
	return append(rows, row)
}
