package transform

import "fmt"

// New makes a chain of steps, which may be a caller's own. Checksums must be last.
func New(steps ...Step) (Chain, error) {
	var c Chain
	for _, s := range steps {
		if err := c.add(s); err != nil {
			return Chain{}, &ParseError{s.Name, err}
		}
	}
	return c, nil
}

// add puts a step at the end.
func (c *Chain) add(s Step) error {
	switch {
	case s.Sum != nil:
		c.sums = append(c.sums, s)
	case len(c.sums) > 0:
		return fmt.Errorf("stands behind the checksum %s, which must be last", c.sums[0].Name)
	default:
		c.steps = append(c.steps, s)
	}
	return nil
}
