package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"crawl/fetch/manifest"
	"crawl/files"
	"crawl/files/batch"
	"crawl/files/journal"
	"crawl/pipeline/stats"

	"github.com/spf13/cobra"
)

func newVerify(p process, c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "verify DIR",
		Short: "Hold what is stored in a folder against its records",
		Long: `Read again every file that a crawl or a transform stored in DIR, and compare its
size and hash with its record. What is wrong is printed, one line each, and makes
the exit code 7.`,
		Example:               "  crawl verify crawl-out",
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("verify wants one folder, and was given %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			ctx, stop := watchSignals(ctx, p, cancel)
			defer stop.close()
			return verify(ctx, stop, p, c, args[0])
		},
	}
}

func verify(ctx context.Context, stop *stopper, p process, c *console, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, manifest.Name)); err != nil {
		return inputError("%s holds no crawl: no %s there", dir, manifest.Name)
	}
	eng, err := openFolder(dir)
	if err != nil {
		return err
	}
	defer eng.Close() // only read

	out := bufio.NewWriter(p.stdout)
	stored, sum, err := verifyKind(ctx, eng, func(problem journal.Problem) {
		// An error stays in out, for Flush.
		_, _ = fmt.Fprintln(out, stats.Printable(problem.String()))
	})
	if s := stop.signal(); s != nil {
		return ended(signalCode(s))
	}
	if err != nil {
		return diskError(dir, err)
	}
	if err := out.Flush(); err != nil && !isGone(err) {
		return outputError("write what is wrong: %w", err)
	}
	c.say("%s records, %s %s, %s: %s", stats.Count(sum.Records), stats.Count(sum.Bodies), stored, stats.Bytes(sum.Bytes), problems(sum.Problems))
	if sum.Problems > 0 {
		return ended(exitVerify)
	}
	return nil
}

// verifyKind verifies what the first line of the journal says that the folder is,
// and tells what its files are called. One that does not say is taken for a crawl.
func verifyKind(ctx context.Context, eng files.Engine, report func(journal.Problem)) (stored string, sum journal.Summary, err error) {
	kind, err := journal.KindOf(ctx, eng)
	switch {
	case err != nil:
		return "", sum, err
	case kind == batch.Kind:
		sum, err = journal.Verify(ctx, eng, batch.Format, 0, report)
		return "outputs", sum, err
	}
	sum, err = manifest.Verify(ctx, eng, 0, report)
	return "bodies", sum, err
}

func problems(n int64) string {
	switch n {
	case 0:
		return "all as recorded"
	case 1:
		return "1 problem"
	}
	return stats.Count(n) + " problems"
}
