package transform

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReader(t *testing.T) {
	c := Chain{steps: []Step{fake("a"), fake("b")}}
	r := c.Reader(t.Context(), File{}, strings.NewReader("text"), Options{}, NewTurns(1))
	if err := iotest.TestReader(r, []byte("b(a(text))")); err != nil {
		t.Error(err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
}

func TestReaderErrors(t *testing.T) {
	boom := errors.New("boom")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(boom)
	for name, test := range map[string]struct {
		ctx context.Context
		in  io.Reader
	}{
		"of in":  {t.Context(), iotest.ErrReader(boom)},
		"of ctx": {ended, strings.NewReader("text")},
	} {
		r := Chain{steps: []Step{fake("a")}}.Reader(test.ctx, File{}, test.in, Options{}, NewTurns(1))
		if _, err := io.ReadAll(r); err != boom {
			t.Errorf("%s: %v", name, err)
		}
		r.Close()
	}
}

// A caller may have enough, or never begin; the chain ends all the same.
func TestReaderClosedEarly(t *testing.T) {
	endless := Step{Name: "endless", Run: func(_ context.Context, _ File, _ io.Reader, out io.Writer) error {
		for {
			if _, err := out.Write([]byte("more")); err != nil {
				return err
			}
		}
	}}
	turns := NewTurns(1)
	for _, reads := range []int{0, 1, 3} {
		r := Chain{steps: []Step{endless, fake("b")}[:1]}.Reader(t.Context(), File{}, strings.NewReader(""), Options{}, turns)
		for range reads {
			if _, err := r.Read(make([]byte, 3)); err != nil {
				t.Error(err)
			}
		}
		r.Close()
	}
	if len(turns) != 0 {
		t.Error("a turn was kept")
	}
}
