package compare

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	chance    = 0.02 // probability up to which a change is taken for real
	changed   = 0.10 // least change of a median that matters
	changeFew = 0.25 // the same where there are too few blocks to reckon a probability
	fewBlocks = 9    // below which no order of blocks is as rare as chance
)

// change is where things became different.
type change struct {
	block  int     // index of the first value after it
	factor float64 // by which the values changed
}

// findChange finds the point where values change their level, by the greatest
// cumulative sum of differences from their mean. How likely the same values give as
// great a sum by chance is tried out with random orders of them (Taylor, Change-Point
// Analysis, 2000). With few values there are few orders, and instead all values after
// the change have to lie beyond all before it.
func findChange(values []float64, seed uint64) (change, bool) {
	n := len(values)
	if n < 4 {
		return change{}, false
	}
	at, greatest := cusum(values)
	if at < 2 || at > n-2 { // one value is an outlier and no level
		return change{}, false
	}
	before, after := values[:at], values[at:]
	c := change{at, median(slices.Clone(after)) / median(slices.Clone(before))}
	size := math.Abs(math.Log(c.factor))
	if n < fewBlocks {
		apart := slices.Max(before) < slices.Min(after) || slices.Max(after) < slices.Min(before)
		return c, apart && size >= math.Log(1+changeFew)
	}
	if size < math.Log(1+changed) {
		return c, false
	}
	dice := rand.New(rand.NewPCG(seed, uint64(n)))
	shuffled := slices.Clone(values)
	const orders = 4000
	as := 0
	for range orders {
		if float64(as+1)/(orders+1) > chance {
			break // no order can change that
		}
		dice.Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if _, g := cusum(shuffled); g >= greatest*(1-1e-9) {
			as++
		}
	}
	return c, float64(as+1)/(orders+1) <= chance
}

// cusum returns where the cumulative sum of differences from the mean is greatest,
// as the number of values before that, and how great it is.
func cusum(values []float64) (at int, greatest float64) {
	var mean float64
	for _, v := range values {
		mean += v / float64(len(values))
	}
	var sum float64
	for i, v := range values {
		sum += v - mean
		if math.Abs(sum) > greatest {
			at, greatest = i+1, math.Abs(sum)
		}
	}
	return at, greatest
}

// drift looks for a change within the run: in the baseline, and in all rows at once,
// whose median tells what the time of the block was like.
func drift(r *Result, rows map[string]series) (what string, block int, factor float64, found bool) {
	relative := map[int][]float64{}
	for _, row := range r.Plan.Rows {
		s := rows[row.Name]
		if len(s) == 0 {
			continue
		}
		typical := s.pass(wallOf)
		for block, m := range s {
			relative[block] = append(relative[block], m.Pass()/typical)
		}
	}
	var blocks []int
	for block, list := range relative {
		if len(list) == len(rows) { // a block cut short would be compared by other rows
			blocks = append(blocks, block)
		}
	}
	slices.Sort(blocks)
	var all []float64
	for _, block := range blocks {
		all = append(all, median(relative[block]))
	}
	if c, ok := findChange(all, r.Plan.Seed); ok {
		return "all rows", blocks[c.block], c.factor, true
	}
	for _, name := range baselines(r) {
		s := rows[name]
		if c, ok := findChange(s.values(Sample.Pass), r.Plan.Seed); ok {
			return name, s.blocks()[c.block], c.factor, true
		}
	}
	return "", 0, 0, false
}

// baselines are the rows that others are compared with.
func baselines(r *Result) []string {
	var names []string
	for _, row := range r.Plan.measured() {
		if !slices.Contains(names, row.Baseline) {
			names = append(names, row.Baseline)
		}
	}
	return names
}
