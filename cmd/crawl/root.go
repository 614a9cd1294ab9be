package main

import (
	"github.com/spf13/cobra"
)

// newRoot builds the command line: crawl itself and the commands below it.
func newRoot(p process, c *console) *cobra.Command {
	f := defaultFlags()
	groups := f.groups()
	root := &cobra.Command{
		Use:           "crawl [flags] INPUT...",
		Short:         "Fetch lists of URLs",
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := settle(cmd.Flags(), p.env, ""); err != nil {
				return err
			}
			if err := f.check(); err != nil {
				return err
			}
			if len(args) == 0 {
				return usageError("nothing to fetch: name a file of URLs, a URL, or - for standard input")
			}
			c.configure(f.quiet, f.verbose, f.logFormat.word)
			return (&app{process: p, console: c, flags: f, commands: names(cmd)}).crawl(cmd.Context(), args)
		},
	}
	for _, group := range groups {
		root.Flags().AddFlagSet(group)
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(cmd.Flags(), err) })
	root.SetHelpFunc(help(root, groups))
	root.AddCommand(newTransform(p, c), newCompare(p, c), newVerify(p, c), newWhy(p, c), newLab(p, c), newVersion())
	root.SetHelpCommand(newHelp(root))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// names lists the commands below cmd.
func names(cmd *cobra.Command) []string {
	var list []string
	for _, c := range cmd.Commands() {
		list = append(list, c.Name())
	}
	return list
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError("%s takes no arguments, and was given %q", cmd.CommandPath(), args[0])
	}
	return nil
}
