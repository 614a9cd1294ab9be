package plot

// Labels are the ticks of a horizontal axis in words, below y. Those at the ends are
// turned inwards, so that none is cut off.
func Labels(s Scale, ticks []float64, label func(float64) string, y float64) []Mark {
	var marks []Mark
	for _, v := range ticks {
		x := s.At(v)
		marks = append(marks, Text(x, y+15, AnchorAt(x), label(v), "tick"))
	}
	return marks
}

// Rules are the ticks of a horizontal axis as lines from top to bottom.
func Rules(s Scale, ticks []float64, top, bottom float64) []Mark {
	var marks []Mark
	for _, v := range ticks {
		marks = append(marks, Line(s.At(v), top, s.At(v), bottom, "rule"))
	}
	return marks
}

// AnchorAt is how a text at x is anchored to stay within the plot.
func AnchorAt(x float64) Anchor {
	switch {
	case x < 6:
		return Start
	case x > 94:
		return End
	}
	return Middle
}

// Levels is a vertical axis: a rule across at each tick, and its label above the
// rule's left end. The scale is in pixels.
func Levels(s Scale, ticks []float64, label func(float64) string) []Mark {
	var marks []Mark
	for _, v := range ticks {
		y := s.At(v)
		marks = append(marks, Line(0, y, 100, y, "rule"), Text(0, y-4, Start, label(v), "tick"))
	}
	return marks
}
