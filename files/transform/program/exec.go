package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strings"

	"crawl/files/transform"
)

// Exec is the step that runs a program as a filter: the bytes are its standard input
// and what it writes to standard output is the result; the name stays. Its option is the
// program with its arguments, split into words as a shell does it, with quotes and
// backslashes, and with no shell involved: there are no variables, patterns or pipes but
// in "sh -c '...'". A comma has a backslash before it even in quotes, as everywhere in a
// chain. The program is looked for once, while the chain is parsed.
//
// In the arguments {} stands for the file's name with its folders and {name} for the
// last part of it. A name never becomes more than that one argument, nor an option: one
// that would make an argument begin with "-" gets "./" before it. It is not safe inside
// the text of sh -c; give it as a parameter: sh -c 'printf %s "$1"' sh {}.
//
// An exit status that is not 0 is the error of kind Command, with the last 4 KiB of what
// the program said on standard error; what it says besides success is dropped. Not
// reading all input is no error.
//
// When ctx ends, or nobody wants the output any more, the program and all processes that
// it has started get SIGTERM, and after two seconds SIGKILL; they are a process group of
// their own. The same two seconds are given to processes that keep the output open when
// the program itself has ended. On Windows the program alone is killed, at once.
func Exec(option string) (transform.Step, error) {
	words, err := shellWords(option)
	if err != nil {
		return transform.Step{}, err
	}
	if len(words) == 0 {
		return transform.Step{}, errors.New("needs a program")
	}
	found, err := exec.LookPath(words[0])
	if err != nil {
		return transform.Step{}, fmt.Errorf("%s: %w", words[0], notFound(err))
	}
	args := words[1:]
	return transform.Step{
		Name:  "exec:" + option,
		Files: 10, // both ends of three pipes, and what starting takes
		Run: func(ctx context.Context, f transform.File, in io.Reader, out io.Writer) error {
			return filter(ctx, found, withName(args, f.Name), in, out)
		},
	}, nil
}

// notFound takes from err what only says again which program it is.
func notFound(err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		return e.Err
	}
	return err
}

// withName puts the name where the arguments ask for it.
func withName(args []string, name string) []string {
	names := strings.NewReplacer("{}", name, "{name}", path.Base(name))
	made := make([]string, len(args))
	for i, arg := range args {
		made[i] = names.Replace(arg)
		if strings.HasPrefix(made[i], "-") && !strings.HasPrefix(arg, "-") {
			made[i] = "./" + made[i]
		}
	}
	return made
}

// shellWords splits text as the POSIX shell does (XCU section 2.2): at blanks, with
// single quotes, double quotes and backslashes, and with nothing else special.
func shellWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	in := false // a word, if only of quotes
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote == '\'' && c != '\'':
			word.WriteByte(c)
		case c == '\\':
			if i++; i == len(text) {
				return nil, errors.New("ends with a backslash")
			}
			if quote == '"' && !strings.ContainsRune("\"\\$`\n", rune(text[i])) {
				word.WriteByte('\\')
			}
			if text[i] != '\n' { // which it takes away
				word.WriteByte(text[i])
				in = true
			}
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case c == ' ' || c == '\t' || c == '\n':
			if in {
				words = append(words, word.String())
			}
			word.Reset()
			in = false
		default:
			word.WriteByte(c)
			in = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote %c is not closed", quote)
	}
	if in {
		words = append(words, word.String())
	}
	return words, nil
}
