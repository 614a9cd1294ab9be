package main

import "strings"

// nearest returns the word that name may have been meant as, or "": at most a
// third of its letters are wrong, or it is how the word begins.
func nearest(name string, words []string) string {
	best, least := "", len(name)/3+1
	for _, w := range words {
		if d := distance(name, w); d < least || d == least && best == "" {
			best, least = w, d
		}
	}
	if best != "" {
		return best
	}
	for _, w := range words {
		if len(name) > 1 && strings.HasPrefix(w, name) {
			return w
		}
	}
	return ""
}

// distance is how many letters must be put in, left out, replaced or swapped with
// their neighbour to turn a into b (optimal string alignment).
func distance(a, b string) int {
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
