package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/crawl"
	"crawl/fetch/sink"
)

// bodies keeps what is fetched.
type bodies struct{ text strings.Builder }

// Put implements [crawl.Sink].
func (b *bodies) Put(_ context.Context, rec *fetch.Record, _ string) (sink.Stored, error) {
	n, err := io.Copy(&b.text, rec.Body)
	return sink.Stored{Bytes: n}, err
}

// A row asks as its command's flags say, but for the built-in origin, which asks for no
// login and gets nothing.
func TestRowsAskAsTheFlagsSay(t *testing.T) {
	p := process{env: os.LookupEnv, stderr: io.Discard}
	args := []string{"--user", "me:s3cret", "-X", "PATCH", "--data", "@-", "-H", "X-Key: v"}
	for _, test := range []struct {
		lab       bool
		has, lack []string
	}{
		{false, []string{`"method": "PATCH"`, `"body": "k=v"`, "Basic bWU6czNjcmV0", "urlencoded", "X-Key"}, nil},
		{true, []string{`"method": "GET"`, `"body": ""`}, []string{"Basic", "urlencoded"}},
	} {
		urls := []string{lab.URL(0, "/echo")}
		f, err := p.newFetching(fetchSpec{Args: args, URLs: urls, Body: []byte("k=v"), Lab: test.lab}, 1)
		if err != nil {
			t.Fatal(err)
		}
		var got bodies
		f.Sink = &got
		f.Inputs = []crawl.NamedInput{{Input: &repeated{urls: urls, left: 1}}}
		if err := errors.Join(f.Run(t.Context(), nil), f.close()); err != nil {
			t.Fatal(err)
		}
		for _, want := range test.has {
			if !strings.Contains(got.text.String(), want) {
				t.Errorf("lab %v: no %s in %s", test.lab, want, got.text.String())
			}
		}
		for _, secret := range test.lack {
			if strings.Contains(got.text.String(), secret) {
				t.Errorf("lab %v: %s in %s", test.lab, secret, got.text.String())
			}
		}
	}
}
