package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"crawl/pipeline"
)

// modes are those of --modes; none stand for all.
type modes []pipeline.Mode

func (m *modes) Set(s string) error {
	*m = nil
	for name := range strings.SplitSeq(s, ",") {
		mode, err := pipeline.ParseMode(strings.TrimSpace(name))
		if err != nil {
			return err
		}
		if !slices.Contains(*m, mode) {
			*m = append(*m, mode)
		}
	}
	return nil
}

func (m *modes) String() string {
	var names []string
	for _, mode := range *m {
		names = append(names, string(mode))
	}
	return strings.Join(names, ",")
}

func (m *modes) Type() string { return "LIST" }

// widths are those of --concurrency, in order.
type widths []int

func (w *widths) Set(s string) error {
	*w = nil
	for text := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > maxWidth {
			return errors.New("want numbers from 1 to " + strconv.Itoa(maxWidth) + " with commas between, such as 1,2,4")
		}
		*w = append(*w, n)
	}
	slices.Sort(*w)
	*w = slices.Compact(*w)
	return nil
}

// maxWidth keeps a mistyped width from starting so many processes.
const maxWidth = 1024

func (w *widths) String() string {
	var all []string
	for _, n := range *w {
		all = append(all, strconv.Itoa(n))
	}
	return strings.Join(all, ",")
}

func (w *widths) Type() string { return "LIST" }

// within are the widths to measure: those asked for, else otherwise, at most most if
// that is not 0.
func (w widths) within(otherwise widths, most int) widths {
	if len(w) == 0 {
		w = otherwise
	}
	var list widths
	for _, n := range w {
		if most > 0 {
			n = min(n, most)
		}
		list = append(list, n)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// widest is the last one.
func (w widths) widest() int { return w[len(w)-1] }
