// Package manifest keeps the [journal] of a crawl: DIR/manifest.jsonl, one JSON
// [Line] for each URL with its final outcome. It is the only truth about what is
// done; a body counts because a line names it.
//
// [Open] a folder, read with [Lines] what an earlier run recorded there, then
// Append to the [Manifest] a line for each URL whose body is stored, and Close it at
// the end. Any process may [Read] or [Verify] a folder at any time. What survives
// the death of a process or a power failure, [journal] tells.
//
// The package knows neither how a URL is fetched nor how a body gets its name.
package manifest

import (
	"context"
	"io"
	"iter"

	"crawl/files"
	"crawl/files/journal"
)

// Name is the manifest's file below the engine's root. The rest of what is needed
// to resume is in the folder State.
const (
	Name  = journal.Name
	State = journal.State
)

// What a manifest has from its journal.
type (
	Manifest = journal.Journal[Line]
	Index    = journal.Index[Line]
	Options  = journal.Options
	Sync     = journal.Sync
	Recovery = journal.Recovery
	Problem  = journal.Problem // its Key is a URL
	Kind     = journal.ProblemKind
	Summary  = journal.Summary

	LineError    = journal.LineError
	SchemaError  = journal.SchemaError
	KindError    = journal.KindError
	ForeignError = journal.ForeignError
	WriteError   = journal.WriteError
)

// The ways to sync.
const (
	SyncGroup = journal.SyncGroup
	SyncEach  = journal.SyncEach
	SyncNone  = journal.SyncNone
)

// The kinds of problem.
const (
	Missing    = journal.Missing
	WrongSize  = journal.WrongSize
	WrongSum   = journal.WrongSHA256
	Unreadable = journal.Unreadable
	Outside    = journal.Outside
	Damaged    = journal.Damaged
	Malformed  = journal.Malformed
	Repeated   = journal.Repeated
	Extra      = journal.Extra
)

// format is a crawl's kind of journal.
var format = &journal.Format[Line]{
	Kind:    journal.Crawl,
	Schema:  Schema,
	Bodies:  "bodies",
	Append:  appendLine,
	Shorten: shorten,
	Parse:   parseRecord,
	Key:     key,
	Claim:   claim,

	Sections: sections,
}

// key is the URL that no other record may be about, or "" when others may: a line
// that is no URL may be listed, and so recorded, twice, and so may a duplicate.
func key(l *Line) string {
	if l.Outcome == Duplicate || l.ErrorClass == "bad_url" {
		return ""
	}
	return l.URL
}

// claim is the body that a record names.
func claim(l *Line) journal.Claim {
	return journal.Claim{Path: l.Path, Bytes: l.Bytes, Sum: l.SHA256, Hash: journal.SHA256}
}

// Open opens the manifest in the engine's root as [journal.Open] does.
func Open(ctx context.Context, eng files.Engine, opt Options) (*Manifest, error) {
	return journal.Open(ctx, eng, format, opt)
}

// OpenIndex indexes the manifest in the engine's root as [journal.OpenIndex] does.
func OpenIndex(ctx context.Context, eng files.Engine, key func(*Line) string) (*Index, error) {
	return journal.OpenIndex(ctx, eng, format, key)
}

// Read iterates over the records of a manifest as [journal.Read] does.
func Read(r io.Reader) iter.Seq2[*Line, error] { return journal.Read(r, format) }

// Lines is [Read] of the manifest in the engine's root.
func Lines(ctx context.Context, eng files.Engine) iter.Seq2[*Line, error] {
	return journal.Lines(ctx, eng, format)
}

// Verify holds everything stored below the engine's root against the manifest as
// [journal.Verify] does.
func Verify(ctx context.Context, eng files.Engine, workers int, report func(Problem)) (Summary, error) {
	return journal.Verify(ctx, eng, format, workers, report)
}
