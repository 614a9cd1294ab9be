package manifest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"

	"crawl/files"
)

// Kind says what is wrong.
type Kind string

// The kinds of problem.
const (
	Missing    Kind = "missing"    // a record's body is not there
	WrongSize  Kind = "size"       // or has another size
	WrongSum   Kind = "sha256"     // or other content
	Unreadable Kind = "unreadable" // or the disk does not give it
	Outside    Kind = "outside"    // a record's path leads out of the folder
	Malformed  Kind = "malformed"  // a line is no record
	Repeated   Kind = "repeated"   // a URL has a second record
	Extra      Kind = "extra"      // no record names this body
)

// Problem is one thing that [Verify] found.
type Problem struct {
	Kind   Kind
	Line   int64 // of the manifest, from 1; 0 for an extra file
	URL    string
	Path   string
	Detail string
}

// String gives one line for people. Its texts are foreign: make them printable.
func (p Problem) String() string {
	about := p.Path
	if about == "" {
		about = p.URL
	}
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s: %s", p.Kind, about, p.Detail)
	}
	return fmt.Sprintf("%s: line %d: %s: %s", p.Kind, p.Line, about, p.Detail)
}

// Summary counts what [Verify] saw.
type Summary struct {
	Records  int64 // well-formed lines
	Bodies   int64 // that are as their records say
	Bytes    int64 // in those
	Problems int64
}

// Verify holds everything stored below the engine's root against the manifest:
// each record's body by size and hash, and each body by its record. Problems go
// to report, one call at a time, and are no error; an error is what kept Verify
// from finishing. It changes nothing and takes no lock; while a run goes on, bodies
// that are not recorded yet are reported as extra. Workers, by default one a core,
// hash at once. It needs some 16 bytes of memory a record.
//
// A line that is no URL (class bad_url) may be listed, and so recorded, twice; so
// may a duplicate.
func Verify(ctx context.Context, eng files.Engine, workers int, report func(Problem)) (Summary, error) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	v := &verifier{eng: eng, report: report, paths: newHashes(), urls: newHashes()}
	err := v.records(ctx, workers)
	if err == nil {
		err = v.repeats(ctx)
	}
	if err == nil {
		err = v.extras(ctx)
	}
	return v.sum, err
}

type verifier struct {
	eng         files.Engine
	paths, urls *hashes // filled by the one caller at a time that reads lines

	mu     sync.Mutex // guards what follows
	report func(Problem)
	sum    Summary
}

func (v *verifier) problem(p Problem) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sum.Problems++
	v.report(p)
}

// records checks every line and the body that it names.
func (v *verifier) records(ctx context.Context, workers int) error {
	file, err := v.eng.Open(ctx, Name, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer file.Close() // only read
	return newClaims(file, v.record, v.malformed).check(ctx, v.eng, workers, v.settle)
}

func (v *verifier) record(l *Line) {
	v.mu.Lock()
	v.sum.Records++
	v.mu.Unlock()
	if l.Path != "" {
		v.paths.add(l.Path)
	}
	if isUnique(l) {
		v.urls.add(l.URL)
	}
}

// isUnique reports whether no other record may be about the same URL.
func isUnique(l *Line) bool { return l.Outcome != Duplicate && l.ErrorClass != "bad_url" }

func (v *verifier) malformed(c claim, err error) {
	v.problem(Problem{Kind: Malformed, Line: c.number, Path: Name, Detail: errors.Unwrap(err).Error()})
}

func (v *verifier) settle(c claim, err error) error {
	p := Problem{Line: c.number, URL: c.url, Path: c.path}
	var wrong *mismatch
	switch {
	case err == nil:
		v.mu.Lock()
		defer v.mu.Unlock()
		v.sum.Bodies++
		v.sum.Bytes += c.bytes
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

// repeats reads the manifest again, when there is reason to, for the URLs that
// have more than one record.
func (v *verifier) repeats(ctx context.Context) error {
	v.urls.sort()
	repeated := v.urls.repeats()
	v.urls = nil
	if len(repeated.all) == 0 {
		return nil
	}
	met := make([]bool, len(repeated.all))
	number := int64(0)
	for l, err := range Lines(ctx, v.eng) {
		number++
		if err != nil && !isLineError(err) {
			return err
		}
		if err != nil || !isUnique(l) {
			continue
		}
		i, found := repeated.index(l.URL)
		if found && met[i] {
			v.problem(Problem{Kind: Repeated, Line: number, URL: l.URL, Detail: "has a record already"})
		}
		if found {
			met[i] = true
		}
	}
	return nil
}

// extras looks for bodies without a record.
func (v *verifier) extras(ctx context.Context) error {
	v.paths.sort()
	return walk(ctx, v.eng, bodies, func(path string) error {
		if !v.paths.has(path) {
			v.problem(Problem{Kind: Extra, Path: path, Detail: "no record names it"})
		}
		return nil
	})
}
