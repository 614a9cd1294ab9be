package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// width is how many fetches are in flight (--concurrency); 0 is auto.
type width int

// autoWidth suits a home line and a small server alike; whoever has more says so.
const autoWidth = 64

func (w *width) Set(s string) error {
	if s == "auto" {
		*w = 0
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1_000_000 {
		return errors.New(`want "auto" or a number from 1 to 1,000,000`)
	}
	*w = width(n)
	return nil
}

func (w *width) String() string {
	if *w == 0 {
		return "auto"
	}
	return strconv.Itoa(int(*w))
}

func (w *width) Type() string { return "N" }

func (w *width) workers() int {
	if *w == 0 {
		return autoWidth
	}
	return int(*w)
}

// count is a whole number with a smallest value, and perhaps a largest.
type count struct {
	n, least int
	most     int // 0: none
}

func (c *count) Set(s string) error {
	n, err := strconv.Atoi(s)
	switch {
	case c.most > 0 && (err != nil || n < c.least || n > c.most):
		return fmt.Errorf("want a whole number from %d to %d", c.least, c.most)
	case err != nil || n < c.least || n > math.MaxInt32:
		return fmt.Errorf("want a whole number from %d", c.least)
	}
	c.n = n
	return nil
}

func (c *count) String() string { return strconv.Itoa(c.n) }
func (c *count) Type() string   { return "N" }

// rate is a number a second; 0 is no limit.
type rate float64

func (r *rate) Set(s string) error {
	n, err := strconv.ParseFloat(strings.TrimSuffix(s, "/s"), 64)
	if err != nil || !(n >= 0) || math.IsInf(n, 0) {
		return errors.New("want a number a second, such as 50 or 0.5")
	}
	*r = rate(n)
	return nil
}

func (r *rate) String() string { return strconv.FormatFloat(float64(*r), 'g', -1, 64) }
func (r *rate) Type() string   { return "N" }

// span is a length of time. A bare number is seconds, as curl has it.
type span struct {
	time.Duration
	positive bool // must be more than 0
}

func (d *span) Set(s string) error {
	v, err := time.ParseDuration(s)
	if seconds, number := strconv.ParseFloat(s, 64); number == nil {
		v, err = time.Duration(seconds*float64(time.Second)), nil
		if !(math.Abs(seconds) < 1e9) {
			err = errors.New("too long")
		}
	}
	if err != nil {
		return errors.New("want a length of time such as 10s, 500ms or 1m30s")
	}
	switch {
	case d.positive && v <= 0:
		return errors.New("want more than 0")
	case v < 0:
		return errors.New("want 0 or more")
	}
	d.Duration = v
	return nil
}

// String leaves out what time.Duration writes too much: 1m0s is 1m.
func (d *span) String() string {
	s := d.Duration.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (d *span) Type() string { return "TIME" }

// size is a number of bytes, at least 1.
type size int64

// sizeUnits has the longer suffixes first. As in curl, k, M and G alone are powers of 1024.
var sizeUnits = []struct {
	suffix string
	bytes  int64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", 1 << 40},
	{"b", 1}, {"", 1},
}

func (z *size) Set(s string) error {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, unit := range sizeUnits {
		number, ok := strings.CutSuffix(s, unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		bytes := n * float64(unit.bytes)
		if err != nil || !(bytes >= 1 && bytes < math.MaxInt64) {
			break
		}
		*z = size(bytes)
		return nil
	}
	return errors.New("want a size such as 512KiB, 10MiB or 1GB")
}

func (z *size) String() string {
	for _, unit := range []int{3, 2, 1, 0} {
		if u := sizeUnits[unit]; int64(*z) >= u.bytes && int64(*z)%u.bytes == 0 {
			return strconv.FormatInt(int64(*z)/u.bytes, 10) + strings.ToUpper(u.suffix[:1]) + "iB"
		}
	}
	return strconv.FormatInt(int64(*z), 10)
}

func (z *size) Type() string { return "BYTES" }

// choice is one of a few words.
type choice struct {
	word  string
	words []string
}

func (c *choice) Set(s string) error {
	for _, w := range c.words {
		if s == w {
			c.word = s
			return nil
		}
	}
	return errors.New("want " + strings.Join(c.words, " or "))
}

func (c *choice) String() string { return c.word }
func (c *choice) Type() string   { return strings.Join(c.words, "|") }
