package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"

	"crawl/files"
)

// ProblemKind says what is wrong.
type ProblemKind string

// The kinds of problem.
const (
	Missing     ProblemKind = "missing"    // a record's file is not there
	WrongSize   ProblemKind = "size"       // or has another size
	WrongSHA256 ProblemKind = "sha256"     // or other content, as this hash
	WrongXXH3   ProblemKind = "xxh3"       // or that one says
	Damaged     ProblemKind = "damaged"    // a section of a file is not what its record says
	Unreadable  ProblemKind = "unreadable" // or the disk does not give it
	Outside     ProblemKind = "outside"    // a record's path leads out of the folder
	Malformed   ProblemKind = "malformed"  // a line is no record
	Repeated    ProblemKind = "repeated"   // a key has a second record
	Extra       ProblemKind = "extra"      // no record names this file in Format.Bodies
)

// Problem is one thing that [Verify] found.
type Problem struct {
	Kind   ProblemKind
	Line   int64 // of the journal, from 1; 0 for an extra file
	Key    string
	Path   string
	Detail string
}

// String gives one line for people. Its texts are foreign: make them printable.
func (p Problem) String() string {
	about := p.Path
	if about == "" {
		about = p.Key
	}
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s: %s", p.Kind, about, p.Detail)
	}
	return fmt.Sprintf("%s: line %d: %s: %s", p.Kind, p.Line, about, p.Detail)
}

// Summary counts what [Verify] saw.
type Summary struct {
	Records  int64 // well-formed lines
	Bodies   int64 // files that are as their records say
	Bytes    int64 // in those
	Sections int64 // parts of files that are as their records say
	Problems int64
}

// Verify holds everything stored below the engine's root against the journal:
// each record's file by size and hash, its sections as the Format checks them, and each
// file in Format.Bodies by its record.
// Problems go to report, one call at a time, and are no error; an error is what kept
// Verify from finishing. It changes nothing and takes no lock; while a run goes on,
// files that are not recorded yet are reported as extra or, with Format.Replaces, as
// other content. Workers, by default one a core, hash at once. It needs some 16
// bytes of memory a record, and 32 with Replaces.
func Verify[L any](ctx context.Context, eng files.Engine, f *Format[L], workers int, report func(Problem)) (Summary, error) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	v := &verifier[L]{eng: eng, format: f, report: report, paths: newHashes(), keys: newHashes()}
	err := v.records(ctx, workers)
	if err == nil {
		err = v.repeats(ctx)
	}
	if err == nil {
		err = v.extras(ctx)
	}
	return v.sum, err
}

type verifier[L any] struct {
	eng         files.Engine
	format      *Format[L]
	paths, keys *hashes // filled by the one caller at a time that reads lines

	mu     sync.Mutex // guards what follows
	report func(Problem)
	sum    Summary
}

func (v *verifier[L]) problem(p Problem) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sum.Problems++
	v.report(p)
}

// records checks every line and the body that it names.
func (v *verifier[L]) records(ctx context.Context, workers int) error {
	file, err := v.eng.Open(ctx, Name, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer file.Close() // only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	end := info.Size() // what is appended from now on is another's to verify
	all := &claims[L]{record: v.record, malformed: v.malformed, lines: newReader(section(file, 0, end), v.format)}
	if v.format.Replaces {
		if all.latest, err = newLatest(ctx, section(file, 0, end), v.format, 0); err != nil {
			return err
		}
	}
	return all.check(ctx, checker{eng: v.eng}, workers, v.settle)
}

func (v *verifier[L]) record(l *L) {
	v.mu.Lock()
	v.sum.Records++
	v.mu.Unlock()
	if path := v.format.Claim(l).Path; path != "" && v.format.Bodies != "" {
		v.paths.add(path)
	}
	if key := v.format.Key(l); key != "" && !v.format.Replaces {
		v.keys.add(key)
	}
}

func (v *verifier[L]) malformed(c claim, err error) {
	v.problem(Problem{Kind: Malformed, Line: c.number, Path: Name, Detail: errors.Unwrap(err).Error()})
}

func (v *verifier[L]) settle(c claim, err error) error {
	p := Problem{Line: c.number, Key: c.key, Path: c.Path}
	var wrong *mismatch
	switch {
	case err == nil:
		v.mu.Lock()
		defer v.mu.Unlock()
		if c.section != nil {
			v.sum.Sections++
			return nil
		}
		v.sum.Bodies++
		v.sum.Bytes += c.Bytes
		return nil
	case errors.As(err, &wrong):
		p.Kind, p.Detail = wrong.kind, wrong.detail
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	default:
		p.Kind, p.Detail = Unreadable, err.Error()
	}
	v.problem(p)
	return nil
}

// repeats reads the journal again, when there is reason to, for the keys that have
// more than one record.
func (v *verifier[L]) repeats(ctx context.Context) error {
	v.keys.sort()
	repeated := v.keys.repeats()
	v.keys = nil
	if len(repeated.all) == 0 {
		return nil
	}
	met := make([]bool, len(repeated.all))
	number := int64(0)
	for l, err := range Lines(ctx, v.eng, v.format) {
		number++
		if isLineError(err) {
			continue
		}
		if err != nil {
			return err
		}
		key := v.format.Key(l)
		i, found := repeated.index(key)
		if found && met[i] {
			v.problem(Problem{Kind: Repeated, Line: number, Key: key, Detail: "has a record already"})
		}
		if found {
			met[i] = true
		}
	}
	return nil
}

// extras looks for bodies without a record.
func (v *verifier[L]) extras(ctx context.Context) error {
	if v.format.Bodies == "" {
		return nil
	}
	v.paths.sort()
	return walk(ctx, v.eng, v.format.Bodies, func(path string) error {
		if !v.paths.has(path) {
			v.problem(Problem{Kind: Extra, Path: path, Detail: "no record names it"})
		}
		return nil
	})
}
