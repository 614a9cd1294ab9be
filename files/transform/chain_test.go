package transform

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// fake is a step that puts its name around each piece that it reads.
func fake(name string) Step {
	return Step{
		Name:    name,
		Becomes: func(f File) File { f.Name += "." + name; return f },
		Run: func(_ context.Context, f File, in io.Reader, out io.Writer) error {
			text, err := io.ReadAll(in)
			if err != nil {
				return &Error{Kind: Corrupt, Err: err} // as libraries wrap what they read
			}
			_, err = io.WriteString(out, name+"("+string(text)+")")
			return err
		},
	}
}

func TestChainRuns(t *testing.T) {
	c := Chain{steps: []Step{fake("a"), fake("b"), fake("c")}}
	var out bytes.Buffer
	if _, err := c.Run(t.Context(), File{Name: "x"}, strings.NewReader("text"), &out, Options{}); err != nil || out.String() != "c(b(a(text)))" {
		t.Errorf("%q, %v", &out, err)
	}
	if got := c.Output(File{Name: "x"}).Name; got != "x.a.b.c" {
		t.Error(got)
	}
	if c.String() != "a,b,c" {
		t.Error(c)
	}
}

func TestChainSaysWhoseAnErrorIs(t *testing.T) {
	boom := errors.New("boom")
	broken := Step{Name: "broken", Run: func(_ context.Context, _ File, in io.Reader, _ io.Writer) error {
		_, _ = in.Read(make([]byte, 1))
		return &Error{Kind: Corrupt, Err: boom}
	}}
	for _, test := range []struct {
		name  string
		steps []Step
		in    io.Reader
		out   io.Writer
		want  string
	}{
		{"of in", []Step{fake("a"), fake("b")}, iotest.ErrReader(boom), io.Discard, "boom"},
		{"of out", []Step{fake("a"), fake("b")}, strings.NewReader("x"), failing{boom}, "boom"},
		{"of the first step", []Step{broken, fake("b")}, strings.NewReader("x"), io.Discard, "broken: boom"},
		{"of the last step", []Step{fake("a"), broken}, strings.NewReader("x"), io.Discard, "broken: boom"},
		{"of a step that takes no more", []Step{fake("a"), broken, fake("c")}, strings.NewReader("x"), io.Discard, "broken: boom"},
	} {
		_, err := Chain{steps: test.steps}.Run(t.Context(), File{}, test.in, test.out, Options{})
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestChainLimitsWhatStepsMake(t *testing.T) {
	c := Chain{steps: []Step{fake("a"), fake("b")}}
	_, err := c.Run(t.Context(), File{}, strings.NewReader("four"), io.Discard, Options{MaxSize: 6})
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Kind != TooLarge || e.Step != "a" {
		t.Error(err)
	}
	if _, err := c.Run(t.Context(), File{}, strings.NewReader("four"), io.Discard, Options{MaxSize: 10}); err != nil {
		t.Error(err)
	}
}
