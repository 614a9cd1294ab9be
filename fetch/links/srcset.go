package links

import (
	"bytes"
	"iter"
	"strconv"
)

// srcsetURLs are the URLs of the image candidates in a srcset (HTML standard, section
// 4.8.4.2.1, "parse a srcset attribute"). Each ends at white space, and at commas
// before that; one whose descriptors are no good is none.
func srcsetURLs(set []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for {
			set = bytes.TrimLeft(set, space+",")
			if len(set) == 0 {
				return
			}
			end := bytes.IndexAny(set, space)
			if end < 0 {
				end = len(set)
			}
			url, good := bytes.TrimRight(set[:end], ","), true
			set = set[end:]
			if len(url) == end {
				var c candidate
				set = c.read(set)
				good = c.good()
			}
			if good && !yield(url) {
				return
			}
		}
	}
}

// candidate is what describes an image of a srcset.
type candidate struct {
	bad                    bool
	width, density, height bool
}

// read reads descriptors up to the comma behind them, which is the first outside
// parentheses, and returns what follows.
func (c *candidate) read(set []byte) (rest []byte) {
	start, depth := 0, 0
	for i, b := range set {
		switch {
		case depth > 0:
			if b == ')' {
				depth = 0
			}
		case b == '(':
			depth = 1
		case b == ',':
			c.hear(set[start:i])
			return set[i+1:]
		case isSpace(b):
			c.hear(set[start:i])
			start = i + 1
		}
	}
	c.hear(set[start:])
	return nil
}

// hear judges one descriptor.
func (c *candidate) hear(descriptor []byte) {
	if len(descriptor) == 0 {
		return
	}
	last := len(descriptor) - 1
	number := string(descriptor[:last])
	switch descriptor[last] {
	case 'w':
		c.bad = c.bad || c.width || c.density || !isPositive(number)
		c.width = true
	case 'h':
		c.bad = c.bad || c.height || c.density || !isPositive(number)
		c.height = true
	case 'x':
		c.bad = c.bad || c.width || c.density || c.height || !isDensity(number)
		c.density = true
	default:
		c.bad = true
	}
}

func (c *candidate) good() bool { return !c.bad && (!c.height || c.width) }

// isPositive reports whether s is a valid non-negative integer that is not 0.
func isPositive(s string) bool {
	zero := true
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		zero = zero && s[i] == '0'
	}
	return !zero
}

// isDensity reports whether s is a valid floating-point number that is not below 0.
func isDensity(s string) bool {
	for i := range len(s) { // what Go takes and HTML does not: +1, 0x1, 1_0, Inf
		if c := s[i]; (c < '0' || c > '9') && c != '.' && c|0x20 != 'e' && c != '-' && (c != '+' || i == 0) {
			return false
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	return (err == nil || n > 0) && n >= 0 && s[len(s)-1] != '.'
}
