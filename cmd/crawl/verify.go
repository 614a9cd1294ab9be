package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"crawl/fetch/manifest"
	"crawl/fetch/sink/jsonl"
	"crawl/fetch/sink/warc"
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
		Long: `Read again everything that a crawl or a transform stored in DIR, and compare it with
its record: files by size and hash, web archives and pages also by their structure.
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
	shared := ""
	if sum.Sections > 0 {
		shared = ", " + stats.Count(sum.Sections) + " entries of archives and pages"
	}
	c.say("%s records, %s %s, %s%s: %s", stats.Count(sum.Records), stats.Count(sum.Bodies), stored, stats.Bytes(sum.Bytes), shared, problems(sum.Problems))
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
	if err == nil {
		err = verifyShared(ctx, eng, &sum, report)
	}
	return "bodies", sum, err
}

// verifyShared verifies what no single record is about of the files that many share.
func verifyShared(ctx context.Context, eng files.Engine, sum *journal.Summary, report func(journal.Problem)) error {
	known, err := sharedSpans(ctx, eng, func(string) bool { return true })
	if err != nil {
		return err
	}
	found := func(file, problem string) {
		sum.Problems++
		report(journal.Problem{Kind: journal.Damaged, Path: file, Detail: problem})
	}
	if err := warc.Verify(ctx, eng, known, found); err != nil {
		return err
	}
	return jsonl.Verify(ctx, eng, known, found)
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
