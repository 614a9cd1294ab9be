package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"crawl/fetch/manifest"
	"crawl/pipeline/stats"

	"github.com/spf13/cobra"
)

func newVerify(p process, c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "verify DIR",
		Short: "Hold what is stored in a folder against its records",
		Long: `Read every body in DIR again and compare its size and SHA-256 with its record.
What is wrong is printed, one line each, and makes the exit code 7.`,
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
	sum, err := manifest.Verify(ctx, eng, 0, func(problem manifest.Problem) {
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
	c.say("%s records, %s bodies, %s: %s", stats.Count(sum.Records), stats.Count(sum.Bodies), stats.Bytes(sum.Bytes), problems(sum.Problems))
	if sum.Problems > 0 {
		return ended(exitVerify)
	}
	return nil
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
