package plaintext

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"crawl/files/transform"
)

// maxMatches bounds how many places of a line are replaced, for all have to be known
// before the first is.
const maxMatches = 1 << 20

// Replace is the step that replaces text in each line. Its option is
// /REGEX/REPLACEMENT/, or with another sign of ASCII but the backslash for the slash, and
// the flag i behind it for upper and lower case alike.
//
// REGEX is of RE2's syntax, for which no line takes more than linear time; it does not
// see line ends, and $ stands before a CR that belongs to one. In REPLACEMENT $1, ${1} and
// ${name} are groups, $0 is all that matched and $$ a dollar; \n, \t and \r stand for what
// they do elsewhere, and a sign with a backslash before it for itself. So does the delimiter
// in both parts. All matches of a line are replaced.
//
// It needs memory for a line and its matches: lines of more than 64 MiB or 2^20 matches are
// [transform.Unsupported].
func Replace(option string) (transform.Step, error) {
	option = strings.TrimSpace(option)
	pattern, replacement, flags, err := cutReplace(option)
	if err != nil {
		return transform.Step{}, err
	}
	if flags == "i" {
		pattern = "(?i)" + pattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return transform.Step{}, err
	}
	if err := checkGroups(re, replacement); err != nil {
		return transform.Step{}, err
	}
	return transform.Step{
		Name: "replace=" + option,
		Run: func(ctx context.Context, _ transform.File, in io.Reader, out io.Writer) error {
			r, w := newLineReader(in), newLineWriter(out)
			for {
				line, err := r.next()
				if err == io.EOF {
					return w.end(r.ended)
				}
				if err != nil {
					return err
				}
				if err := w.replaced(ctx, line, re, replacement); err != nil {
					if err == errMatches {
						err = &transform.Error{Kind: transform.Unsupported, Err: fmt.Errorf("line %d %w", r.count, err)}
					}
					return err
				}
			}
		},
	}, nil
}

var errMatches = fmt.Errorf("matches in more than %d places", maxMatches)

// replaced writes a line with its matches replaced, piece by piece, so that one which would
// become huge meets the limit of the output before that of memory.
func (w *lineWriter) replaced(ctx context.Context, line []byte, re *regexp.Regexp, replacement string) error {
	line, cr := cutCR(line)
	places := re.FindAllSubmatchIndex(line, maxMatches+1)
	if len(places) > maxMatches {
		return errMatches
	}
	_ = w.begin() // an error comes back from the last Write
	done := 0
	var expanded []byte
	for i, place := range places {
		if i%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		_, _ = w.out.Write(line[done:place[0]])
		expanded = re.Expand(expanded[:0], []byte(replacement), line, place)
		if _, err := w.out.Write(expanded); err != nil {
			return err
		}
		done = place[1]
	}
	_, _ = w.out.Write(line[done:])
	_, err := w.out.Write(cr)
	return err
}

// cutReplace takes /REGEX/REPLACEMENT/FLAGS apart. A delimiter keeps its backslash, which
// in both parts takes away whatever else it means.
func cutReplace(arg string) (pattern, replacement, flags string, err error) {
	if arg == "" || strings.IndexByte(delimiters, arg[0]) < 0 {
		return "", "", "", errors.New("it is of the form /REGEX/REPLACEMENT/, with / or another sign before, between and behind")
	}
	delimiter := arg[0]
	pattern, rest, ok1 := cutDelimited(arg[1:], delimiter)
	replacement, flags, ok2 := cutDelimited(rest, delimiter)
	switch {
	case !ok1 || !ok2:
		return "", "", "", fmt.Errorf("it ends before the third %c", delimiter)
	case flags != "" && flags != "i":
		return "", "", "", fmt.Errorf("%q behind the third %c is no flag; i is one", flags, delimiter)
	case pattern == "":
		return "", "", "", errors.New("its regular expression is empty")
	}
	replacement, err = template(replacement)
	return pattern, replacement, flags, err
}

const delimiters = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"

func cutDelimited(s string, delimiter byte) (before, after string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case delimiter:
			return s[:i], s[i+1:], true
		case '\\':
			i++
		}
	}
	return s, "", false
}

// template makes what [regexp.Regexp.Expand] takes of a replacement.
func template(s string) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, `\`)
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if after == "" {
			return "", errors.New("a backslash is the last of its replacement")
		}
		switch c := after[0]; {
		case c == 'n':
			b.WriteByte('\n')
		case c == 't':
			b.WriteByte('\t')
		case c == 'r':
			b.WriteByte('\r')
		case c == '$':
			b.WriteString("$$")
		case c == '\\' || strings.IndexByte(delimiters, c) >= 0:
			b.WriteByte(c)
		case '0' <= c && c <= '9':
			return "", fmt.Errorf(`\%c in its replacement is written $%c`, c, c)
		default:
			return "", fmt.Errorf(`\%c in its replacement means nothing`, c)
		}
		s = after[1:]
	}
}

// reference is where a template names a group.
var reference = regexp.MustCompile(`\$(?:\$|([\pL\pN_]+)|\{([\pL\pN_]+)\})`)

// checkGroups finds references to groups that re lacks, which would be replaced by nothing.
func checkGroups(re *regexp.Regexp, template string) error {
	for _, r := range reference.FindAllStringSubmatch(template, -1) {
		name := r[1] + r[2]
		if n, err := strconv.Atoi(name); name == "" || err == nil && n <= re.NumSubexp() || re.SubexpIndex(name) >= 0 {
			continue
		}
		if digits := strings.TrimRightFunc(r[1], func(c rune) bool { return c < '0' || c > '9' }); digits != "" && digits != r[1] {
			return fmt.Errorf("there is no group %s; ${%s} sets a number apart from what follows", name, digits)
		}
		return fmt.Errorf("there is no group %s", name)
	}
	return nil
}
