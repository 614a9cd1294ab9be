package transform

import "fmt"

// New makes a chain of steps, which may be a caller's own. Checksums must be last.
func New(steps ...Step) (Chain, error) {
	var c Chain
	for _, s := range steps {
		switch {
		case s.Sum != nil:
			c.sums = append(c.sums, s)
		case len(c.sums) > 0:
			return Chain{}, &ParseError{s.Name, fmt.Errorf("stands behind the checksum %s, which must be last", c.sums[0].Name)}
		default:
			c.steps = append(c.steps, s)
		}
	}
	return c, nil
}
