package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"crawl/fetch"

	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpguts"
)

// asking is how each URL is asked for: GET, unless the user says otherwise.
type asking struct {
	verb verb
	data []datum
}

func (a *asking) define(fs *pflag.FlagSet) {
	fs.VarP(&a.verb, "request", "X", "ask for each URL with this method")
	fs.Var(&dataFlag{&a.data, false}, "data", "send this with each request, as a form by POST unless -X or -H say otherwise; @FILE without its line ends, @- is standard input; several are joined by &")
	fs.Var(&dataFlag{&a.data, true}, "data-binary", "the same with every byte of @FILE")
}

// check refuses what makes no sense with a method or a body.
func (a *asking) check(f *flags) error {
	switch method := a.method(); {
	case f.since != "" && method != http.MethodGet:
		return usageError("--since asks with GET: what %s is answered can't be taken from an earlier run", method)
	case f.since != "" && len(a.data) > 0:
		return usageError("--since and --data exclude each other")
	case (method == http.MethodHead || method == http.MethodTrace) && len(a.data) > 0:
		return usageError("--data: %s has no body", method)
	}
	return nil
}

// method is what a request says.
func (a *asking) method() string {
	switch {
	case a.verb != "":
		return string(a.verb)
	case len(a.data) > 0:
		return http.MethodPost
	}
	return http.MethodGet
}

// maxData bounds what is sent with every request, and so is kept in memory.
const maxData = 64 << 20

// read reads what is to be sent, nil for nothing. A closed stop ends that.
func (a *asking) read(p process, stop <-chan struct{}) ([]byte, error) {
	if len(a.data) == 0 {
		return nil, nil
	}
	var parts [][]byte
	for _, d := range a.data {
		part, err := d.read(p, stop)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return bytes.Join(parts, []byte("&")), nil
}

// body is what was read, nil when nothing is to be sent.
func (a *asking) body(read []byte) fetch.Body {
	if len(a.data) == 0 {
		return nil
	}
	return fetch.Bytes(read)
}

// header is h with the type of a body, which is that of a form as in curl.
func (a *asking) header(h fetch.Header) fetch.Header {
	if len(a.data) > 0 && !h.Has("Content-Type") {
		h.Add("Content-Type", "application/x-www-form-urlencoded")
	}
	return h
}

// takesStdin reports whether a body is read from standard input.
func (a *asking) takesStdin() bool {
	for _, d := range a.data {
		if d.text == "@-" {
			return true
		}
	}
	return false
}

// checkInputs refuses a body that is read from where the list is.
func (a *asking) checkInputs(args []string) error {
	if a.takesStdin() && slices.Contains(args, "-") {
		return usageError("standard input can't be both the list (-) and what to send (--data @-)")
	}
	return nil
}

// verb is a method (-X). Methods are in upper case, whatever the user writes.
type verb string

func (v *verb) Set(s string) error {
	s = strings.ToUpper(s)
	if !httpguts.ValidHeaderFieldName(s) || s == http.MethodConnect {
		return errors.New("want a method such as HEAD or POST")
	}
	*v = verb(s)
	return nil
}

func (v *verb) String() string { return string(*v) }
func (v *verb) Type() string   { return "METHOD" }

// datum is one --data, which body reads: an error of the flag would show it.
type datum struct {
	text   string
	binary bool
}

// dataFlag collects --data and --data-binary in the order in which they come.
type dataFlag struct {
	all    *[]datum
	binary bool
}

func (d *dataFlag) Set(s string) error {
	*d.all = append(*d.all, datum{s, d.binary})
	return nil
}

func (d *dataFlag) String() string { return "" }
func (d *dataFlag) Type() string   { return "DATA" }

// read returns the bytes that are meant.
func (d datum) read(p process, stop <-chan struct{}) ([]byte, error) {
	name, isFile := strings.CutPrefix(d.text, "@")
	if !isFile {
		return []byte(d.text), nil
	}
	open := func() (io.ReadCloser, error) { return os.Open(name) }
	if name == "-" {
		open = func() (io.ReadCloser, error) { return io.NopCloser(p.stdin), nil }
	}
	data, err := readOrStop(open, stop)
	switch {
	case errors.Is(err, errStopped):
		return nil, err
	case err != nil:
		return nil, inputError("--data: %w", err)
	case len(data) > maxData:
		return nil, inputError("--data %s: more than 64MiB, and each request would send it", d.text)
	case d.binary:
		return data, nil
	}
	return slices.DeleteFunc(data, func(b byte) bool { return b == '\r' || b == '\n' || b == 0 }), nil
}

// readOrStop reads all that open opens, or a little more than maxData. A pipe may let
// nobody open or read it for ever: then the goroutine ends with the process.
func readOrStop(open func() (io.ReadCloser, error), stop <-chan struct{}) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	results := make(chan result, 1)
	go func() {
		r, err := open()
		if err != nil {
			results <- result{err: err}
			return
		}
		defer r.Close() // only read
		data, err := io.ReadAll(io.LimitReader(r, maxData+1))
		results <- result{data, err}
	}()
	select {
	case r := <-results:
		return r.data, r.err
	case <-stop:
		return nil, errStopped
	}
}
